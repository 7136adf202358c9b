//! What belongs to every change of a redemption: what partners' programs are told, the audit, the figures, the answer.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::json;
use shared::{
    Code, PartnerId, RedemptionId,
    code::ClaimCode,
    redemption::{RedemptionState, RedemptionView},
    webhook::EventKind,
};
use uuid::Uuid;

use super::{
    store::{self, Row},
    till::Place,
};
use crate::{
    audit,
    error::{Error, Result},
    store::{
        LostRace, is_duplicate,
        totals::{self, Metric},
    },
    webhooks::{self, Event},
};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Hold,
    Confirm,
    Release,
    Undo,
}

impl Deed {
    const fn action(self) -> &'static str {
        match self {
            Self::Hold => "redemption.hold",
            Self::Confirm => "redemption.confirm",
            Self::Release => "redemption.release",
            Self::Undo => "redemption.undo",
        }
    }

    const fn event(self) -> EventKind {
        match self {
            Self::Hold => EventKind::RedemptionHeld,
            Self::Confirm => EventKind::RedemptionConfirmed,
            Self::Release => EventKind::RedemptionReleased,
            Self::Undo => EventKind::RedemptionUndone,
        }
    }
}

/// What the partner's programs are told of a redemption: nothing of the code, and nothing of the person.
pub fn event(row: &Row, kind: EventKind, now: DateTime<Utc>) -> Result<Event> {
    let view = row.view(chrono::TimeDelta::zero(), now)?;
    let data = json!({
        "redemption_id": view.id,
        "claim_id": view.claim_id,
        "offer_id": view.offer.id,
        "external_id": view.offer.external_id,
        "state": view.state,
        "quantity": view.quantity,
        "left": view.left,
        "reference": view.reference,
        "claim_state": row.claim_state,
    });
    Ok(Event { kind, partner: PartnerId(row.redemption.partner_id), subject: row.redemption.claim_id, data })
}

/// Notes a deed in its transaction, and answers the redemption as it is now.
pub async fn done(tx: &impl ConnectionTrait, place: &Place, id: Uuid, deed: Deed) -> Result<RedemptionView> {
    let row = store::find(tx, place.partner, id).await?.ok_or(Code::Internal)?;
    webhooks::emit(tx, &[event(&row, deed.event(), place.now)?], place.now).await?;
    let mut detail = json!({
        "partner": place.slug,
        "offer": row.redemption.offer_id,
        "claim": row.redemption.claim_id,
        "quantity": row.redemption.quantity,
    });
    if let Some(key) = place.actor.key() {
        detail["api_key"] = json!(key);
    }
    let subject = format!("redemption:{}", RedemptionId(id));
    audit::record(tx, place.actor.user(), deed.action(), subject, detail, place.now).await?;
    let units = i64::from(row.redemption.quantity);
    let counted = |at: Option<i64>| at.map_or(place.now, crate::store::clock::from_ms);
    match deed {
        _ if place.sandbox => {}
        Deed::Confirm => totals::add(tx, Metric::Redemptions, place.now, units).await?,
        Deed::Undo => totals::add(tx, Metric::Redemptions, counted(row.redemption.confirmed_at), -units).await?,
        Deed::Hold | Deed::Release => {}
    }
    row.view(place.undo, place.now)
}

/// Refuses what the redemption's state does not allow.
pub fn conflict(state: RedemptionState) -> Error {
    Error::new(Code::RedemptionConflict).with("state", state)
}

/// Refuses a receipt number that belongs to another redemption.
fn taken(row: &Row, now: DateTime<Utc>) -> Result<Error> {
    Ok(Error::new(Code::AlreadyExists)
        .with("pointer", "/reference")
        .with("redemption_id", RedemptionId(row.redemption.id))
        .with("state", row.state(now)?))
}

/// The redemption that this receipt number made before, if it was of the same code and still stands: a till that got no
/// answer sends the same again.
pub async fn again(
    db: &impl ConnectionTrait,
    place: &Place,
    reference: Option<&str>,
    code: &str,
) -> Result<Option<Row>> {
    let Some(reference) = reference else { return Ok(None) };
    let Some(row) = store::by_reference(db, place.partner, reference).await? else { return Ok(None) };
    let same = ClaimCode::readings(code).iter().any(|code| code.as_str() == row.code);
    let stands = matches!(row.state(place.now)?, RedemptionState::Held | RedemptionState::Confirmed);
    if same && stands { Ok(Some(row)) } else { Err(taken(&row, place.now)?) }
}

/// Why writing failed: where the receipt number was taken a moment ago, another till was faster, and the next try finds its
/// redemption.
pub fn lost_reference(error: DbErr, reference: Option<&str>) -> Error {
    if reference.is_some() && is_duplicate(&error) { LostRace.into() } else { error.into() }
}
