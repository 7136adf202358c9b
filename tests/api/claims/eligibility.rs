//! `GET /offers/{id}/eligibility`: each rule, met or not, and what would meet it.

use serde_json::json;
use shared::{
    Code, Lang,
    account::Role,
    eligibility::{Eligibility, Rule},
    offer::{Audience, Fulfilment, OfferState},
};
use tests::{Caller, Market, Offer, on_both, people};

on_both!(each_rule_is_explained_to_each_person, it_says_the_same_as_the_claim, it_speaks_three_languages);

async fn ask(caller: &Caller, offer: shared::OfferId) -> Eligibility {
    caller.get(&format!("/offers/{offer}/eligibility")).await.ok()
}

fn unmet(eligibility: &Eligibility) -> Vec<Rule> {
    for rule in &eligibility.rules {
        assert_eq!(rule.remedy.is_none(), rule.met, "{rule:?}");
    }
    let unmet: Vec<Rule> = eligibility.rules.iter().filter(|r| !r.met).map(|r| r.rule).collect();
    assert_eq!(eligibility.eligible, unmet.is_empty());
    unmet
}

async fn each_rule_is_explained_to_each_person(market: Market) {
    let offer = Offer::once().audience(&[Audience::Educator]).quota(1).publish(&market).await;
    let nobody = ask(&market.anon(), offer.id).await;
    assert_eq!(
        nobody.rules.iter().map(|r| r.rule).collect::<Vec<_>>(),
        [
            Rule::SignedIn,
            Rule::EmailVerified,
            Rule::Audience,
            Rule::RoleVerified,
            Rule::OfferOpen,
            Rule::NotClaimed,
            Rule::UnitsLeft
        ]
    );
    assert_eq!(unmet(&nobody), [Rule::SignedIn, Rule::EmailVerified, Rule::Audience, Rule::RoleVerified]);
    let stranger = people::register(&market.anon(), Role::Educator).await;
    assert_eq!(unmet(&ask(&stranger.caller, offer.id).await), [Rule::EmailVerified, Rule::RoleVerified]);
    assert_eq!(unmet(&ask(&market.learner().await, offer.id).await), [Rule::Audience]);
    let (one, other) = (market.educator().await, market.educator().await);
    assert_eq!(unmet(&ask(&one, offer.id).await), []);
    one.claimed(offer.id).await;
    assert_eq!(unmet(&ask(&one, offer.id).await), [Rule::NotClaimed, Rule::UnitsLeft]);
    assert_eq!(unmet(&ask(&other, offer.id).await), [Rule::UnitsLeft]);
}

/// Somebody of each kind: what they lack depends on the offer.
async fn everybody(market: &Market) -> Vec<(&'static str, Caller)> {
    vec![
        ("nobody", market.anon()),
        ("an unconfirmed address", people::register(&market.anon(), Role::Learner).await.caller),
        ("an unconfirmed address and status", people::register(&market.anon(), Role::Educator).await.caller),
        ("an unconfirmed status", market.signed_up(Role::Educator).await.caller),
        ("a learner", market.learner().await),
        ("an educator", market.educator().await),
        ("a head", market.head().await),
        ("the ministry", market.admin().await),
    ]
}

/// The rule that a refused claim speaks of.
fn refused_for(answer: &tests::Answer) -> Vec<Rule> {
    match answer.json_code() {
        Code::Unauthenticated => vec![Rule::SignedIn],
        Code::NotEligible => {
            let rules = answer.refused(Code::NotEligible).extra["rules"].as_array().expect("rules").clone();
            rules.into_iter().map(|rule| serde_json::from_value(rule["rule"].clone()).expect("a rule")).collect()
        }
        Code::OfferNotOpen => vec![Rule::OfferOpen],
        Code::AlreadyClaimed => vec![Rule::NotClaimed],
        Code::QuotaExhausted => vec![Rule::UnitsLeft],
        other => panic!("{other:?}: {}", answer.text()),
    }
}

/// Asks both; what the claim is refused for is what the explanation says, and it says nothing where it is granted.
async fn check_both(who: &str, caller: &Caller, what: &str, offer: shared::OfferId) {
    let said = ask(caller, offer).await;
    let (unmet, answer) = (unmet(&said), caller.claim(offer).await);
    if answer.status == 201 {
        assert_eq!(unmet, [], "{what} by {who}: granted, and yet {said:?}");
        return;
    }
    let refused = refused_for(&answer);
    assert!(!said.eligible, "{what} by {who}: {} and yet {said:?}", answer.text());
    assert!(refused.iter().all(|rule| unmet.contains(rule)), "{what} by {who}: {refused:?}, not {unmet:?}");
}

/// Every state, every rule, and every reason for which nothing is left.
async fn it_says_the_same_as_the_claim(market: Market) {
    let people = everybody(&market).await;
    for state in OfferState::ALL {
        let offer = Offer::once().in_state(&market, state).await;
        let path = format!("/offers/{}/eligibility", offer.id);
        for (who, caller) in &people {
            if state.is_public() {
                check_both(who, caller, state.as_str(), offer.id).await;
            } else {
                caller.get(&path).await.refused(Code::NotFound);
            }
        }
    }
    let of_pool = || Offer::monthly().with(|offer| offer.fulfilment = Fulfilment::CodePool);
    for (what, offer, codes) in [
        ("for educators", Offer::monthly().audience(&[Audience::Educator]), 0),
        ("for institutions", Offer::once().audience(&[Audience::Institution]), 0),
        ("without units", Offer::once().quota(1), 0),
        ("an empty pool", of_pool(), 0),
        ("a pool of one", of_pool(), 1),
        ("a pool of two and a quota of one", of_pool().quota(1), 2),
        ("a pool of one and a quota of five", of_pool().quota(5), 1),
    ] {
        let offer = offer.draft(&market).await;
        let admin = market.admin().await;
        if codes > 0 {
            let codes: Vec<String> = (0..codes).map(|_| people::unique("POOL")).collect();
            let path = format!("/partners/azercell/offers/{}/codes", offer.id);
            admin.send(&path, &json!({"codes": codes})).await.status(200);
        }
        for action in ["submit", "approve"] {
            tests::offer::act(&admin, &offer, action).await.status(200);
        }
        // Twice: the second time some have it already, and it may be gone.
        for _ in 0..2 {
            for (who, caller) in people.iter().chain(&[("another", market.educator().await)]) {
                check_both(who, caller, what, offer.id).await;
            }
        }
    }
}

async fn it_speaks_three_languages(market: Market) {
    let offer = Offer::once().publish(&market).await;
    for lang in Lang::ALL {
        let said = ask(&market.anon().speaking(lang), offer.id).await;
        assert_eq!(said.rules[0].message, Rule::SignedIn.title(lang));
        assert_eq!(said.rules[0].remedy.as_deref(), Some(Rule::SignedIn.remedy(lang)));
    }
}
