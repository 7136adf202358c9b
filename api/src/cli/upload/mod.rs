//! `virtual-market partner upload`: sends a file of offers as a partner's program would, watches it being worked through,
//! and says what is wrong in a table. Made for scripts: what came of it is the exit code.

mod client;
mod report;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use shared::{
    Lang,
    import::{ImportFormat, ImportMode, ImportState, ImportView, OnError},
};
use tokio::time::sleep;

use self::{
    client::{Client, Failure, Wanted},
    report::Report,
};

/// How often the upload's progress is asked for: soon at first, later once a second.
const ASK_FIRST: Duration = Duration::from_millis(100);
const ASK_LAST: Duration = Duration::from_secs(1);
/// Wrong rows that are shown; `--errors-out` has all of them.
const SHOWN: usize = 50;

/// Uploads a file of offers (CSV, JSON or NDJSON) and waits until it is worked through.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes:\n  \
    0  all rows are applied (or, in a dry run, would be)\n  \
    1  rows were refused, or the upload failed because of what is in the file\n  \
    2  the command or the file cannot be used\n  \
    3  the server refused: the key, its scopes, a limit\n  \
    4  the server could not be reached, or did not answer in time")]
#[allow(clippy::struct_excessive_bools)] // Each is a switch of the command line.
pub struct Upload {
    /// The file.
    pub file: PathBuf,
    /// The platform's address: `https://…`.
    #[arg(long, env = "VM_URL")]
    pub url: String,
    /// The partner's name in addresses.
    #[arg(long, env = "VM_PARTNER")]
    pub partner: String,
    /// The API key, with the scope `imports:write`. Rather set `VM_KEY`: other users see the arguments of a program.
    #[arg(long, env = "VM_KEY", hide_env_values = true)]
    pub key: String,
    /// What the rows are: whole offers, changes of offers, or all offers that there are to be.
    #[arg(long, default_value = "upsert", value_parser = ["upsert", "patch", "replace_all"])]
    pub mode: String,
    /// Only tells what would come of it.
    #[arg(long)]
    pub dry_run: bool,
    /// What becomes of the good rows when others are wrong.
    #[arg(long, default_value = "skip_rows", value_parser = ["skip_rows", "reject_all"])]
    pub on_error: String,
    /// With `replace_all`: stops when more than this share of the open offers would end, in per cent.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub max_delete_percent: Option<u8>,
    /// Leaves new offers drafts, and does not hand them to the ministry.
    #[arg(long)]
    pub no_submit: bool,
    /// What the file is written in; else its name tells.
    #[arg(long, value_parser = ["csv", "json", "ndjson"])]
    pub format: Option<String>,
    /// The encoding of a CSV file, where it is not to be recognised: `windows-1251`.
    #[arg(long)]
    pub charset: Option<String>,
    /// Writes the refused rows with what is wrong to this CSV file.
    #[arg(long)]
    pub errors_out: Option<PathBuf>,
    /// The language of the texts: az, en, ru; else that of the terminal.
    #[arg(long, value_parser = ["az", "en", "ru"])]
    pub lang: Option<String>,
    /// Prints the result as JSON to standard output, and no table.
    #[arg(long)]
    pub json: bool,
    /// Shows no progress.
    #[arg(long, short)]
    pub quiet: bool,
}

impl Upload {
    /// Runs the command; the exit code says what came of it.
    pub async fn run(self) -> ExitCode {
        let report = Report { lang: self.lang() };
        match self.upload(&report).await {
            Ok(import) => ExitCode::from(u8::from(!is_clean(&import))),
            Err(failure) => {
                eprintln!("virtual-market: {}", report.failure(&failure));
                ExitCode::from(failure.exit_code())
            }
        }
    }

    async fn upload(&self, report: &Report) -> Result<ImportView, Failure> {
        let wanted = self.wanted()?;
        let client = Client::new(&self.url, &self.partner, &self.key, report.lang)?;
        let size = tokio::fs::metadata(&self.file).await.map_err(|error| Failure::file(&self.file, &error))?.len();

        let sending = self.bar(size, report.sending());
        let import = client.send(&self.file, &wanted, &sending).await?;
        sending.finish_and_clear();
        let working = self.bar(import.bytes, report.working());
        let import = watch(&client, import, &working).await?;
        working.finish_and_clear();

        if let Some(path) = &self.errors_out
            && import.errors > 0
        {
            client.save_errors(&import, path).await?;
        }
        if self.json {
            let json = serde_json::to_string_pretty(&import).map_err(|error| Failure::Answer(error.to_string()))?;
            println!("{json}");
        } else {
            let errors = client.errors(&import, SHOWN).await?;
            print!("{}", report.table(&errors));
            println!("{}", report.summary(&import, errors.len()));
        }
        Ok(import)
    }

    fn wanted(&self) -> Result<Wanted, Failure> {
        let named = self.format.clone().or_else(|| {
            let extension = self.file.extension()?.to_str()?.to_ascii_lowercase();
            Some(if extension == "jsonl" { "ndjson".to_owned() } else { extension })
        });
        let format = named.and_then(|name| ImportFormat::from_name(&name)).ok_or(Failure::UnknownFormat)?;
        Ok(Wanted {
            format,
            charset: self.charset.clone(),
            mode: ImportMode::from_name(&self.mode).unwrap_or(ImportMode::Upsert),
            on_error: OnError::from_name(&self.on_error).unwrap_or(OnError::SkipRows),
            dry_run: self.dry_run,
            submit: !self.no_submit,
            max_delete_percent: self.max_delete_percent,
        })
    }

    /// The language that was asked for, or the terminal's (POSIX `LC_ALL`, `LC_MESSAGES`, `LANG`), or English.
    fn lang(&self) -> Lang {
        let of_terminal = || {
            let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| std::env::var(name).ok());
            set.as_deref().and_then(Lang::from_tag)
        };
        self.lang.as_deref().and_then(Lang::from_tag).or_else(of_terminal).unwrap_or(Lang::En)
    }

    /// A bar on standard error, where that is a terminal.
    fn bar(&self, bytes: u64, what: &'static str) -> ProgressBar {
        if self.quiet || self.json {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}");
        let bar = ProgressBar::new(bytes).with_message(what);
        if let Ok(style) = style { bar.with_style(style) } else { bar }
    }
}

/// Whether all rows are applied, or would be.
fn is_clean(import: &ImportView) -> bool {
    import.state == ImportState::Finished && import.counts.failed == 0
}

/// Asks how far the upload is until it is over. A broken connection is tried again, since the upload goes on without us.
async fn watch(client: &Client, mut import: ImportView, bar: &ProgressBar) -> Result<ImportView, Failure> {
    let mut pause = ASK_FIRST;
    while !import.state.is_over() {
        sleep(pause).await;
        pause = (pause * 2).min(ASK_LAST);
        import = client.read(&import).await?;
        bar.set_length(import.bytes);
        bar.set_position(import.bytes_done);
    }
    Ok(import)
}
