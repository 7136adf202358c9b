//! Trying a till with a test key: claims of nobody, in a place that nobody else sees.

use serde_json::json;
use shared::{
    Code, FieldCode, OfferId,
    partner::{KeyMode, Scope},
    redemption::{NotRedeemable, RedemptionState, SandboxClaim},
};
use tests::{Market, Offer, Partner, on_both};

use super::{checked, done, shop};

on_both!(a_program_tries_its_till, the_offers_own_rules_count, only_test_keys_may);

/// An offer that is open in the sandbox.
async fn sandbox_offer(partner: &Partner, offer: Offer) -> OfferId {
    let draft: shared::offer::PartnerOffer = partner.sandbox.send(&partner.path("/offers"), &offer.0).await.created();
    partner.sandbox.post(&partner.path(&format!("/offers/{}/submit", draft.id))).await.status(200);
    draft.id
}

async fn a_program_tries_its_till(market: Market) {
    let partner = market.partner().await;
    let offer = sandbox_offer(&partner, Offer::once().quota(2).with(|o| o.max_quantity = 2)).await;
    let ask = json!({"offer_id": offer, "quantity": 2});
    let claim: SandboxClaim = partner.sandbox.send(&partner.path("/sandbox/claims"), &ask).await.created();
    assert_eq!((claim.offer_id, claim.quantity), (offer, 2));
    assert!(checked(&partner.sandbox, claim.code).await.valid);
    for real in [&partner.program, &partner.cashier] {
        assert_eq!(checked(real, claim.code).await.reason, Some(NotRedeemable::Unknown));
    }
    let part = done(&partner.sandbox, "confirm", json!({"code": claim.code, "quantity": 1})).await;
    assert_eq!((part.partner.as_str(), part.left), (&*partner.slug, 1));
    let hold = done(&partner.sandbox, "hold", json!({"code": claim.code})).await;
    done(&partner.sandbox, "release", json!({"redemption_id": hold.id})).await;
    let undone = done(&partner.sandbox, "undo", json!({"redemption_id": part.id})).await;
    assert_eq!(undone.state, RedemptionState::Undone);
    done(&partner.sandbox, "confirm", json!({"code": claim.code})).await;
    let admin: shared::Page<shared::redemption::RedemptionView> =
        market.admin().await.get("/redemptions?limit=100").await.ok();
    assert!(admin.items.iter().all(|item| item.offer.id != offer), "nobody else sees it");
    market.place.db().await.check_ledger().await;
}

async fn the_offers_own_rules_count(market: Market) {
    let partner = market.partner().await;
    let path = partner.path("/sandbox/claims");
    let offer = sandbox_offer(&partner, Offer::once().quota(2)).await;
    let ask =
        |offer: OfferId, quantity: u32| partner.sandbox.send(&path, &json!({"offer_id": offer, "quantity": quantity}));
    ask(offer, 2).await.wrong_at(Code::InvalidInput, &[("/quantity", FieldCode::OutOfRange)]);
    ask(offer, 1).await.status(201);
    ask(offer, 1).await.status(201);
    ask(offer, 1).await.refused(Code::QuotaExhausted);
    let draft: shared::offer::PartnerOffer =
        partner.sandbox.send(&partner.path("/offers"), &Offer::once().0).await.created();
    ask(draft.id, 1).await.refused(Code::OfferNotOpen);
    let (_, real) = shop(&market).await;
    ask(real.id, 1).await.refused(Code::NotFound);
    market.place.db().await.check_ledger().await;
}

async fn only_test_keys_may(market: Market) {
    let (partner, offer) = shop(&market).await;
    let path = partner.path("/sandbox/claims");
    let body = json!({"offer_id": offer.id});
    for caller in [&partner.program, &partner.owner, &market.admin().await] {
        caller.send(&path, &body).await.refused(Code::Forbidden);
    }
    let reader = market.program(&partner, KeyMode::Test, &[Scope::OffersWrite]).await;
    reader.send(&path, &body).await.refused(Code::Forbidden);
}
