//! A place for data: a folder, and on PostgreSQL a database. Servers come and go in it.

use std::{
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::{Server, db::Db, postgres, program};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A folder with its settings.
#[derive(Debug)]
pub struct Place {
    pub kind: Kind,
    pub folder: TempDir,
    env: Vec<(String, String)>,
}

impl Place {
    /// An empty one, with limits that no test reaches by chance.
    pub async fn new(kind: Kind) -> Self {
        Self::below(kind, &std::env::temp_dir()).await
    }

    /// The same below a folder.
    pub async fn below(kind: Kind, parent: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("vm-test-").tempdir_in(parent).expect("a folder");
        let mut place = Self { kind, folder, env: Vec::new() };
        let data = place.folder.path().to_string_lossy().into_owned();
        place.set("DATA_DIR", data);
        place.set("LISTEN", "127.0.0.1:0");
        place.set("WEB_DIR", program::web_dir().to_string_lossy());
        for limit in ["RATE_CREDENTIALS", "RATE_CHANGES", "RATE_GUESSES", "RATE_KEYS"] {
            place.set(limit, "1000000");
        }
        if kind == Kind::Postgres {
            let url = postgres::fresh_database().await;
            place.set("DATABASE_URL", url);
        }
        place
    }

    /// One on a cluster of the test's own.
    pub async fn on(cluster: &postgres::Cluster) -> Self {
        let url = cluster.fresh_database().await;
        Self { kind: Kind::Postgres, ..Self::new(Kind::Sqlite).await }.with("DATABASE_URL", url)
    }

    /// Sets a setting for servers and commands to come.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.env.retain(|(n, _)| n != name);
        self.env.push((name.to_owned(), value.into()));
    }

    /// The same, to be chained.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn env(&self) -> &[(String, String)] {
        &self.env
    }

    /// Starts a server here with demo data, and waits until it listens.
    pub async fn serve(&self) -> Server {
        self.serve_with(&[]).await
    }

    /// The same with more flags.
    pub async fn serve_with(&self, more: &[&str]) -> Server {
        // Receivers of webhooks listen on loopback.
        let told = self.env.iter().any(|(name, _)| name == "WEBHOOKS_ALLOW_PRIVATE");
        let flags: &[&str] = if told { &["--demo"] } else { &["--demo", "--webhooks-allow-private"] };
        Server::start(self, &[flags, more].concat()).await
    }

    /// Runs another of the program's commands here.
    pub fn command(&self, args: &[&str]) -> Output {
        self.command_with(args, &[])
    }

    /// The same with more in its environment.
    pub fn command_with(&self, args: &[&str], env: &[(&str, &str)]) -> Output {
        Command::new(program::path())
            .args(args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .envs(env.iter().copied())
            .current_dir(self.folder.path())
            .output()
            .expect("the program runs")
    }

    /// Runs another of the program's commands here, which must succeed.
    pub fn succeed(&self, args: &[&str]) -> String {
        let output = self.command(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The address of its database on PostgreSQL.
    pub(crate) fn database_url(&self) -> Option<String> {
        self.env.iter().find(|(name, _)| name == "DATABASE_URL").map(|(_, url)| url.clone())
    }

    /// The database, for counting what is really there.
    pub async fn db(&self) -> Db {
        Db::open(
            &self
                .database_url()
                .unwrap_or_else(|| format!("sqlite://{}", self.folder.path().join("market.db").display())),
        )
        .await
    }
}
