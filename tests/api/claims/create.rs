//! `POST /offers/{id}/claims`.

use std::collections::HashSet;

use chrono::{TimeDelta, Utc};
use serde_json::json;
use shared::{
    Code, FieldCode,
    account::Role,
    claim::{ClaimState, ClaimView},
    code::ClaimCode,
    eligibility::Rule,
    offer::{Audience, OfferState},
};
use tests::{Market, Offer, on_both, people};

on_both!(
    a_claim_has_a_code_and_its_picture,
    codes_are_unique_and_check_themselves,
    the_quota_is_the_end,
    nobody_claims_twice,
    several_units_where_the_offer_allows_it,
    who_is_not_eligible_learns_which_rule,
    only_open_offers_are_claimed,
    a_body_is_checked,
);

async fn a_claim_has_a_code_and_its_picture(market: Market) {
    let offer = Offer::once().quota(3).publish(&market).await;
    let educator = market.educator().await;
    let answer = educator.claim(offer.id).await.status(201);
    let claim: ClaimView = answer.json();
    assert_eq!(answer.header("location"), Some(format!("/api/v1/claims/{}", claim.id).as_str()));
    assert_eq!((claim.state, claim.quantity, &claim.period), (ClaimState::Active, 1, &None));
    assert_eq!((claim.offer.id, &claim.offer.title), (offer.id, &offer.offer.title));
    assert_eq!(claim.offer.how_to_use, offer.offer.how_to_use);
    let days = claim.expires_at.expect("an end") - claim.created_at;
    assert_eq!(days, TimeDelta::days(30));
    assert!((Utc::now() - claim.created_at).abs() < TimeDelta::minutes(1));
    assert!(claim.qr.starts_with("<svg ") && claim.qr.ends_with("</svg>") && !claim.qr.contains("<script"));
    assert!(!claim.qr.contains(claim.code.as_str()), "the picture is a picture");
    let raw: serde_json::Value = answer.json();
    let groups: Vec<&str> = raw["code"].as_str().unwrap().split('-').collect();
    assert_eq!(groups.iter().map(|g| g.len()).collect::<Vec<_>>(), [4, 4, 4]);
    assert!(!market.server.log().contains(claim.code.as_str()), "the log has no secrets");
}

