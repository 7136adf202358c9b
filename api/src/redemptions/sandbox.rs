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
    http::{Json, Query, idempotency::Keyed, query::Nothing},
    partners::{Desk, access::Right, permission::SandboxTry},
    refusals,
    store::{Store, Transaction, clock::Clock},
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
    Keyed(desk, (Json(asked), _), answering): Keyed<Desk<SandboxTry>, (Json<NewSandboxClaim>, Query<Nothing>)>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    if desk.right != Right::Key(KeyMode::Test) {
        return Err(Code::Forbidden.into());
    }
    let now = clock.now();
    let work = async |tx: &Transaction| {
        let claim = claims::claim_in_sandbox(tx, desk.id(), asked.offer_id, asked.quantity, now).await?;
        Ok(HttpResponse::Created().json(claim))
    };
    answering.transaction(&store, work).await
}
