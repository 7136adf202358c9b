//! The end of an upload: what is noted of it, and who is told.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;
use shared::{
    PartnerId,
    import::{FileProblem, ImportState},
    webhook::EventKind,
};

use super::{admit::note, store};
use crate::{
    error::Result,
    store::{Store, clock::to_ms, entities::imports},
    webhooks::{self, Event},
};

/// The row of an upload that is over.
fn over(import: &imports::Model, failure: Option<&FileProblem>, now: DateTime<Utc>) -> imports::Model {
    let state = if failure.is_some() { ImportState::Failed } else { ImportState::Finished };
    imports::Model {
        state: state.as_str().to_owned(),
        bytes_done: if failure.is_some() { import.bytes_done } else { import.bytes },
        failure: failure.and_then(|failure| serde_json::to_value(failure).ok()),
        finished_at: Some(to_ms(now)),
        ..import.clone()
    }
}

/// Ends an upload with these counts; answers its row then, if it still was the caller's to end.
pub async fn end(
    db: &Store,
    before: &imports::Model,
    counts: &imports::Model,
    failure: Option<&FileProblem>,
    now: DateTime<Utc>,
) -> Result<Option<imports::Model>> {
    let after = over(counts, failure, now);
    let detail = json!({"state": after.state, "counts": store::counts(&after), "failure": why(&after)});
    db.transaction_if(async |tx| {
        if !store::advance(tx, before, &after).await? {
            return Ok(None);
        }
        note(tx, &after, "import.finish", detail.clone(), now).await?;
        tell(tx, &after, now).await?;
        Ok(Some(after.clone()))
    })
    .await
}

/// The code of what an upload failed of.
pub fn why(import: &imports::Model) -> Option<&str> {
    import.failure.as_ref()?.get("code")?.as_str()
}

/// Tells the partner's programs that an upload is over.
pub async fn tell(tx: &impl ConnectionTrait, import: &imports::Model, now: DateTime<Utc>) -> Result<()> {
    let data = json!({
        "id": import.id, "state": import.state, "mode": import.mode, "dry_run": import.dry_run,
        "counts": store::counts(import), "failure": why(import),
    });
    let (kind, partner) = (EventKind::ImportFinished, PartnerId(import.partner_id));
    webhooks::emit(tx, &[Event { kind, partner, subject: import.id, data }], now).await?;
    Ok(())
}
