//! Every setting of the server, from flags, the environment and `.env`, checked at start.
//!
//! `.env.example` and the README's table name the same settings; a test holds them against this list.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use clap::Args;

use crate::webhooks::Schedule;

/// Where the data are: shared by all subcommands that touch them.
#[derive(Args, Clone, Debug)]
pub struct DataConfig {
    /// Folder of the embedded database, the keys and unsent mails.
    #[arg(long = "data", env = "DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// `postgres://…`; left out, an embedded SQLite database in the data folder is used.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A streaming standby for reads that may be stale; left out, reads go to the primary.
    #[arg(long, env = "DATABASE_READ_URL", hide_env_values = true)]
    pub database_read_url: Option<String>,
    /// Folder of the keys that sign access tokens; left out, `keys` in the data folder. Processes that serve together share it.
    #[arg(long, env = "KEYS_DIR")]
    pub keys_dir: Option<PathBuf>,
}

impl DataConfig {
    /// The folder of the signing keys.
    pub fn keys_dir(&self) -> PathBuf {
        self.keys_dir.clone().unwrap_or_else(|| self.data_dir.join("keys"))
    }
}

/// The settings of `serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeConfig {
    #[command(flatten)]
    pub data: DataConfig,
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Demo data with known passwords; listens on loopback alone.
    #[arg(long, env = "DEMO")]
    pub demo: bool,
    /// Folder of the built page.
    #[arg(long, env = "WEB_DIR", default_value = "web/dist")]
    pub web_dir: PathBuf,
    /// How people reach the site, for links in mails; `https` turns on Secure cookies and HSTS.
    #[arg(long, env = "PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    pub public_url: String,
    /// `smtp://user:password@host:587` or `smtps://…`; left out, mails are written to a folder under the data folder.
    /// A password goes to another machine with TLS alone (STARTTLS or smtps, certificate checked); without a password,
    /// TLS is used where the server offers it.
    #[arg(long, env = "SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// PEM file of certificate authorities that the mail server's certificate may come from, besides the public ones.
    #[arg(long, env = "SMTP_CA")]
    pub smtp_ca: Option<PathBuf>,
    /// Sender of mails.
    #[arg(long, env = "MAIL_FROM", default_value = "Virtual market <no-reply@localhost>")]
    pub mail_from: String,
    /// Threads that answer requests; 0 is one for each core.
    #[arg(long, env = "WORKERS", default_value_t = 0)]
    pub workers: usize,
    /// Sign-ins, sign-ups and mails asked for, a minute and address.
    #[arg(long, env = "RATE_CREDENTIALS", default_value_t = 120)]
    pub rate_credentials: u32,
    /// Changes, a minute and person.
    #[arg(long, env = "RATE_CHANGES", default_value_t = 120)]
    pub rate_changes: u32,
    /// Wrong codes at a till, in ten minutes and caller; five times as many for an address.
    #[arg(long, env = "RATE_GUESSES", default_value_t = 20)]
    pub rate_guesses: u32,
    /// Minutes in which a redemption can be undone.
    #[arg(long, env = "UNDO_MINUTES", default_value_t = 60)]
    pub undo_minutes: u32,
    /// Calls of partners' programs, a minute and key.
    #[arg(long, env = "RATE_KEYS", default_value_t = 1200)]
    pub rate_keys: u32,
    /// Trust `X-Forwarded-For` or `Forwarded` of a proxy at this address.
    #[arg(long, env = "TRUSTED_PROXY")]
    pub trusted_proxy: Option<IpAddr>,
    /// Claims that may wait for the claim desk; beyond that the answer is 503.
    #[arg(long, env = "CLAIM_QUEUE", default_value_t = 20_000)]
    pub claim_queue: usize,
    /// Messages to partners' webhooks that are sent at the same time.
    #[arg(long, env = "WEBHOOKS_AT_ONCE", default_value_t = 64)]
    pub webhooks_at_once: usize,
    /// Let webhooks go to private addresses and without TLS, to try them on one's own machine; in demo mode alone.
    #[arg(long, env = "WEBHOOKS_ALLOW_PRIVATE")]
    pub webhooks_allow_private: bool,
    /// Pauses between the attempts of a webhook's message, in seconds with commas, for tests; in demo mode alone.
    #[arg(long, env = "VM_TEST_WEBHOOKS_RETRY_SECONDS", hide = true)]
    pub webhooks_retry_seconds: Option<Schedule>,
    /// Folder of uploads until they are worked through and for 30 days after; left out, `spool` in the data folder.
    /// Processes that share it take over each other's uploads.
    #[arg(long, env = "SPOOL_DIR")]
    pub spool_dir: Option<PathBuf>,
    /// The largest upload, in megabytes (2²⁰ bytes).
    #[arg(long, env = "IMPORT_LIMIT_MB", default_value_t = 1024)]
    pub import_limit_mb: u64,
    /// What the uploads of one partner may take on the disk together, in megabytes; the oldest that are over make room.
    /// Left out, four times the largest upload.
    #[arg(long, env = "IMPORT_KEEP_MB")]
    pub import_keep_mb: Option<u64>,
    /// Seconds for which mails that were taken are left alone by other processes, for tests; in demo mode alone.
    #[arg(long, env = "VM_TEST_MAIL_LEASE_SECONDS", hide = true)]
    pub mail_lease_seconds: Option<u32>,
    /// Seconds for which an upload may be silent, or slower than the least rate, for tests; in demo mode alone.
    #[arg(long, env = "VM_TEST_UPLOAD_SECONDS", hide = true)]
    pub upload_seconds: Option<u64>,
    /// Seconds that the clock goes ahead, for tests of months and expiry; in demo mode alone.
    #[arg(long, env = "VM_TEST_CLOCK_OFFSET_SECONDS", default_value_t = 0, hide = true)]
    pub test_clock_offset_seconds: i64,
    /// What is logged, as `tracing` filters are written: `info`, `info,api::claims=debug`.
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
    /// Logs as JSON lines, for machines.
    #[arg(long, env = "LOG_JSON")]
    pub log_json: bool,
}

