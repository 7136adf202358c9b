//! `POST /redemptions/hold` and `release`: the claim is the till's for a while.

use chrono::TimeDelta;
use serde_json::json;
use shared::{Code, FieldCode, claim::ClaimState, redemption::RedemptionState};
use tests::{Market, eventually, on_both};

use super::{checked, claimed, done, expire, run_out, seen, shop, till};

on_both!(
    nobody_else_uses_what_is_held,
    a_hold_is_released_once,
    a_hold_runs_out,
    a_hold_that_ran_out_is_in_nobodys_way,
    a_till_may_finish_what_it_began,
    the_time_is_bounded,
);

async fn nobody_else_uses_what_is_held(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 2).await;
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code, "quantity": 1, "ttl_seconds": 60})).await;
    assert_eq!((hold.state, hold.quantity, hold.left), (RedemptionState::Held, 1, 1));
    assert_eq!(hold.expires_at, Some(hold.created_at + TimeDelta::seconds(60)));
    assert_eq!(seen(&person, &claim).await.state, ClaimState::Held);
    for what in ["hold", "confirm"] {
        let problem = till(&partner.program, what, json!({"code": claim.code})).await.refused(Code::ClaimNotActive);
        assert_eq!(problem.extra["state"], json!("held"));
    }
    person.post(&format!("/claims/{}/cancel", claim.id)).await.refused(Code::ClaimNotActive);
    market.place.db().await.check_ledger().await;
}

async fn a_hold_is_released_once(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 1).await;
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code})).await;
    let body = json!({"redemption_id": hold.id});
    let released = done(&partner.cashier, "release", body.clone()).await;
    assert_eq!((released.state, released.left), (RedemptionState::Released, 1));
    assert_eq!(done(&partner.program, "release", body.clone()).await, released);
    assert_eq!(seen(&person, &claim).await.state, ClaimState::Active);
    let problem = till(&partner.cashier, "confirm", body.clone()).await.refused(Code::RedemptionConflict);
    assert_eq!(problem.extra["state"], json!("released"));
    till(&partner.cashier, "undo", body).await.refused(Code::RedemptionConflict);
    let used = done(&partner.cashier, "confirm", json!({"code": claim.code})).await;
    let problem = till(&partner.cashier, "release", json!({"redemption_id": used.id})).await;
    assert_eq!(problem.refused(Code::RedemptionConflict).extra["state"], json!("confirmed"));
    market.place.db().await.check_ledger().await;
}

async fn a_hold_runs_out(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 1).await;
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code})).await;
    run_out(&market, &hold).await;
    eventually("the claim is free again", || async {
        (seen(&person, &claim).await.state == ClaimState::Active).then_some(())
    })
    .await;
    let db = market.place.db().await;
    let kinds = format!("SELECT kind FROM events WHERE subject = {} ORDER BY id", db.id(claim.id.0));
    let told = db.texts(&kinds).await;
    assert!(told.is_empty() || told.ends_with(&["redemption.released".to_owned()]), "{told:?}");
    let list: shared::Page<shared::redemption::RedemptionView> = partner.cashier.get("/redemptions").await.ok();
    assert_eq!((list.items[0].id, list.items[0].state), (hold.id, RedemptionState::Released));
    person.post(&format!("/claims/{}/cancel", claim.id)).await.status(200);
    db.check_ledger().await;
}

async fn a_hold_that_ran_out_is_in_nobodys_way(market: Market) {
    let (partner, offer) = shop(&market).await;
    for what in ["confirm", "hold"] {
        let (_, claim) = claimed(&market, &offer, 1).await;
        let hold = done(&partner.cashier, "hold", json!({"code": claim.code})).await;
        run_out(&market, &hold).await;
        // At once, whether or not somebody has swept.
        let next = done(&partner.program, what, json!({"code": claim.code})).await;
        assert_ne!(next.id, hold.id);
        let old = json!({"redemption_id": hold.id});
        till(&partner.cashier, "confirm", old).await.refused(Code::RedemptionConflict);
    }
    let (_, claim) = claimed(&market, &offer, 1).await;
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code})).await;
    run_out(&market, &hold).await;
    till(&partner.cashier, "confirm", json!({"redemption_id": hold.id})).await.refused(Code::RedemptionConflict);
    assert!(checked(&partner.cashier, claim.code).await.valid);
    market.place.db().await.check_ledger().await;
}

async fn a_till_may_finish_what_it_began(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 1).await;
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code})).await;
    expire(&market, &claim).await;
    done(&partner.cashier, "confirm", json!({"redemption_id": hold.id})).await;
    assert_eq!(seen(&person, &claim).await.state, ClaimState::Redeemed);
    market.place.db().await.check_ledger().await;
}

async fn the_time_is_bounded(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    for seconds in [0, 29, 901] {
        till(&partner.cashier, "hold", json!({"code": claim.code, "ttl_seconds": seconds}))
            .await
            .wrong_at(Code::InvalidInput, &[("/ttl_seconds", FieldCode::OutOfRange)]);
    }
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code})).await;
    assert_eq!(hold.expires_at, Some(hold.created_at + TimeDelta::seconds(300)));
}
