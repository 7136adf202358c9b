//! Looking at a code, without doing anything to it.

use sea_orm::ConnectionTrait;
use shared::{
    Code, FieldCode,
    claim::ClaimState,
    code::ClaimCode,
    redemption::{CheckedCode, NotRedeemable},
};

use super::{
    guesses::Guesses,
    rules::{Worth, reason},
    store::{self, Found},
    till::Place,
    view::offer,
};
use crate::{
    error::{Error, Result},
    store::clock::from_ms,
};

/// What a till finds by a text.
#[derive(Debug)]
pub enum Looked {
    /// It is no code: known without asking the database.
    Mistyped,
    /// There is no such code at this partner.
    Unknown,
    Found(Box<Found>),
}

/// Looks for a code. Wrong ones are counted, and refused where there were too many. What is mistyped is no guess at a code:
/// its check sign says so without the database, and tells nothing of any code.
pub async fn look(db: &impl ConnectionTrait, guesses: &Guesses, place: &Place, text: &str) -> Result<Looked> {
    let readings = ClaimCode::readings(text);
    if readings.is_empty() {
        return Ok(Looked::Mistyped);
    }
    let guess = guesses.begin(place.caller(), place.address).await?;
    for code in &readings {
        if let Some(found) = store::by_code(db, place.partner, code).await? {
            return Ok(Looked::Found(Box::new(found)));
        }
    }
    guess.count();
    Ok(Looked::Unknown)
}

/// The claim of a code that must be there.
pub async fn found(db: &impl ConnectionTrait, guesses: &Guesses, place: &Place, text: &str) -> Result<Found> {
    match look(db, guesses, place, text).await? {
        Looked::Found(found) => Ok(*found),
        Looked::Unknown => Err(Code::NotFound.into()),
        Looked::Mistyped => Err(Error::invalid_at("/code", FieldCode::InvalidFormat)),
    }
}

/// Says what a code is worth.
pub async fn check(db: &impl ConnectionTrait, guesses: &Guesses, place: &Place, text: &str) -> Result<CheckedCode> {
    let nothing = |reason| CheckedCode {
        valid: false,
        reason: Some(reason),
        offer: None,
        state: None,
        quantity: None,
        left: None,
        expires_at: None,
        redeemed_at: None,
    };
    let found = match look(db, guesses, place, text).await? {
        Looked::Mistyped => return Ok(nothing(NotRedeemable::Mistyped)),
        Looked::Unknown => return Ok(nothing(NotRedeemable::Unknown)),
        Looked::Found(found) => found,
    };
    let (state, left) = match found.worth(place.now)? {
        Worth::Units(left) => (ClaimState::Active, left),
        Worth::Nothing(state) => (state, 0),
    };
    Ok(CheckedCode {
        valid: left > 0,
        reason: reason(state),
        offer: Some(offer(found.claim.offer_id, &found.draft)?),
        state: Some(state),
        quantity: u32::try_from(found.claim.quantity).ok(),
        left: Some(left),
        expires_at: Some(from_ms(found.claim.expires_at)),
        redeemed_at: found.claim.redeemed_at.map(from_ms),
    })
}
