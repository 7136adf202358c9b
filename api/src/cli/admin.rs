//! `create-admin`: the first of the ministry's staff, who lets in the others.

use anyhow::Context;
use clap::Args;
use shared::{Lang, address::is_email};

use crate::{
    accounts::operator::{self, Made, NewPassword},
    config::DataConfig,
    error::Error,
    store::{Store, Transaction, clock::Clock},
};

#[derive(Args, Clone, Debug)]
pub struct CreateAdmin {
    #[command(flatten)]
    data: DataConfig,
    /// The address to sign in with.
    #[arg(long)]
    email: String,
    /// Reads the password from standard input rather than making one up; an account that is there gets it, too.
    #[arg(long)]
    password_stdin: bool,
}

impl CreateAdmin {
    /// Does it, and says with which password.
    pub async fn run(self) -> anyhow::Result<()> {
        anyhow::ensure!(is_email(&self.email), "--email must be an e-mail address");
        let (shown, password) = self.password().await?;
        let store = Store::open(&self.data).await?;
        store.migrate().await?;
        let now = Clock::default().now();
        let make = async |tx: &Transaction| operator::make_admin(tx, &self.email, password.clone(), now).await;
        let made = store.transaction(make).await;
        store.close().await;
        match (made.map_err(in_words)?, shown) {
            (Made::Created, Some(password)) => println!("{} is an admin; password: {password}", self.email),
            (Made::Created | Made::Promoted, None) => println!("{} is an admin, with the given password", self.email),
            (Made::Promoted, Some(_)) => println!("{} is an admin now, with the password that they had", self.email),
        }
        Ok(())
    }

    /// The password that is to be shown, and its hash.
    async fn password(&self) -> anyhow::Result<(Option<String>, NewPassword)> {
        if !self.password_stdin {
            let (password, hashed) = operator::generate_password().await.map_err(in_words)?;
            return Ok((Some(password), hashed));
        }
        let given = std::io::read_to_string(std::io::stdin()).context("cannot read the password")?;
        let given = given.trim_end_matches(['\r', '\n']);
        Ok((None, operator::choose_password(&self.email, given).await.map_err(in_words)?))
    }
}

/// A refusal in words.
fn in_words(error: Error) -> anyhow::Error {
    let wrong: Vec<String> = error.violations.iter().map(|v| v.localised(Lang::En).message).collect();
    if wrong.is_empty() { error.into() } else { anyhow::anyhow!("the password: {}", wrong.join("; ")) }
}
