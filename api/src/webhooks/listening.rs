//! Who listens to what, in memory: so that what nobody listens to costs the claim desk nothing.
//!
//! There is one of these for the process, since whoever emits has no more at hand than its transaction. A webhook that
//! another process made or switched on is known here half a second later; what happens in between may not be told to
//! it. One that was switched off meanwhile is told nothing: the database has the last word.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use arc_swap::ArcSwapOption;
use sea_orm::{ConnectionTrait, DbErr};
use shared::{PartnerId, webhook::EventKind};
use tokio::sync::Notify;

use super::store;

/// Who listens to what; none before it is read first, when everybody might.
static LISTENERS: LazyLock<ArcSwapOption<HashMap<PartnerId, HashSet<EventKind>>>> = LazyLock::new(ArcSwapOption::empty);

/// Woken when something is put down to be sent.
pub static PUT_DOWN: Notify = Notify::const_new();

/// Whether a webhook of the partner may listen to the kind.
pub fn may_listen(partner: PartnerId, kind: EventKind) -> bool {
    LISTENERS.load().as_ref().is_none_or(|all| all.get(&partner).is_some_and(|kinds| kinds.contains(&kind)))
}

/// Reads again who listens.
pub async fn refresh(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let mut all: HashMap<PartnerId, HashSet<EventKind>> = HashMap::new();
    for webhook in store::listeners(db, None).await? {
        all.entry(PartnerId(webhook.partner)).or_default().extend(webhook.kinds);
    }
    LISTENERS.store(Some(all.into()));
    Ok(())
}