async fn codes_are_unique_and_check_themselves(market: Market) {
    let offer = Offer::once().publish(&market).await;
    let mut codes = HashSet::new();
    for educator in market.educators(20).await {
        let code = educator.claimed(offer.id).await.code;
        assert!(codes.insert(code), "a code twice");
        for at in 0..12 {
            let mut wrong: Vec<u8> = code.as_str().bytes().collect();
            wrong[at] = if wrong[at] == b'7' { b'8' } else { b'7' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert!(wrong.parse::<ClaimCode>().is_err(), "a wrong sign is found: {wrong}");
        }
    }
    let there: HashSet<String> = market.place.db().await.codes(offer.id).await.into_iter().collect();
    assert_eq!(there, codes.iter().map(|c| c.as_str().to_owned()).collect());
}

async fn the_quota_is_the_end(market: Market) {
    let offer = Offer::once().quota(2).publish(&market).await;
    let people = market.educators(4).await;
    for educator in &people[..2] {
        educator.claimed(offer.id).await;
    }
    for educator in &people[2..] {
        let problem = educator.claim(offer.id).await.refused(Code::QuotaExhausted);
        assert_eq!(problem.extra["waiting_list"], json!(false));
    }
    assert_eq!(market.managed(offer.id).await.claimed, 2);
    market.place.db().await.check_ledger().await;
}

async fn nobody_claims_twice(market: Market) {
    let offer = Offer::once().publish(&market).await;
    let educator = market.educator().await;
    let claim = educator.claimed(offer.id).await;
    let problem = educator.claim(offer.id).await.refused(Code::AlreadyClaimed);
    assert_eq!((&problem.extra["claim_id"], &problem.extra["next_available_at"]), (&json!(claim.id), &json!(null)));
    assert_eq!(market.managed(offer.id).await.claimed, 1);
}

async fn several_units_where_the_offer_allows_it(market: Market) {
    let offer = Offer::once().quota(7).with(|o| o.max_quantity = 3).publish(&market).await;
    let path = format!("/offers/{}/claims", offer.id);
    let people = market.educators(4).await;
    let ask = |n: usize, quantity: u32| people[n].send(&path, &json!({"quantity": quantity}));
    let answer = ask(0, 4).await;
    answer.wrong_at(Code::InvalidInput, &[("/quantity", FieldCode::OutOfRange)]);
    for n in [0, 1] {
        assert_eq!(ask(n, 3).await.created::<ClaimView>().quantity, 3);
    }
    ask(2, 2).await.refused(Code::QuotaExhausted);
    assert_eq!(ask(3, 1).await.created::<ClaimView>().quantity, 1);
    assert_eq!(market.managed(offer.id).await.claimed, 7);
    market.place.db().await.check_ledger().await;
}

async fn who_is_not_eligible_learns_which_rule(market: Market) {
    let anon = market.anon();
    let educators = Offer::once().audience(&[Audience::Educator]).publish(&market).await;
    let institutions = Offer::once().audience(&[Audience::Institution]).publish(&market).await;
    let not_met = |answer: &tests::Answer| -> Vec<Rule> {
        let problem = answer.refused(Code::NotEligible);
        let rules = problem.extra["rules"].as_array().expect("rules").clone();
        assert!(rules.iter().all(|r| r["met"] == json!(false) && r["remedy"].is_string()), "{rules:?}");
        rules.into_iter().map(|r| serde_json::from_value(r["rule"].clone()).unwrap()).collect()
    };
    anon.claim(educators.id).await.refused(Code::Unauthenticated);
    let stranger = people::register(&anon, Role::Educator).await.caller;
    assert_eq!(not_met(&stranger.claim(educators.id).await), [Rule::EmailVerified, Rule::RoleVerified]);
    let unconfirmed = market.signed_up(Role::Educator).await;
    assert_eq!(not_met(&unconfirmed.caller.claim(educators.id).await), [Rule::RoleVerified]);
    assert_eq!(not_met(&market.learner().await.claim(educators.id).await), [Rule::Audience]);
    assert_eq!(not_met(&market.educator().await.claim(institutions.id).await), [Rule::Audience]);
    market.head().await.claimed(institutions.id).await;
    people::confirm(&market.admin().await, unconfirmed.id).await;
    unconfirmed.caller.claimed(educators.id).await;
    assert_eq!(market.managed(educators.id).await.claimed, 1);
}

async fn only_open_offers_are_claimed(market: Market) {
    let educator = market.educator().await;
    for state in OfferState::ALL {
        let offer = Offer::once().in_state(&market, state).await;
        let answer = educator.claim(offer.id).await;
        match state {
            OfferState::Published => drop(answer.status(201)),
            _ if state.is_public() => drop(answer.refused(Code::OfferNotOpen)),
            _ => drop(answer.refused(Code::NotFound)),
        }
    }
    let soon = Offer::once().starts_at(Utc::now() + TimeDelta::days(1)).in_state(&market, OfferState::Announced).await;
    educator.claim(soon.id).await.refused(Code::OfferNotOpen);
}

async fn a_body_is_checked(market: Market) {
    let offer = Offer::once().publish(&market).await;
    let path = format!("/offers/{}/claims", offer.id);
    let educator = market.educator().await;
    for (body, place, code) in [
        (json!({"quantity": 0}), "/quantity", FieldCode::OutOfRange),
        (json!({"quantity": 1001}), "/quantity", FieldCode::OutOfRange),
        (json!({"quantity": -1}), "/quantity", FieldCode::WrongType),
        (json!({"quantity": "one"}), "/quantity", FieldCode::WrongType),
        (json!({"quantity": 1, "claimant": "x"}), "/claimant", FieldCode::UnknownField),
    ] {
        educator.send(&path, &body).await.wrong_at(Code::InvalidInput, &[(place, code)]);
    }
    educator.post(&path).await.refused(Code::UnsupportedMediaType);
    educator.send("/offers/nothing/claims", &json!({})).await.refused(Code::NotFound);
    assert_eq!(market.managed(offer.id).await.claimed, 0);
}
