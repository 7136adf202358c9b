//! Sessions that ended while their access tokens were still good. Each process keeps the few of the last ten minutes.

use std::collections::HashSet;

use arc_swap::ArcSwap;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use shared::SessionId;
use uuid::Uuid;

use super::token::ACCESS_SECONDS;
use crate::store::entities::sessions;

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
        let since = now_ms - (ACCESS_SECONDS + 60) * 1000;
        let ended: Vec<Uuid> = sessions::Entity::find()
            .select_only()
            .column(sessions::Column::Id)
            .filter(sessions::Column::RevokedAt.gt(since))
            .into_tuple()
            .all(db)
            .await?;
        self.0.store(ended.into_iter().collect::<HashSet<_>>().into());
        Ok(())
    }
}
