//! Guessing codes ends, for each caller and each address; right codes cost nothing.

use serde_json::json;
use shared::Code;
use tests::{Kind, Market, Place, on_both};

use super::{checked, claimed, shop, till};

on_both!(alone: guessing_ends_for_the_caller_and_then_for_the_address);

async fn guessing_ends_for_the_caller_and_then_for_the_address(kind: Kind) {
    let market = Market::open(Place::new(kind).await.with("RATE_GUESSES", "4")).await;
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    let right = json!({"code": claim.code});
    for _ in 0..12 {
        assert!(checked(&partner.cashier, claim.code).await.valid, "right codes cost nothing");
    }
    let (unknown, mistyped) = (json!({"code": "2222-2222-2222"}), json!({"code": "2222-2222-2223"}));
    till(&partner.cashier, "check", unknown.clone()).await.status(200);
    till(&partner.cashier, "check", mistyped.clone()).await.status(200);
    till(&partner.cashier, "confirm", unknown.clone()).await.refused(Code::NotFound);
    till(&partner.cashier, "hold", mistyped).await.refused(Code::InvalidInput);
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
