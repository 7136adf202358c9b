//! The command line.

mod admin;
mod generate;
mod token;
mod upload;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    accounts::token::Keys,
    app,
    config::{DataConfig, ServeConfig},
    offers,
    store::{Store, clock::Clock, starting::IfMissing},
    webhooks,
};

/// The national platform on which companies support education.
#[derive(Debug, Parser)]
#[command(name = "virtual-market", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves page and API; brings the database up to date first.
    Serve(Box<ServeConfig>),
    /// Brings the database up to date.
    Migrate(DataConfig),
    /// Makes somebody an admin, with a new account or the one they have.
    CreateAdmin(admin::CreateAdmin),
    /// Makes the keys that are missing, where they are lost: people sign in again, and webhooks need new secrets.
    NewKeys(DataConfig),
    /// Writes access tokens of existing users to a file, for load tests.
    Token(token::Token),
    /// Adds the programmes that the ministry announced. Safe to repeat.
    Seed(DataConfig),
    /// Adds synthetic national data, for load tests and demonstrations.
    Generate(generate::Options),
    /// Prints the OpenAPI document.
    Openapi,
    /// What a partner's own scripts do, at any server.
    #[command(subcommand)]
    Partner(Partner),
}

#[derive(Debug, Subcommand)]
enum Partner {
    /// Uploads a file of offers and waits until it is worked through.
    Upload(upload::Upload),
}

/// Runs the command; answers the program's exit code.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(config) => {
            log_to_stderr(&config.log, config.log_json);
            app::serve(*config).await?;
        }
        Command::Migrate(config) => {
            let store = Store::open(&config).await?;
            store.migrate().await?;
            store.close().await;
            println!("the database is up to date");
        }
        Command::Seed(config) => {
            let store = Store::open(&config).await?;
            store.migrate().await?;
            let added = offers::seed::seed(&store, Clock::default().now()).await?;
            store.close().await;
            println!("added {added} programmes");
        }
        Command::CreateAdmin(command) => command.run().await?,
        Command::NewKeys(config) => {
            let folder = config.keys_dir();
            Keys::open(&folder, IfMissing::Make)?;
            webhooks::make_missing_key(&folder)?;
            println!("the keys in {} are complete", folder.display());
        }
        Command::Token(command) => command.run().await?,
        Command::Generate(options) => generate::run(options).await?,
        Command::Openapi => println!("{}", app::document().to_pretty_json()?),
        Command::Partner(Partner::Upload(upload)) => return Ok(upload.run().await),
    }
    Ok(ExitCode::SUCCESS)
}

/// Logs go to standard error as events with fields, never with personal data.
fn log_to_stderr(filter: &str, json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| "info".into());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json { log.json().init() } else { log.with_target(false).init() }
}
