//! The till: what was claimed is used once, whoever asks how often.

mod check;
mod confirm;
mod crowd;
mod hold;
mod ledger;
mod limits;
mod list;
mod sandbox;
mod undo;

use serde_json::{Value, json};
use shared::{
    claim::ClaimView,
    offer::{OfferState, PartnerOffer},
    redemption::{CheckedCode, RedemptionView},
};
use tests::{Answer, Caller, Market, Offer, Partner};

/// A partner with an offer of which five units can be claimed at once.
async fn shop(market: &Market) -> (Partner, PartnerOffer) {
    let partner = market.partner().await;
    let offer = Offer::once().with(|o| o.max_quantity = 5);
    let offer = offer.in_state_at(market, &partner.slug, OfferState::Published).await;
    (partner, offer)
}

/// Somebody who claimed so many units.
async fn claimed(market: &Market, offer: &PartnerOffer, quantity: u32) -> (Caller, ClaimView) {
    let person = market.educator().await;
    let claim = person.send(&format!("/offers/{}/claims", offer.id), &json!({"quantity": quantity})).await.created();
    (person, claim)
}

/// The claim as its claimant sees it now.
async fn seen(person: &Caller, claim: &ClaimView) -> ClaimView {
    person.get(&format!("/claims/{}", claim.id)).await.ok()
}

async fn till(at: &Caller, what: &str, body: Value) -> Answer {
    at.send(&format!("/redemptions/{what}"), &body).await
}

async fn checked(at: &Caller, code: impl ToString) -> CheckedCode {
    till(at, "check", json!({"code": code.to_string()})).await.ok()
}

async fn done(at: &Caller, what: &str, body: Value) -> RedemptionView {
    till(at, what, body).await.ok()
}

/// Lets a hold run out now.
async fn run_out(market: &Market, hold: &RedemptionView) {
    let db = market.place.db().await;
    db.run(&format!("UPDATE redemptions SET expires_at = 1 WHERE id = {}", db.id(hold.id.0))).await;
}

/// Lets a claim's time be over.
async fn expire(market: &Market, claim: &ClaimView) {
    let db = market.place.db().await;
    db.run(&format!("UPDATE claims SET expires_at = 1 WHERE id = {}", db.id(claim.id.0))).await;
}
