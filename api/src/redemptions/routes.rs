//! The till over HTTP.

use actix_web::{HttpResponse, post, web};
use shared::redemption::{
    CheckCode, CheckedCode, ConfirmRedemption, HoldCode, RedemptionView, ReleaseRedemption, UndoRedemption,
};

use super::{check as checking, confirm as confirming, guesses::Guesses, hold as holding, till::Till, undo as undoing};
use crate::{
    error::Result,
    http::{Json, Query, idempotency::Keyed, query::Nothing},
    refusals,
    store::{Store, Transaction},
};

refusals! {
    /// Who may not look.
    CheckRefusals: PartnerNotActive;
    /// No such code of this partner, or nothing left of it.
    HoldRefusals: PartnerNotActive, NotFound, ClaimNotActive, AlreadyExists;
    /// No such code or hold of this partner, or nothing left of it.
    ConfirmRefusals: PartnerNotActive, NotFound, ClaimNotActive, RedemptionConflict, AlreadyExists;
    /// No such redemption of this partner, or too late.
    UndoRefusals: PartnerNotActive, NotFound, RedemptionConflict, UndoWindowOver;
    /// No such hold of this partner.
    ReleaseRefusals: PartnerNotActive, NotFound, RedemptionConflict;
}

/// Says whether a code can be redeemed, or why not; never whose it is. Wrong codes are counted: too many in ten minutes
/// are answered with 429.
#[utoipa::path(tag = "till", request_body = CheckCode, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = CheckedCode), CheckRefusals))]
#[post("/redemptions/check")]
pub async fn check(
    Keyed(till, (Json(asked), _), _): Keyed<Till, (Json<CheckCode>, Query<Nothing>)>,
    store: web::Data<Store>,
    guesses: web::Data<Guesses>,
) -> Result<HttpResponse> {
    let place = till.at(asked.partner.as_deref())?;
    Ok(HttpResponse::Ok().json(checking::check(store.fresh(), &guesses, &place, &asked.code).await?))
}

/// Holds a claim for a while: no other till can use it, and its claimant cannot give it back. A hold that is neither
/// confirmed nor released runs out by itself.
#[utoipa::path(tag = "till", request_body = HoldCode, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = RedemptionView), HoldRefusals))]
#[post("/redemptions/hold")]
pub async fn hold(
    Keyed(till, (Json(asked), _), answering): Keyed<Till, (Json<HoldCode>, Query<Nothing>)>,
    store: web::Data<Store>,
    guesses: web::Data<Guesses>,
) -> Result<HttpResponse> {
    let place = till.at(asked.partner.as_deref())?;
    let work = async |tx: &Transaction| Ok(HttpResponse::Ok().json(holding::hold(tx, &guesses, &place, &asked).await?));
    answering.transaction(&store, work).await
}

/// Redeems a claim, all of it or some of its units: by its code, or what is held by the redemption's id. Safe to repeat:
/// the same `redemption_id`, or the same `reference` for the same code, answers the same redemption.
#[utoipa::path(tag = "till", request_body = ConfirmRedemption, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = RedemptionView), ConfirmRefusals))]
#[post("/redemptions/confirm")]
pub async fn confirm(
    Keyed(till, (Json(asked), _), answering): Keyed<Till, (Json<ConfirmRedemption>, Query<Nothing>)>,
    store: web::Data<Store>,
    guesses: web::Data<Guesses>,
) -> Result<HttpResponse> {
    let place = till.at(asked.partner.as_deref())?;
    let work =
        async |tx: &Transaction| Ok(HttpResponse::Ok().json(confirming::confirm(tx, &guesses, &place, &asked).await?));
    answering.transaction(&store, work).await
}

/// Takes a redemption back, until `undo_until`: the code can be used again. Where the claim's time is over, its units go
/// back to the offer instead. Undoing twice answers the same.
#[utoipa::path(tag = "till", request_body = UndoRedemption, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = RedemptionView), UndoRefusals))]
#[post("/redemptions/undo")]
pub async fn undo(
    Keyed(till, (Json(asked), _), answering): Keyed<Till, (Json<UndoRedemption>, Query<Nothing>)>,
    store: web::Data<Store>,
) -> Result<HttpResponse> {
    let place = till.at(asked.partner.as_deref())?;
    let work = async |tx: &Transaction| Ok(HttpResponse::Ok().json(undoing::undo(tx, &place, &asked).await?));
    answering.transaction(&store, work).await
}

/// Lets go of a claim that is held. Releasing twice answers the same.
#[utoipa::path(tag = "till", request_body = ReleaseRedemption, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = RedemptionView), ReleaseRefusals))]
#[post("/redemptions/release")]
pub async fn release(
    Keyed(till, (Json(asked), _), answering): Keyed<Till, (Json<ReleaseRedemption>, Query<Nothing>)>,
    store: web::Data<Store>,
) -> Result<HttpResponse> {
    let place = till.at(asked.partner.as_deref())?;
    let work = async |tx: &Transaction| Ok(HttpResponse::Ok().json(holding::release(tx, &place, &asked).await?));
    answering.transaction(&store, work).await
}
