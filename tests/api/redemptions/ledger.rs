//! Claims that are partly used and then end: only the rest goes back, and every count stays right.

use serde_json::json;
use shared::{
    Code,
    claim::{ClaimState, ClaimView},
    offer::{OfferState, PartnerOffer},
};
use tests::{Market, Offer, PASSWORD, eventually, on_both};

use super::{claimed, done, expire, seen, shop};

on_both!(
    giving_back_the_rest,
    running_out_with_a_rest,
    a_claimant_who_leaves_with_a_rest,
    an_undo_after_giving_back_the_rest,
);

async fn giving_back_the_rest(market: Market) {
    let partner = market.partner().await;
    let offer = Offer::once().quota(5).with(|o| o.max_quantity = 5);
    let offer = offer.in_state_at(&market, &partner.slug, OfferState::Published).await;
    let (person, claim) = claimed(&market, &offer, 5).await;
    done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 2})).await;
    let given: ClaimView = person.post(&format!("/claims/{}/cancel", claim.id)).await.ok();
    assert_eq!((given.state, given.quantity, given.redeemed), (ClaimState::Redeemed, 2, 2));
    assert_eq!(given, seen(&person, &claim).await);
    // Three units can be claimed by somebody else, but not by the same person in this period.
    person.claim(offer.id).await.refused(Code::AlreadyClaimed);
    let path = format!("/offers/{}/claims", offer.id);
    let other = market.educator().await;
    other.send(&path, &json!({"quantity": 4})).await.refused(Code::QuotaExhausted);
    other.send(&path, &json!({"quantity": 3})).await.status(201);
    market.place.db().await.check_ledger().await;
}

async fn running_out_with_a_rest(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 5).await;
    done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 1})).await;
    expire(&market, &claim).await;
    let path = partner.path(&format!("/offers/{}", offer.id));
    eventually("the rest goes back", || async {
        let offer: PartnerOffer = partner.owner.get(&path).await.ok();
        (offer.claimed == 1).then_some(())
    })
    .await;
    let now = seen(&person, &claim).await;
    assert_eq!((now.state, now.quantity, now.redeemed), (ClaimState::Redeemed, 1, 1));
    market.place.db().await.check_ledger().await;
}

async fn a_claimant_who_leaves_with_a_rest(market: Market) {
    let (partner, offer) = shop(&market).await;
    let person = market.signed_up(shared::account::Role::Learner).await;
    let path = format!("/offers/{}/claims", offer.id);
    let claim: ClaimView = person.caller.send(&path, &json!({"quantity": 3})).await.created();
    done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 2})).await;
    person.caller.delete("/me").json(&json!({"current_password": PASSWORD})).await.done();
    let offer: PartnerOffer = partner.owner.get(&partner.path(&format!("/offers/{}", offer.id))).await.ok();
    assert_eq!(offer.claimed, 2);
    market.place.db().await.check_ledger().await;
}

async fn an_undo_after_giving_back_the_rest(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 4).await;
    let used = done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 3})).await;
    person.post(&format!("/claims/{}/cancel", claim.id)).await.status(200);
    done(&partner.cashier, "undo", json!({"redemption_id": used.id})).await;
    let now = seen(&person, &claim).await;
    assert_eq!((now.state, now.quantity, now.redeemed), (ClaimState::Active, 3, 0), "the three units are theirs again");
    market.place.db().await.check_ledger().await;
    person.post(&format!("/claims/{}/cancel", claim.id)).await.status(200);
    let offer: PartnerOffer = partner.owner.get(&partner.path(&format!("/offers/{}", offer.id))).await.ok();
    assert_eq!(offer.claimed, 0);
    market.place.db().await.check_ledger().await;
}
