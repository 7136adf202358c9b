//! `GET /offers/{id}/eligibility`: each rule, met or not, and what would meet it.

use shared::{
    Code, Lang,
    account::Role,
    eligibility::{Eligibility, Rule},
    offer::{Audience, OfferState},
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

async fn it_says_the_same_as_the_claim(market: Market) {
    for state in OfferState::ALL {
        let offer = Offer::once().in_state(&market, state).await;
        let educator = market.educator().await;
        let path = format!("/offers/{}/eligibility", offer.id);
        if !state.is_public() {
            educator.get(&path).await.refused(Code::NotFound);
            continue;
        }
        let said = ask(&educator, offer.id).await;
        assert_eq!(said.eligible, educator.claim(offer.id).await.status == 201, "{state:?}: {said:?}");
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
