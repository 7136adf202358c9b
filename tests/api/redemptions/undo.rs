//! `POST /redemptions/undo`: within a while, by the same partner.

use serde_json::json;
use shared::{
    Code,
    claim::ClaimState,
    redemption::{RedemptionState, RedemptionView},
};
use tests::{Kind, Market, Place, eventually, on_both};

use super::{checked, claimed, done, expire, seen, shop, till};

on_both!(the_code_is_good_again, some_units_come_back, too_late, a_claim_whose_time_is_over_goes_back_to_the_offer);
on_both!(alone: the_window_is_a_setting);

async fn the_code_is_good_again(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 2).await;
    let used = done(&partner.program, "confirm", json!({"code": claim.code})).await;
    let body = json!({"redemption_id": used.id, "reason": "Səhv məhsul"});
    let undone = done(&partner.cashier, "undo", body.clone()).await;
    assert_eq!((undone.state, undone.left, undone.undo_until), (RedemptionState::Undone, 2, None));
    assert_eq!(undone.reason.as_deref(), Some("Səhv məhsul"));
    assert!(undone.ended_at >= used.confirmed_at);
    assert_eq!(done(&partner.cashier, "undo", body).await, undone, "undoing twice answers the same");
    let now = seen(&person, &claim).await;
    assert_eq!((now.state, now.redeemed, now.redeemed_at), (ClaimState::Active, 0, None));
    till(&partner.cashier, "confirm", json!({"redemption_id": used.id})).await.refused(Code::RedemptionConflict);
    let again = done(&partner.cashier, "confirm", json!({"code": claim.code})).await;
    assert_ne!(again.id, used.id);
    market.place.db().await.check_ledger().await;
}

async fn some_units_come_back(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 5).await;
    let first = done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 2})).await;
    let second = done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 3})).await;
    done(&partner.cashier, "undo", json!({"redemption_id": second.id})).await;
    let now = seen(&person, &claim).await;
    assert_eq!((now.state, now.redeemed, now.redeemed_at), (ClaimState::Active, 2, first.confirmed_at));
    // Also while another till holds the rest.
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code})).await;
    let answer = done(&partner.program, "undo", json!({"redemption_id": first.id})).await;
    assert_eq!(answer.left, 5);
    assert_eq!(seen(&person, &claim).await.state, ClaimState::Held);
    done(&partner.cashier, "confirm", json!({"redemption_id": hold.id})).await;
    assert_eq!(checked(&partner.cashier, claim.code).await.left, Some(2));
    market.place.db().await.check_ledger().await;
}

async fn too_late(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 1).await;
    let used = done(&partner.cashier, "confirm", json!({"code": claim.code})).await;
    let db = market.place.db().await;
    let an_hour_ago = used.confirmed_at.expect("a time").timestamp_millis() - 3_600_000;
    let id = db.id(used.id.0);
    db.run(&format!("UPDATE redemptions SET confirmed_at = {an_hour_ago} WHERE id = {id}")).await;
    let problem = till(&partner.owner, "undo", json!({"redemption_id": used.id})).await.refused(Code::UndoWindowOver);
    assert!(problem.extra["undo_until"].is_string(), "{problem:?}");
    assert_eq!(seen(&person, &claim).await.state, ClaimState::Redeemed);
}

async fn a_claim_whose_time_is_over_goes_back_to_the_offer(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 3).await;
    let used = done(&partner.cashier, "confirm", json!({"code": claim.code})).await;
    expire(&market, &claim).await;
    assert_eq!(seen(&person, &claim).await.state, ClaimState::Redeemed, "what was used stays used");
    let undone = done(&partner.cashier, "undo", json!({"redemption_id": used.id})).await;
    assert_eq!((undone.state, undone.left), (RedemptionState::Undone, 0));
    assert_eq!(seen(&person, &claim).await.state, ClaimState::Expired);
    let path = partner.path(&format!("/offers/{}", offer.id));
    eventually("the units go back", || async {
        let offer: shared::offer::PartnerOffer = partner.owner.get(&path).await.ok();
        (offer.claimed == 0).then_some(())
    })
    .await;
    market.place.db().await.check_ledger().await;
}

async fn the_window_is_a_setting(kind: Kind) {
    let market = Market::open(Place::new(kind).await.with("UNDO_MINUTES", "0")).await;
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    let used: RedemptionView = done(&partner.cashier, "confirm", json!({"code": claim.code})).await;
    assert_eq!(used.undo_until, used.confirmed_at);
    till(&partner.cashier, "undo", json!({"redemption_id": used.id})).await.refused(Code::UndoWindowOver);
}
