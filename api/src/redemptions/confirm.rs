//! Redeeming: by a code, or what is held. The claim's row decides: its units are taken by one statement that says what
//! must still be true, so of any number of tills one succeeds.

use shared::{
    Code, RedemptionId,
    claim::ClaimState,
    redemption::{ConfirmRedemption, RedemptionState, RedemptionView},
};

use super::{
    check, deed,
    deed::{Deed, again, conflict, is_taken},
    guesses::Guesses,
    hold::{TRIES, new_row, release_old},
    rules::wanted,
    store::{self, Row},
    sweep,
    till::Place,
};
use crate::{
    error::{Error, Result},
    store::{Store, clock::to_ms, entities::redemptions},
};

/// Redeems a claim.
pub async fn confirm(
    db: &Store,
    guesses: &Guesses,
    place: &Place,
    asked: &ConfirmRedemption,
) -> Result<RedemptionView> {
    match (asked.redemption_id, &asked.code) {
        (Some(id), _) => held(db, place, asked, id).await,
        (None, Some(code)) => by_code(db, guesses, place, asked, code).await,
        (None, None) => Err(Code::Internal.into()),
    }
}

async fn by_code(
    db: &Store,
    guesses: &Guesses,
    place: &Place,
    asked: &ConfirmRedemption,
    code: &str,
) -> Result<RedemptionView> {
    let reference = asked.reference.as_deref();
    for _ in 0..TRIES {
        if let Some(row) = again(db, place, reference, code).await? {
            return held(db, place, asked, RedemptionId(row.redemption.id)).await;
        }
        let found = check::found(db, guesses, place, code).await?;
        let quantity = wanted(asked.quantity, found.usable(place.now)?)?;
        let tx = db.begin().await?;
        release_old(&tx, place, found.hold).await?;
        if !store::use_units(&tx, found.claim.id, quantity, ClaimState::Active, to_ms(place.now)).await? {
            continue;
        }
        let new = redemptions::Model {
            state: RedemptionState::Confirmed.as_str().to_owned(),
            reference: asked.reference.clone(),
            confirmed_at: Some(to_ms(place.now)),
            ..new_row(place, &found.claim, quantity)
        };
        let id = new.id;
        if let Err(error) = store::insert(&tx, new).await {
            is_taken(error, reference)?;
            continue;
        }
        let view = deed::done(&tx, place, id, Deed::Confirm).await?;
        tx.commit().await?;
        return Ok(view);
    }
    Err(Error::new(Code::Overloaded))
}

/// Confirms what is held. What is confirmed already is answered again.
async fn held(db: &Store, place: &Place, asked: &ConfirmRedemption, id: RedemptionId) -> Result<RedemptionView> {
    let reference = asked.reference.as_deref();
    for _ in 0..TRIES {
        let row = store::find(db.fresh(), place.partner, id.0).await?.ok_or(Code::NotFound)?;
        match row.state(place.now)? {
            RedemptionState::Held => {}
            RedemptionState::Confirmed => return repeated(&row, place, asked),
            RedemptionState::Released => {
                run_out(db, place, &row).await?;
                return Err(conflict(RedemptionState::Released));
            }
            RedemptionState::Undone => return Err(conflict(RedemptionState::Undone)),
        }
        let quantity = wanted(asked.quantity, u32::try_from(row.redemption.quantity).unwrap_or_default())?;
        let now = to_ms(place.now);
        let tx = db.begin().await?;
        match store::confirm_held(&tx, id, quantity, reference, place, now).await {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                is_taken(error, reference)?;
                drop(tx);
                // Says whose the number is.
                let code = row.code.as_str();
                let other = again(db, place, reference, code).await?;
                return Err(Error::new(Code::AlreadyExists)
                    .with("pointer", "/reference")
                    .with("redemption_id", other.map(|other| RedemptionId(other.redemption.id))));
            }
        }
        if !store::use_units(&tx, row.redemption.claim_id, quantity, ClaimState::Held, now).await? {
            return Err(Error::internal("a hold without its claim"));
        }
        let view = deed::done(&tx, place, id.0, Deed::Confirm).await?;
        tx.commit().await?;
        return Ok(view);
    }
    Err(Error::new(Code::Overloaded))
}

/// The answer to the same confirmation again; one of other units is another.
fn repeated(row: &Row, place: &Place, asked: &ConfirmRedemption) -> Result<RedemptionView> {
    let units = u32::try_from(row.redemption.quantity).unwrap_or_default();
    if asked.quantity.is_some_and(|quantity| quantity != units) {
        return Err(conflict(RedemptionState::Confirmed));
    }
    row.view(place.undo, place.now)
}

/// Writes down that a hold has run out, so that the claim can be used at once.
async fn run_out(db: &Store, place: &Place, row: &Row) -> Result<()> {
    if row.redemption.state == RedemptionState::Held.as_str() {
        let tx = db.begin().await?;
        sweep::release(&tx, &[row.redemption.id], place.now).await?;
        tx.commit().await?;
    }
    Ok(())
}
