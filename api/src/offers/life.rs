//! An offer's way through its states.

use chrono::{DateTime, Utc};
use shared::{
    Code, OfferId,
    offer::{Action, OfferDraft, OfferState},
};

use super::{
    document::{allowed, draft_of, search_text, state_of},
    store,
};
use crate::{
    error::{Error, Result},
    store::{
        Store, Transaction,
        bad_rows::BadRows,
        clock::{from_ms, to_ms},
        entities::offers,
    },
};

/// Offers that are opened and ended in one transaction.
const TURN_BATCH: u64 = 500;
/// Offers whose words are written down in one statement.
const WORDS_BATCH: u64 = 1000;

/// The offer after an action, or why its state does not allow it. In a sandbox there
/// is nobody who reviews: what is submitted is approved.
pub fn after(offer: &offers::Model, action: Action, in_sandbox: bool, now: DateTime<Utc>) -> Result<offers::Model> {
    let state = state_of(offer)?;
    let refused =
        || Ok::<_, Error>(Error::new(Code::StateConflict).with("state", state).with("allowed", allowed(offer)?));
    let Some(mut next) = state.apply(action) else { return Err(refused()?) };
    if in_sandbox && action == Action::Submit {
        next = next.apply(Action::Approve).unwrap_or(next);
    }
    // An approved offer whose time has come opens at once.
    if next == OfferState::Scheduled && state != next && offer.starts_at.is_none_or(|at| from_ms(at) <= now) {
        next = next.apply(Action::Open).unwrap_or(next);
    }
    Ok(moved(offer, next, now))
}

/// The offer with another text, as its next version: at once, or waiting in review.
pub fn edited(offer: &offers::Model, draft: &OfferDraft, waits: bool, now: DateTime<Utc>) -> Result<offers::Model> {
    let mut next = after(offer, Action::Edit, false, now)?;
    if waits {
        next.pending = Some(serde_json::to_value(draft).map_err(Error::internal)?);
        next.pending_at = Some(to_ms(now));
        next.rejection = None;
    } else {
        take_in(&mut next, draft)?;
    }
    Ok(next)
}

/// Makes a text the one that counts.
pub fn take_in(offer: &mut offers::Model, draft: &OfferDraft) -> Result<()> {
    offer.external_id.clone_from(&draft.external_id);
    offer.starts_at = draft.starts_at.map(to_ms);
    offer.ends_at = draft.ends_at.map(to_ms);
    offer.draft = serde_json::to_value(draft).map_err(Error::internal)?;
    offer.search = Some(search_text(draft));
    Ok(())
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
    if state == OfferState::Ended {
        // Nothing is left to be decided.
        offer.pending = None;
        offer.pending_at = None;
    }
    offer
}

/// Opens and ends the offers whose time has come.
pub async fn turn_by_time(db: &Store, bad: &BadRows, now: DateTime<Utc>) -> Result<()> {
    loop {
        let due = store::due(db.fresh(), &bad.resting(), to_ms(now), TURN_BATCH).await?;
        let mut pieces = bad.pieces("offer.turn", &due, |offer| offer.id);
        while let Some(piece) = pieces.next_piece() {
            match db.transaction(async |tx| turn(tx, piece, now).await).await {
                Ok(turned) => tracing::info!(offers = turned, "offer.turned_by_time"),
                Err(error) => pieces.failed(piece, error)?,
            }
        }
        if (due.len() as u64) < TURN_BATCH {
            return Ok(());
        }
    }
}

/// Opens and ends offers; returns how many. Two processes may both try: the version lets one of them do it.
///
/// # Errors
/// Where one of them has neither to open nor to end.
async fn turn(tx: &Transaction, due: &[offers::Model], now: DateTime<Utc>) -> Result<u64> {
    let ids: Vec<OfferId> = due.iter().map(|offer| OfferId(offer.id)).collect();
    store::lock(tx, &ids).await?;
    store::archive(tx, due.iter().map(|offer| offer.id)).await?;
    let mut turned = 0;
    for offer in due {
        let over = offer.ends_at.is_some_and(|at| from_ms(at) <= now);
        let (action, name) = if over { (Action::End, "offer.end") } else { (Action::Open, "offer.open") };
        let next = state_of(offer)?.apply(action);
        let next = next.ok_or_else(|| Error::internal(format!("{name} of an offer that is {}", offer.state)))?;
        let next =
            offers::Model { action: name.to_owned(), actor_id: None, actor_key: None, ..moved(offer, next, now) };
        turned += u64::from(store::update(tx, offer, next).await?);
    }
    Ok(turned)
}

/// Writes down the words of offers whose drafts were written by other paths (imports, sample data), a batch at a time.
/// A draft that cannot be read has none.
pub async fn write_words(db: &Store, bad: &BadRows) -> Result<()> {
    loop {
        let rows = store::without_words(db.fresh(), bad.resting(), WORDS_BATCH).await?;
        let words: Vec<_> = rows
            .iter()
            .map(|offer| {
                (offer.id, offer.version, draft_of(offer).map(|draft| search_text(&draft)).unwrap_or_default())
            })
            .collect();
        let mut pieces = bad.pieces("offer.words", &words, |(id, ..)| *id);
        while let Some(piece) = pieces.next_piece() {
            let written = db.transaction(async |tx| Ok(store::write_words(tx, piece).await?)).await;
            if let Err(error) = written {
                pieces.failed(piece, error)?;
            }
        }
        if (words.len() as u64) < WORDS_BATCH {
            return Ok(());
        }
    }
}
