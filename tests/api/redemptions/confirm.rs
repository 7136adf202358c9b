//! `POST /redemptions/confirm`: whole or part, once.

use serde_json::{Value, json};
use shared::{
    Code, FieldCode,
    claim::ClaimState,
    partner::{KeyMode, Scope},
    redemption::{RedemptionState, RedemptionView},
};
use tests::{Market, on_both};

use super::{checked, claimed, done, expire, seen, shop, till};

on_both!(
    a_code_is_used_once,
    some_units_now_and_some_later,
    a_receipt_number_makes_repeating_safe,
    an_idempotency_key_makes_repeating_safe,
    a_hold_is_confirmed_once,
    what_is_wrong_is_named,
    only_who_may_redeems,
    it_is_written_down,
);

async fn a_code_is_used_once(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 2).await;
    let redemption = done(&partner.cashier, "confirm", json!({"code": claim.code, "reference": "A-1"})).await;
    assert_eq!((redemption.state, redemption.quantity, redemption.left), (RedemptionState::Confirmed, 2, 0));
    assert_eq!((redemption.claim_id, redemption.offer.id), (claim.id, offer.id));
    assert_eq!((redemption.partner.as_str(), redemption.reference.as_deref()), (&*partner.slug, Some("A-1")));
    assert_eq!(redemption.code_end, claim.code.as_str()[8..]);
    let confirmed = redemption.confirmed_at.expect("a time");
    assert_eq!(redemption.undo_until, Some(confirmed + chrono::TimeDelta::minutes(60)));
    let now = seen(&person, &claim).await;
    assert_eq!((now.state, now.redeemed, now.redeemed_at), (ClaimState::Redeemed, 2, Some(confirmed)));
    let problem = till(&partner.program, "confirm", json!({"code": claim.code})).await.refused(Code::ClaimNotActive);
    assert_eq!((&problem.extra["state"], &problem.extra["redeemed_at"]), (&json!("redeemed"), &json!(confirmed)));
    person.post(&format!("/claims/{}/cancel", claim.id)).await.refused(Code::ClaimNotActive);
    person.claim(offer.id).await.refused(Code::AlreadyClaimed);
    market.place.db().await.check_ledger().await;
}

async fn some_units_now_and_some_later(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 5).await;
    let first = done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 2})).await;
    assert_eq!((first.quantity, first.left), (2, 3));
    let now = seen(&person, &claim).await;
    assert_eq!((now.state, now.quantity, now.redeemed), (ClaimState::Active, 5, 2));
    assert_eq!(now.redeemed_at, first.confirmed_at);
    till(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 4}))
        .await
        .wrong_at(Code::InvalidInput, &[("/quantity", FieldCode::OutOfRange)]);
    let second = done(&partner.program, "confirm", json!({"code": claim.code})).await;
    assert_eq!((second.quantity, second.left), (3, 0));
    assert_eq!(seen(&person, &claim).await.state, ClaimState::Redeemed);
    till(&partner.cashier, "confirm", json!({"code": claim.code})).await.refused(Code::ClaimNotActive);
    market.place.db().await.check_ledger().await;
}

async fn a_receipt_number_makes_repeating_safe(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 3).await;
    let body = json!({"code": claim.code, "quantity": 1, "reference": "Kassa 7 / 0001"});
    let first = done(&partner.cashier, "confirm", body.clone()).await;
    let again = done(&partner.program, "confirm", body.clone()).await;
    assert_eq!(first, again);
    assert_eq!(checked(&partner.cashier, claim.code).await.left, Some(2));
    let answers = futures_util::future::join_all(
        (0..20)
            .map(|_| till(&partner.program, "confirm", json!({"code": claim.code, "quantity": 1, "reference": "B"}))),
    )
    .await;
    let ids: std::collections::HashSet<_> = answers.into_iter().map(|a| a.ok::<RedemptionView>().id).collect();
    assert_eq!(ids.len(), 1, "twenty at once are one redemption");
    assert_eq!(checked(&partner.cashier, claim.code).await.left, Some(1));
    // Another code, or other units, are no repetition.
    let (_, other) = claimed(&market, &offer, 1).await;
    let taken = json!({"code": other.code, "reference": "B"});
    let problem = till(&partner.cashier, "confirm", taken).await.refused(Code::AlreadyExists);
    assert_eq!(problem.extra["pointer"], json!("/reference"));
    let more = json!({"code": claim.code, "quantity": 2, "reference": "B"});
    till(&partner.cashier, "confirm", more).await.refused(Code::RedemptionConflict);
    // What was undone is not redeemed again by a late repetition.
    done(&partner.cashier, "undo", json!({"redemption_id": first.id})).await;
    till(&partner.cashier, "confirm", body).await.refused(Code::AlreadyExists);
    // Another partner has its own numbers.
    let (neighbour, goods) = shop(&market).await;
    let (_, theirs) = claimed(&market, &goods, 1).await;
    done(&neighbour.cashier, "confirm", json!({"code": theirs.code, "reference": "B"})).await;
    market.place.db().await.check_ledger().await;
}

async fn an_idempotency_key_makes_repeating_safe(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 2).await;
    for at in [&partner.cashier, &partner.program] {
        let ask = || at.send("/redemptions/confirm", &json!({"code": claim.code, "quantity": 1})).key("till-1");
        let (first, again) = (ask().await, ask().await);
        assert_eq!((first.status, &first.body), (200, &again.body));
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
    }
    assert_eq!(checked(&partner.cashier, claim.code).await.left, Some(0));
}

