//! Taking a redemption back, within a while.

use shared::{
    Code, RedemptionId,
    redemption::{RedemptionState, RedemptionView, UndoRedemption},
};

use super::{
    deed,
    deed::{Deed, conflict},
    store,
    till::Place,
};
use crate::{
    error::{Error, Result},
    store::{
        Transaction,
        clock::{from_ms, to_ms},
    },
};

/// Gives the units back to the claim. Where the claim's time is over by now, or the rest of it was given back and its
/// time is over, they go back to the offer a moment later, as those of every claim that was not used in time. What is
/// undone already stays so.
pub async fn undo(tx: &Transaction, place: &Place, asked: &UndoRedemption) -> Result<RedemptionView> {
    let RedemptionId(id) = asked.redemption_id;
    let row = store::find(tx, place.partner, id).await?.ok_or(Code::NotFound)?;
    match row.state(place.now)? {
        RedemptionState::Confirmed => {}
        RedemptionState::Undone => return row.view(place.undo, place.now),
        other => return Err(conflict(other)),
    }
    let until = row.redemption.confirmed_at.map(from_ms).unwrap_or_default() + place.undo;
    if until <= place.now {
        return Err(Error::new(Code::UndoWindowOver).with("undo_until", until));
    }
    let times = [place.now, place.now - place.undo].map(to_ms);
    if !store::undo(tx, asked.redemption_id, asked.reason.as_deref(), place, times).await? {
        // Another till was faster.
        let row = store::find(tx, place.partner, id).await?.ok_or(Code::NotFound)?;
        return match row.state(place.now)? {
            RedemptionState::Undone => row.view(place.undo, place.now),
            other => Err(conflict(other)),
        };
    }
    if !store::unuse_units(tx, row.redemption.claim_id, row.redemption.quantity).await? {
        return Err(Error::internal("a redemption without its claim"));
    }
    let view = deed::done(tx, place, id, Deed::Undo).await?;
    Ok(view)
}
