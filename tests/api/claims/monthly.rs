//! Monthly offers: a quota for each calendar month in Baku, one claim a person and month, nothing carried over.

use chrono::Utc;
use serde_json::json;
use shared::{
    Code, Page,
    claim::{Allowance, ClaimState, ClaimView},
    month::Month,
};
use tests::{Caller, Kind, Market, Offer, Place, on_both};

on_both!(once_a_month, allowances_say_when_again);
on_both!(alone: a_new_month_opens_a_new_quota);

async fn allowance(caller: &Caller, offer: shared::OfferId) -> Allowance {
    let page: Page<Allowance> = caller.get("/me/allowances").await.ok();
    page.items.into_iter().find(|a| a.offer_id == offer).expect("the offer is among the allowances")
}

async fn once_a_month(market: Market) {
    let offer = Offer::monthly().quota(2).publish(&market).await;
    let people = market.educators(3).await;
    let claim = people[0].claimed(offer.id).await;
    let month = Month::of(Utc::now());
    assert_eq!(claim.period, Some(month.to_string()));
    let problem = people[0].claim(offer.id).await.refused(Code::AlreadyClaimed);
    assert_eq!(problem.extra["claim_id"], json!(claim.id));
    assert_eq!(problem.extra["next_available_at"], json!(month.ends_at()));
    people[1].claimed(offer.id).await;
    let problem = people[2].claim(offer.id).await.refused(Code::QuotaExhausted);
    assert_eq!(problem.extra["next_available_at"], json!(month.ends_at()));
}

async fn allowances_say_when_again(market: Market) {
    let offer = Offer::monthly().quota(5).publish(&market).await;
    let educator = market.educator().await;
    let before = allowance(&educator, offer.id).await;
    assert_eq!((before.available, before.claim_id), (true, None));
    assert!(before.next_available_at.is_some_and(|at| at <= Utc::now()));
    let claim = educator.claimed(offer.id).await;
    let after = allowance(&educator, offer.id).await;
    assert_eq!((after.available, after.claim_id), (false, Some(claim.id)));
    assert_eq!(after.next_available_at, Some(Month::of(Utc::now()).ends_at()));
    educator.post(&format!("/claims/{}/cancel", claim.id)).await.status(200);
    let again = allowance(&educator, offer.id).await;
    assert_eq!((again.available, again.claim_id), (true, None));
    let learners_only = Offer::monthly().audience(&[shared::offer::Audience::Learner]).publish(&market).await;
    let mine: Page<Allowance> = educator.get("/me/allowances").await.ok();
    assert!(mine.items.iter().all(|a| a.offer_id != learners_only.id), "only what is for them");
}

async fn a_new_month_opens_a_new_quota(kind: Kind) {
    let now = Market::open(Place::new(kind).await).await;
    let offer = Offer::monthly().quota(2).publish(&now).await;
    let person = now.signed_up(shared::account::Role::Learner).await;
    let first = person.caller.claimed(offer.id).await;
    now.signed_up(shared::account::Role::Learner).await.caller.claimed(offer.id).await;
    now.server.stop();
    let Market { place, .. } = now;

    let month = Month::of(Utc::now());
    let ahead = (month.ends_at() - Utc::now()).num_seconds() + 3600;
    let place = std::sync::Arc::into_inner(place).expect("the only one");
    let later = Market::open(place.with("VM_TEST_CLOCK_OFFSET_SECONDS", ahead.to_string())).await;
    let tokens = tests::people::sign_in(&later.anon(), &person.email, tests::PASSWORD).await;
    let caller = later.anon().bearer(&tokens.access_token);
    assert_eq!(later.offer(offer.id).await.card.left, Some(2), "nothing is taken in the new month");
    let second = caller.claimed(offer.id).await;
    assert_ne!(second.period, first.period);
    assert_eq!(second.period, Some(Month::of(month.ends_at()).to_string()));
    caller.claim(offer.id).await.refused(Code::AlreadyClaimed);
    let old: ClaimView = caller.get(&format!("/claims/{}", first.id)).await.ok();
    assert!([ClaimState::Active, ClaimState::Expired].contains(&old.state));
    later.signed_up(shared::account::Role::Learner).await.caller.claimed(offer.id).await;
    let third = later.signed_up(shared::account::Role::Learner).await;
    third.caller.claim(offer.id).await.refused(Code::QuotaExhausted);
    let db = later.place.db().await;
    let id = db.id(offer.id.0);
    assert_eq!(db.number(&format!("SELECT count(*) FROM quotas WHERE offer_id = {id}")).await, 2);
    db.check_ledger().await;
}
