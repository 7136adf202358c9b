//! Redeeming: by a code, or what is held. The claim's row decides: its units are taken by one statement that says what
//! must still be true, so of any number of tills one succeeds.

use shared::{
    Code, RedemptionId,
    claim::ClaimState,
    redemption::{ConfirmRedemption, RedemptionState, RedemptionView},
};

use super::{
    check, deed,
    deed::{Deed, again, conflict, lost_reference},
    guesses::Guesses,
    hold::{new_row, release_old},
    rules::wanted,
    store::{self, Found, Row},
    till::Place,
};
use crate::{
    error::{Error, Result},
    store::{LostRace, Transaction, clock::to_ms, entities::redemptions},
};

/// Redeems a claim.
pub async fn confirm(
    tx: &Transaction,
    guesses: &Guesses,
    place: &Place,
    asked: &ConfirmRedemption,
) -> Result<RedemptionView> {
    match (asked.redemption_id, &asked.code) {
        (Some(id), _) => held(tx, place, asked, id).await,
        (None, Some(code)) => {
            if let Some(row) = again(tx, place, asked.reference.as_deref(), code).await? {
                return held(tx, place, asked, RedemptionId(row.redemption.id)).await;
            }
            let found = check::found(tx, guesses, place, code).await?;
            by_code(tx, place, asked, &found).await
        }
        (None, None) => Err(Code::Internal.into()),
    }
}

async fn by_code(tx: &Transaction, place: &Place, asked: &ConfirmRedemption, found: &Found) -> Result<RedemptionView> {
    let quantity = wanted(asked.quantity, found.usable(place.now)?)?;
    release_old(tx, place, found.hold).await?;
    if !store::use_units(tx, found.claim.id, quantity, ClaimState::Active, to_ms(place.now)).await? {
        // Another till was faster.
        return Err(LostRace.into());
    }
    let new = redemptions::Model {
        state: RedemptionState::Confirmed.as_str().to_owned(),
        reference: asked.reference.clone(),
        confirmed_at: Some(to_ms(place.now)),
        ..new_row(place, &found.claim, quantity)
    };
    let id = new.id;
    store::insert(tx, new).await.map_err(|error| lost_reference(error, asked.reference.as_deref()))?;
    deed::done(tx, place, id, Deed::Confirm).await
}

/// Confirms what is held. What is confirmed already is answered again.
async fn held(tx: &Transaction, place: &Place, asked: &ConfirmRedemption, id: RedemptionId) -> Result<RedemptionView> {
    let row = store::find(tx, place.partner, id.0).await?.ok_or(Code::NotFound)?;
    match row.state(place.now)? {
        RedemptionState::Held => {}
        RedemptionState::Confirmed => return repeated(&row, place, asked),
        other @ (RedemptionState::Released | RedemptionState::Undone) => return Err(conflict(other)),
    }
    let quantity = wanted(asked.quantity, u32::try_from(row.redemption.quantity).unwrap_or_default())?;
    let (reference, now) = (asked.reference.as_deref(), to_ms(place.now));
    check_reference(tx, place, reference, id).await?;
    let confirmed = store::confirm_held(tx, id, quantity, reference, place, now).await;
    if !confirmed.map_err(|error| lost_reference(error, reference))? {
        return Err(LostRace.into());
    }
    if !store::use_units(tx, row.redemption.claim_id, quantity, ClaimState::Held, now).await? {
        return Err(Error::internal("a hold without its claim"));
    }
    deed::done(tx, place, id.0, Deed::Confirm).await
}

/// Refuses a receipt number that another redemption has, and says which.
async fn check_reference(tx: &Transaction, place: &Place, reference: Option<&str>, id: RedemptionId) -> Result<()> {
    let Some(reference) = reference else { return Ok(()) };
    let other = store::by_reference(tx, place.partner, reference).await?;
    match other.filter(|other| other.redemption.id != id.0) {
        Some(other) => Err(Error::new(Code::AlreadyExists)
            .with("pointer", "/reference")
            .with("redemption_id", RedemptionId(other.redemption.id))),
        None => Ok(()),
    }
}

/// The answer to the same confirmation again; one of other units is another.
fn repeated(row: &Row, place: &Place, asked: &ConfirmRedemption) -> Result<RedemptionView> {
    let units = u32::try_from(row.redemption.quantity).unwrap_or_default();
    if asked.quantity.is_some_and(|quantity| quantity != units) {
        return Err(conflict(RedemptionState::Confirmed));
    }
    row.view(place.undo, place.now)
}
