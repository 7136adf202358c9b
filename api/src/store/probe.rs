//! Whether the database takes a write: proved by one, at most once a second.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::{Store, statement};
use crate::error::{Error, Result};
use sea_orm::ConnectionTrait;
use shared::Code;

/// For how long what was found out counts.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// How long a write may take.
const LIMIT: Duration = Duration::from_millis(900);

/// What was found out last.
#[derive(Debug, Default)]
pub struct Probe(Mutex<Option<(Instant, bool)>>);

impl Store {
    /// Proves that a write is committed.
    ///
    /// # Errors
    /// `storage_unavailable` where it is not, or not within a second.
    pub async fn check_writes(&self) -> Result<()> {
        let mut last = self.probe.0.lock().await;
        let known = last.filter(|(at, _)| at.elapsed() < GOOD_FOR).map(|(_, ok)| ok);
        let ok = if let Some(ok) = known {
            ok
        } else {
            let written = tokio::time::timeout(LIMIT, self.write_probe()).await;
            let ok = matches!(written, Ok(Ok(())));
            *last = Some((Instant::now(), ok));
            ok
        };
        if ok { Ok(()) } else { Err(Error::new(Code::StorageUnavailable)) }
    }

    async fn write_probe(&self) -> Result<()> {
        self.transaction(async |tx| {
            let sql = "UPDATE revisions SET value = value + 1 WHERE name = 'probe'";
            tx.execute_raw(statement(tx, sql, [])).await?;
            Ok(())
        })
        .await
    }
}
