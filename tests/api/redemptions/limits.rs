//! Guessing codes ends, for each caller and each address; right codes cost nothing.

use futures_util::future::join_all;
use serde_json::json;
use shared::{Code, redemption::NotRedeemable};
use tests::{Kind, Market, Place, on_both};

use super::{checked, claimed, shop, till};

on_both!(
    alone: guessing_ends_for_the_caller_and_then_for_the_address,
    what_is_mistyped_is_no_guess,
    guesses_at_once_are_all_counted,
);

async fn guessing_ends_for_the_caller_and_then_for_the_address(kind: Kind) {
    let market = Market::open(Place::new(kind).await.with("RATE_GUESSES", "4")).await;
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    let right = json!({"code": claim.code});
    for _ in 0..12 {
        assert!(checked(&partner.cashier, claim.code).await.valid, "right codes cost nothing");
    }
    let unknown = json!({"code": "2222-2222-2222"});
    for _ in 0..2 {
        till(&partner.cashier, "check", unknown.clone()).await.status(200);
    }
    till(&partner.cashier, "confirm", unknown.clone()).await.refused(Code::NotFound);
    till(&partner.cashier, "hold", unknown.clone()).await.refused(Code::NotFound);
    for what in ["check", "hold", "confirm"] {
        for code in [&unknown, &right] {
            let answer = till(&partner.cashier, what, code.clone()).await;
            answer.refused(Code::RateLimited);
            let wait: u32 = answer.header("retry-after").expect("Retry-After").parse().expect("seconds");
            assert!((1..=601).contains(&wait), "{wait}");
        }
    }
    assert!(checked(&partner.program, claim.code).await.valid, "another till goes on");
    for guesser in [&partner.program, &partner.editor, &partner.owner, &partner.sandbox] {
        for _ in 0..4 {
            till(guesser, "check", unknown.clone()).await.status(200);
        }
    }
    let (neighbour, _) = shop(&market).await;
    till(&neighbour.cashier, "check", unknown).await.refused(Code::RateLimited);
}

async fn what_is_mistyped_is_no_guess(kind: Kind) {
    let market = Market::open(Place::new(kind).await.with("RATE_GUESSES", "4")).await;
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    let mistyped = json!({"code": "2222-2222-2223"});
    let unknown = json!({"code": "2222-2222-2222"});
    for _ in 0..10 {
        let seen = checked(&partner.cashier, "2222-2222-2223").await;
        assert_eq!(seen.reason, Some(NotRedeemable::Mistyped));
        till(&partner.cashier, "hold", mistyped.clone()).await.refused(Code::InvalidInput);
        till(&partner.cashier, "confirm", mistyped.clone()).await.refused(Code::InvalidInput);
    }
    assert!(checked(&partner.cashier, claim.code).await.valid, "nothing was guessed at");
    for _ in 0..4 {
        till(&partner.cashier, "check", unknown.clone()).await.status(200);
    }
    till(&partner.cashier, "check", unknown).await.refused(Code::RateLimited);
    // It is no code, so it tells nothing: the till can say so whatever was guessed.
    assert_eq!(checked(&partner.cashier, "2222-2222-2223").await.reason, Some(NotRedeemable::Mistyped));
}

async fn guesses_at_once_are_all_counted(kind: Kind) {
    const MOST: usize = 40;
    let market = Market::open(Place::new(kind).await.with("RATE_GUESSES", MOST.to_string())).await;
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    let right = json!({"code": claim.code});
    let wrong = json!({"code": "2222-2222-2222"});
    // What is refused for load is asked again, as the answer says.
    let ask = async |what: &'static str, body: &serde_json::Value| loop {
        let answer = till(&partner.program, what, body.clone()).await;
        if answer.status != 503 {
            return answer;
        }
    };
    // Right codes cost nothing, however many come at once.
    let answers = join_all((0..3 * MOST).map(|_| ask("check", &right))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let answers = join_all((0..60).map(|n| ask(["check", "hold", "confirm"][n % 3], &wrong))).await;
    let judged = answers.iter().filter(|answer| answer.status != 429).count();
    assert_eq!(judged, MOST, "no more than that is looked at");
    ask("check", &right).await.refused(Code::RateLimited);
}
