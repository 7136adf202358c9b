//! An offer's way through its states.

use chrono::{DateTime, Utc};
use shared::{
    Code,
    offer::{Action, OfferDraft, OfferState},
};

use super::{document::state_of, store};
use crate::{
    error::{Error, Result},
    store::{
        Store,
        clock::{from_ms, to_ms},
        entities::offers,
        revisions::{self, Revision},
    },
};

/// The offer after an action, or why its state does not allow it.
pub fn after(offer: &offers::Model, action: Action, now: DateTime<Utc>) -> Result<offers::Model> {
    let state = state_of(offer)?;
    let refused = || Error::new(Code::StateConflict).with("state", state).with("allowed", state.allowed());
    let mut next = state.apply(action).ok_or_else(refused)?;
    // An approved offer whose time has come opens at once.
    if action == Action::Approve && offer.starts_at.is_none_or(|at| from_ms(at) <= now) {
        next = next.apply(Action::Open).ok_or_else(refused)?;
    }
    Ok(moved(offer, next, now))
}

/// Whether a partner's edit waits in review while the offer stays as everybody sees it.
pub const fn waits_in_review(state: OfferState) -> bool {
    matches!(state, OfferState::Announced | OfferState::Published | OfferState::Paused)
}

/// The offer with another text, as its next version: at once, or waiting in review.
pub fn edited(offer: &offers::Model, draft: &OfferDraft, waits: bool, now: DateTime<Utc>) -> Result<offers::Model> {
    let mut next = after(offer, Action::Edit, now)?;
    let document = serde_json::to_value(draft).map_err(Error::internal)?;
    if waits {
        next.pending = Some(document);
        next.pending_at = Some(to_ms(now));
        next.rejection = None;
    } else {
        next.external_id.clone_from(&draft.external_id);
        next.starts_at = draft.starts_at.map(to_ms);
        next.ends_at = draft.ends_at.map(to_ms);
        next.draft = document;
    }
    Ok(next)
}

/// The row in another state, as its next version.
pub fn moved(offer: &offers::Model, state: OfferState, now: DateTime<Utc>) -> offers::Model {
    let mut offer = offer.clone();
    state.as_str().clone_into(&mut offer.state);
    offer.version += 1;
    offer.updated_at = to_ms(now);
    if state.is_public() && offer.published_at.is_none() {
        offer.published_at = Some(to_ms(now));
    }
    offer
}

/// Opens and ends the offers whose time has come; answers whether there were any. Two processes may both try: the
/// version lets one of them do it.
pub async fn turn_by_time(db: &Store, now: DateTime<Utc>) -> Result<bool, sea_orm::DbErr> {
    let due = store::due(db.fresh(), to_ms(now)).await?;
    if due.is_empty() {
        return Ok(false);
    }
    let tx = db.begin().await?;
    store::archive(&tx, due.iter().map(|offer| offer.id)).await?;
    for offer in &due {
        let over = offer.ends_at.is_some_and(|at| from_ms(at) <= now);
        let (action, name) = if over { (Action::End, "offer.end") } else { (Action::Open, "offer.open") };
        let next = state_of(offer).ok().and_then(|state| state.apply(action));
        if let Some(next) = next {
            let next =
                offers::Model { action: name.to_owned(), actor_id: None, actor_key: None, ..moved(offer, next, now) };
            store::update(&tx, offer, next).await?;
        }
    }
    revisions::raise(&tx, Revision::Offers).await?;
    tx.commit().await?;
    tracing::info!(offers = due.len(), "offer.turned_by_time");
    Ok(true)
}
