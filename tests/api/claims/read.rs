//! One's own claims: each, and the list.

use chrono::TimeDelta;
use shared::{
    Page,
    claim::{ClaimState, ClaimView},
};
use tests::{Kind, Market, Offer, Place, eventually, on_both};

on_both!(a_claim_reads_as_it_was_answered, the_list_is_walked_newest_first, a_claim_outlives_its_offer);
on_both!(alone: a_claim_expires_and_its_unit_goes_back);

async fn a_claim_reads_as_it_was_answered(market: Market) {
    let offer = Offer::once().publish(&market).await;
    let educator = market.educator().await;
    let answer = educator.claim(offer.id).await.status(201);
    let claim: ClaimView = answer.json();
    let read = educator.get(&format!("/claims/{}", claim.id)).await.status(200);
    assert_eq!(read.body, answer.body);
    assert_eq!(read.header("cache-control"), Some("private, no-store"));
    assert!(read.header("vary").is_some_and(|v| v.contains("Authorization") && v.contains("Cookie")));
}

async fn the_list_is_walked_newest_first(market: Market) {
    let educator = market.educator().await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(educator.claimed(Offer::once().publish(&market).await.id).await);
    }
    made.reverse();
    for limit in [1, 3, 7, 100] {
        let (mut met, mut cursor) = (Vec::new(), String::new());
        loop {
            let page: Page<ClaimView> = educator.get(&format!("/me/claims?limit={limit}{cursor}")).await.ok();
            assert!(page.items.len() <= limit);
            met.extend(page.items);
            let Some(next) = page.next_cursor else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(met, made, "by {limit}");
    }
    let none: Page<ClaimView> = market.educator().await.get("/me/claims").await.ok();
    assert_eq!((none.items.len(), none.next_cursor), (0, None));
}

async fn a_claim_outlives_its_offer(market: Market) {
    let offer = Offer::once().publish(&market).await;
    let educator = market.educator().await;
    let claim = educator.claimed(offer.id).await;
    tests::offer::act(&market.admin().await, &offer, "end").await.status(200);
    let read: ClaimView = educator.get(&format!("/claims/{}", claim.id)).await.ok();
    assert_eq!((read.state, read.code), (ClaimState::Active, claim.code));
    let page: Page<ClaimView> = educator.get("/me/claims").await.ok();
    assert_eq!(page.items, [read]);
}

async fn a_claim_expires_and_its_unit_goes_back(kind: Kind) {
    let now = Market::open(Place::new(kind).await).await;
    let offer = Offer::once().quota(1).with(|o| o.claim_days = 1).publish(&now).await;
    let person = now.signed_up(shared::account::Role::Learner).await;
    let claim = person.caller.claimed(offer.id).await;
    now.server.stop();
    let Market { place, .. } = now;
    let place = std::sync::Arc::into_inner(place).expect("the only one");
    let ahead = TimeDelta::hours(25).num_seconds().to_string();
    let later = Market::open(place.with("VM_TEST_CLOCK_OFFSET_SECONDS", ahead)).await;
    let tokens = tests::people::sign_in(&later.anon(), &person.email, tests::PASSWORD).await;
    let caller = later.anon().bearer(&tokens.access_token);
    let read: ClaimView = caller.get(&format!("/claims/{}", claim.id)).await.ok();
    assert_eq!(read.state, ClaimState::Expired);
    let other = later.signed_up(shared::account::Role::Learner).await;
    eventually("the unit goes back", || async { (other.caller.claim(offer.id).await.status == 201).then_some(()) })
        .await;
    later.place.db().await.check_ledger().await;
}
