//! The audit log: what ministry staff and operators did, written in the same transaction as the deed.

mod routes;
mod store;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;
use shared::{Page, UserId, audit::AuditEntry};
use uuid::Uuid;

use crate::{
    error::Result,
    http::{cursor, routes::Routes},
    store::{Store, clock::to_ms, entities::audit},
};

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(routes::list);
}

/// Tells this list's cursors from others.
const LIST: &str = "audit";

/// Writes down that `actor` (nobody: the operator at the command line) did `action` to `subject`. `db` is the
/// transaction of the deed.
pub async fn record(
    db: &impl ConnectionTrait,
    actor: Option<UserId>,
    action: &'static str,
    subject: String,
    detail: Value,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let entry = audit::Model {
        id: Uuid::now_v7(),
        at: to_ms(now),
        actor_id: actor.map(Into::into),
        action: action.to_owned(),
        subject,
        detail,
    };
    store::add(db, entry).await
}

/// A page of the log, the newest first.
async fn list(db: &Store, limit: usize, after: Option<&str>) -> Result<Page<AuditEntry>> {
    let after = cursor::decode::<Uuid>(LIST, after)?;
    let mut entries = store::admin_entries(&db.read, after, limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut entries, limit, |last| last.id);
    Ok(Page { items: entries.into_iter().map(Into::into).collect(), next_cursor })
}
