//! Claims in a sandbox: by nobody, so that a program can try its till.

use actix_web::{HttpResponse, post, web};
use shared::{
    Code,
    partner::KeyMode,
    redemption::{NewSandboxClaim, SandboxClaim},
};

use crate::{
    claims,
    error::Result,
    http::{Allowed, Json, Query, query::Nothing},
    partners::{Desk, access::Right, permission::SandboxTry},
    refusals,
    store::{Store, clock::Clock},
};

refusals! {
    /// No such offer in the sandbox, or it cannot be claimed.
    SandboxRefusals: NotFound, OfferNotOpen, QuotaExhausted;
}

/// Claims an offer of the sandbox by a made-up claimant, for whom no rule of eligibility counts, and answers its code.
/// Only test keys may.
#[utoipa::path(tag = "till", params(("slug" = String, Path)), request_body = NewSandboxClaim, security(("api_key" = [])),
    responses((status = 201, body = SandboxClaim), SandboxRefusals))]
#[post("/partners/{slug}/sandbox/claims")]
pub async fn claim(
    Allowed(desk, (Json(asked), _)): Allowed<Desk<SandboxTry>, (Json<NewSandboxClaim>, Query<Nothing>)>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    if desk.right != Right::Key(KeyMode::Test) {
        return Err(Code::Forbidden.into());
    }
    let claim = claims::claim_in_sandbox(&store, desk.id(), asked.offer_id, asked.quantity, clock.now()).await?;
    Ok(HttpResponse::Created().json(claim))
}
