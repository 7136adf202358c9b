//! Many tills at once: no unit is used twice.

use futures_util::future::join_all;
use serde_json::json;
use shared::{Code, claim::ClaimState, redemption::RedemptionView};
use tests::{Market, on_both};

use super::{claimed, done, seen, shop, till};

on_both!(
    of_two_hundred_at_once_one_succeeds,
    five_units_are_used_five_times,
    a_hold_and_a_gift_back_at_once,
    undoing_at_once_gives_back_once,
);

async fn of_two_hundred_at_once_one_succeeds(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 1).await;
    let tills = [&partner.cashier, &partner.program, &partner.editor, &partner.owner];
    let answers =
        join_all((0..200).map(|n| till(tills[n % tills.len()], "confirm", json!({"code": claim.code})))).await;
    let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((good.len(), bad.len()), (1, 199));
    for answer in bad {
        assert_eq!(answer.refused(Code::ClaimNotActive).extra["state"], json!("redeemed"));
    }
    let now = seen(&person, &claim).await;
    assert_eq!((now.state, now.redeemed), (ClaimState::Redeemed, 1));
    let db = market.place.db().await;
    let rows = format!("SELECT count(*) FROM redemptions WHERE claim_id = {}", db.id(claim.id.0));
    assert_eq!(db.number(&rows).await, 1);
    db.check_ledger().await;
}

async fn five_units_are_used_five_times(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 5).await;
    // A till that lost a race asks again, as it is told with 503.
    let one = async |till_at: &tests::Caller| loop {
        let answer = till(till_at, "confirm", json!({"code": claim.code, "quantity": 1})).await;
        if answer.status != 503 {
            return answer;
        }
    };
    let answers = join_all((0..40).map(|n| one(if n % 2 == 0 { &partner.cashier } else { &partner.program }))).await;
    let good = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(good, 5, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(Code::ClaimNotActive);
    }
    market.place.db().await.check_ledger().await;
}

async fn a_hold_and_a_gift_back_at_once(market: Market) {
    let (partner, offer) = shop(&market).await;
    for _ in 0..8 {
        let (person, claim) = claimed(&market, &offer, 1).await;
        let path = format!("/claims/{}/cancel", claim.id);
        let (held, given) = futures_util::join!(till(&partner.cashier, "hold", json!({"code": claim.code})), async {
            person.post(&path).await
        });
        assert_ne!(held.status == 200, given.status == 200, "one of the two: {held:?} {given:?}");
        let lost = if held.status == 200 { given } else { held };
        lost.refused(Code::ClaimNotActive);
    }
    market.place.db().await.check_ledger().await;
}

async fn undoing_at_once_gives_back_once(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 3).await;
    done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 1})).await;
    let used = done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 1})).await;
    let answers = join_all((0..20).map(|_| till(&partner.program, "undo", json!({"redemption_id": used.id})))).await;
    for answer in answers {
        assert_eq!(answer.ok::<RedemptionView>().id, used.id);
    }
    assert_eq!(seen(&person, &claim).await.redeemed, 1);
    market.place.db().await.check_ledger().await;
}
