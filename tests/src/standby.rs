//! A streaming standby of the cluster of this test process, which lags behind for as long as a test wants.

use std::net::TcpListener;

use crate::{
    Place,
    db::Db,
    eventually,
    keeper::Kept,
    postgres::{as_user, bin, give, output, run},
};

/// A standby with the database of a place; gone when dropped.
#[derive(Debug)]
pub struct Standby {
    /// For `DATABASE_READ_URL`.
    pub url: String,
    pub db: Db,
    _process: Kept,
}

impl Standby {
    /// Copies the cluster of a place and follows it.
    pub async fn of(place: &Place) -> Self {
        let folder = tempfile::Builder::new().prefix("vm-standby-").tempdir().expect("a folder").keep();
        give(&folder);
        let primary = place.database_url().expect("PostgreSQL");
        let data = folder.join("data").to_string_lossy().into_owned();
        let copy = as_user(&bin().join("pg_basebackup"), &["-d", &primary, "-D", &data, "-R", "-c", "fast"]);
        output(&copy[0], &copy[1..].iter().map(String::as_str).collect::<Vec<_>>());
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let port_arg = port.to_string();
        let args = ["-D", &data, "-p", &port_arg, "-h", "127.0.0.1", "-k", "", "-c", "max_connections=400"];
        let process = run(&as_user(&bin().join("postgres"), &args), &folder);
        let name = primary.rsplit('/').next().unwrap_or_default();
        let url = format!("postgres://market@127.0.0.1:{port}/{name}");
        let db = eventually("the standby answers", || Db::try_open(&url)).await;
        Self { url, db, _process: process }
    }

    /// From now on it takes in nothing more: what is committed on the primary waits.
    pub async fn lag(&self) {
        self.db.rows("SELECT pg_wal_replay_pause()").await;
        eventually("the standby stands still", || async {
            (self.db.texts("SELECT pg_get_wal_replay_pause_state()").await == ["paused"]).then_some(())
        })
        .await;
    }

    /// It follows again.
    pub async fn follow(&self) {
        self.db.rows("SELECT pg_wal_replay_resume()").await;
    }
}