impl ServeConfig {
    /// What is wrong with the settings together, in one line that says what to do.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.demo || self.listen.ip().is_loopback(),
            "--demo has known passwords and listens on loopback alone: use --listen 127.0.0.1:{}",
            self.listen.port()
        );
        anyhow::ensure!(
            self.public_url.starts_with("https://") || self.public_url.starts_with("http://"),
            "PUBLIC_URL must begin with https:// (or http:// on one's own machine), not `{}`",
            self.public_url
        );
        anyhow::ensure!(
            self.rate_credentials > 0 && self.rate_changes > 0 && self.rate_keys > 0,
            "RATE_CREDENTIALS, RATE_CHANGES and RATE_KEYS must be at least 1"
        );
        anyhow::ensure!(
            self.demo || self.test_clock_offset_seconds == 0,
            "the clock can be set ahead with --demo alone"
        );
        anyhow::ensure!(self.demo || self.upload_seconds.is_none(), "the time of uploads can be set with --demo alone");
        anyhow::ensure!(
            self.demo || self.mail_lease_seconds.is_none(),
            "the lease of mails can be set with --demo alone"
        );
        anyhow::ensure!(self.rate_guesses > 0, "RATE_GUESSES must be at least 1");
        anyhow::ensure!(
            self.demo || !self.webhooks_allow_private,
            "WEBHOOKS_ALLOW_PRIVATE goes with --demo alone: otherwise partners could reach into your network"
        );
        anyhow::ensure!(
            self.demo || self.webhooks_retry_seconds.is_none(),
            "the pauses of webhooks can be set with --demo alone"
        );
        anyhow::ensure!(self.webhooks_at_once > 0, "WEBHOOKS_AT_ONCE must be at least 1");
        anyhow::ensure!(self.claim_queue > 0, "CLAIM_QUEUE must be at least 1");
        anyhow::ensure!((1..=1_000_000).contains(&self.import_limit_mb), "IMPORT_LIMIT_MB must be from 1 to 1000000");
        anyhow::ensure!(
            (self.import_limit_mb..=1_000_000_000).contains(&self.import_keep_mb()),
            "IMPORT_KEEP_MB must be at least IMPORT_LIMIT_MB, which is {}, and at most 1000000000",
            self.import_limit_mb
        );
        Ok(())
    }

    /// The folder of uploads.
    pub fn spool_dir(&self) -> PathBuf {
        self.spool_dir.clone().unwrap_or_else(|| self.data.data_dir.join("spool"))
    }

    /// What the uploads of one partner may take on the disk together, in megabytes.
    pub fn import_keep_mb(&self) -> u64 {
        self.import_keep_mb.unwrap_or(self.import_limit_mb * 4)
    }

    /// Whether the site is reached by TLS, so that cookies can be Secure.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