async fn a_hold_is_confirmed_once(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 4).await;
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code, "quantity": 3})).await;
    assert_eq!(hold.left, 1);
    let by_id = json!({"redemption_id": hold.id, "quantity": 2, "reference": "R-9"});
    till(&partner.cashier, "confirm", json!({"redemption_id": hold.id, "quantity": 4}))
        .await
        .wrong_at(Code::InvalidInput, &[("/quantity", FieldCode::OutOfRange)]);
    let first = done(&partner.cashier, "confirm", by_id.clone()).await;
    assert_eq!((first.id, first.state, first.quantity), (hold.id, RedemptionState::Confirmed, 2));
    assert_eq!((first.left, first.reference.as_deref()), (2, Some("R-9")));
    assert_eq!(done(&partner.cashier, "confirm", by_id).await, first);
    assert_eq!(done(&partner.program, "confirm", json!({"redemption_id": hold.id})).await, first);
    let other = json!({"redemption_id": hold.id, "quantity": 1});
    let problem = till(&partner.cashier, "confirm", other).await.refused(Code::RedemptionConflict);
    assert_eq!(problem.extra["state"], json!("confirmed"));
    let now = seen(&person, &claim).await;
    assert_eq!((now.state, now.redeemed), (ClaimState::Active, 2));
    // By the receipt number of a hold, too.
    let held = json!({"code": claim.code, "reference": "R-10"});
    let hold = done(&partner.cashier, "hold", held.clone()).await;
    assert_eq!(done(&partner.cashier, "hold", held.clone()).await, hold);
    assert_eq!(done(&partner.cashier, "confirm", held).await.id, hold.id);
    market.place.db().await.check_ledger().await;
}

async fn what_is_wrong_is_named(market: Market) {
    let (partner, offer) = shop(&market).await;
    let nobody = "0190163d-8694-739b-aea5-966c26f8ad91";
    for (body, place, code) in [
        (json!({}), "/code", FieldCode::Required),
        (json!({"code": "A", "redemption_id": nobody}), "/redemption_id", FieldCode::NotAllowed),
        (json!({"code": "A", "quantity": 0}), "/quantity", FieldCode::OutOfRange),
        (json!({"code": "A", "reference": " "}), "/reference", FieldCode::Required),
        (json!({"code": "A", "reference": "x".repeat(65)}), "/reference", FieldCode::TooLong),
        (json!({"redemption_id": "x"}), "/redemption_id", FieldCode::WrongType),
        (json!({"code": "2222-2222-2223"}), "/code", FieldCode::InvalidFormat),
    ] {
        till(&partner.cashier, "confirm", body).await.wrong_at(Code::InvalidInput, &[(place, code)]);
    }
    till(&partner.cashier, "confirm", json!({"code": "2222-2222-2222"})).await.refused(Code::NotFound);
    for what in ["confirm", "undo", "release"] {
        till(&partner.cashier, what, json!({"redemption_id": nobody})).await.refused(Code::NotFound);
    }
    let (_, late) = claimed(&market, &offer, 1).await;
    expire(&market, &late).await;
    let problem = till(&partner.cashier, "confirm", json!({"code": late.code})).await.refused(Code::ClaimNotActive);
    assert_eq!(problem.extra["state"], json!("expired"));
}

async fn only_who_may_redeems(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (other, _) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 1).await;
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code})).await;
    for stranger in [&other.owner, &other.program, &partner.sandbox] {
        for what in ["confirm", "release", "undo"] {
            till(stranger, what, json!({"redemption_id": hold.id})).await.refused(Code::NotFound);
        }
    }
    for nobody in [&person, &market.admin().await] {
        till(nobody, "confirm", json!({"redemption_id": hold.id})).await.refused(Code::Forbidden);
    }
    let reader = market.program(&partner, KeyMode::Live, &[Scope::OffersWrite, Scope::StatsRead]).await;
    let problem = till(&reader, "confirm", json!({"redemption_id": hold.id})).await.refused(Code::Forbidden);
    assert_eq!(problem.extra["scope"], json!("redemptions:write"));
    // A suspended partner still redeems what was claimed; one that was never let in does not.
    let db = market.place.db().await;
    let state = |state: &'static str| {
        let (db, id) = (&db, db.id(partner.id.0));
        async move { db.run(&format!("UPDATE partners SET state = '{state}' WHERE id = {id}")).await }
    };
    state("applied").await;
    for at in [&partner.cashier, &partner.program] {
        till(at, "confirm", json!({"redemption_id": hold.id})).await.refused(Code::PartnerNotActive);
    }
    state("suspended").await;
    done(&partner.cashier, "confirm", json!({"redemption_id": hold.id})).await;
    assert_eq!(seen(&person, &claim).await.state, ClaimState::Redeemed);
}

async fn it_is_written_down(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 2).await;
    let hold = done(&partner.cashier, "hold", json!({"code": claim.code})).await;
    done(&partner.cashier, "release", json!({"redemption_id": hold.id})).await;
    let used = done(&partner.program, "confirm", json!({"code": claim.code})).await;
    done(&partner.owner, "undo", json!({"redemption_id": used.id, "reason": "Səhv kod"})).await;
    let db = market.place.db().await;
    let log = |id: shared::RedemptionId| {
        let sql = format!("SELECT action FROM audit WHERE subject = 'redemption:{id}' ORDER BY id");
        let db = &db;
        async move { db.texts(&sql).await }
    };
    assert_eq!(log(hold.id).await, ["redemption.hold", "redemption.release"]);
    assert_eq!(log(used.id).await, ["redemption.confirm", "redemption.undo"]);
    let key = format!("SELECT CAST(detail AS TEXT) FROM audit WHERE subject = 'redemption:{}' ORDER BY id", used.id);
    let detail: Value = serde_json::from_str(&db.texts(&key).await[0]).unwrap();
    assert!(detail["api_key"].is_string() && detail["quantity"] == json!(2), "{detail}");
}
