//! Sessions that ended while their access tokens were still good. Each process keeps the few of the last ten minutes.

use std::collections::HashSet;

use arc_swap::ArcSwap;
use sea_orm::{ConnectionTrait, DbErr};
use shared::SessionId;
use uuid::Uuid;

use super::{store, token::ACCESS_SECONDS};

/// How long an ended session is remembered: until its last access token has expired, with a margin for clocks.
pub const REMEMBERED_MS: i64 = (ACCESS_SECONDS + 60) * 1000;

/// The sessions that ended in the last ten minutes.
#[derive(Debug, Default)]
pub struct Revoked(ArcSwap<HashSet<Uuid>>);

impl Revoked {
    /// Whether this one has ended.
    pub fn has(&self, session: SessionId) -> bool {
        self.0.load().contains(&session.0)
    }

    /// Reads them again: at start, after ending one, and when another process did.
    pub async fn refresh(&self, db: &impl ConnectionTrait, now_ms: i64) -> Result<(), DbErr> {
        let ended = store::ended_sessions(db, now_ms - REMEMBERED_MS).await?;
        self.0.store(ended.into_iter().collect::<HashSet<_>>().into());
        Ok(())
    }
}
