//! `Idempotency-Key`: a request that is sent again, because its answer was lost, does nothing twice.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::json;
use shared::{Code, account::Role, claim::ClaimView};
use tests::{Answer, Market, Offer, offer::edit, on_both, people::unique};

on_both!(
    the_same_claim_gets_the_first_answer_byte_for_byte,
    it_is_the_first_answer_whatever_became_of_offer_and_claim,
    a_refusal_is_kept_too,
    another_body_is_refused,
    at_once_on_many_connections,
    a_key_belongs_to_its_person_and_address,
    bad_keys_are_refused,
    other_posts_take_keys_too,
    it_outlives_the_process,
);

/// That an answer is the first one again.
fn assert_again(again: &Answer, first: &Answer) {
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), (None, Some("true")));
}

async fn the_same_claim_gets_the_first_answer_byte_for_byte(market: Market) {
    let offer = Offer::once().quota(9).publish(&market).await;
    let educator = market.educator().await;
    let key = unique("key");
    let first = educator.claim(offer.id).key(&key).await.status(201);
    for _ in 0..3 {
        assert_again(&educator.claim(offer.id).key(&key).await, &first);
    }
    assert_eq!(market.managed(offer.id).await.claimed, 1);
    educator.claim(offer.id).key(&unique("key")).await.refused(Code::AlreadyClaimed);
    educator.claim(offer.id).await.refused(Code::AlreadyClaimed);
}

async fn it_is_the_first_answer_whatever_became_of_offer_and_claim(market: Market) {
    let admin = market.admin().await;
    let offer = Offer::once().with(|o| o.max_quantity = 5).publish(&market).await;
    let educator = market.educator().await;
    // A key in order of time, as the page makes them, and one that is not.
    for key in [uuid::Uuid::now_v7().to_string(), unique("key")] {
        let claim = || educator.send(&format!("/offers/{}/claims", offer.id), &json!({"quantity": 2})).key(&key);
        let first = claim().await.status(201);
        let before = market.managed(offer.id).await;
        edit(&admin, &before, &json!({"title": {"az": unique("\"Yeni\" ad"), "en": "New", "ru": "Новое"}}))
            .await
            .status(200);
        assert_again(&claim().await, &first);
        let claimed: ClaimView = first.json();
        educator.post(&format!("/claims/{}/cancel", claimed.id)).await.status(200);
        assert_again(&claim().await, &first);
    }
}

async fn a_refusal_is_kept_too(market: Market) {
    let offer = Offer::once().quota(1).publish(&market).await;
    let people = market.educators(2).await;
    let holder = people[0].claimed(offer.id).await;
    let key = unique("key");
    let first = people[1].claim(offer.id).key(&key).await;
    first.refused(Code::QuotaExhausted);
    people[0].post(&format!("/claims/{}/cancel", holder.id)).await.status(200);
    assert_again(&people[1].claim(offer.id).key(&key).await, &first);
    people[1].claim(offer.id).key(&unique("key")).await.status(201);
}

async fn another_body_is_refused(market: Market) {
    let offer = Offer::once().with(|o| o.max_quantity = 5).publish(&market).await;
    let educator = market.educator().await;
    let path = format!("/offers/{}/claims", offer.id);
    let key = unique("key");
    let first = educator.send(&path, &json!({"quantity": 1})).key(&key).await.status(201);
    educator.send(&path, &json!({"quantity": 2})).key(&key).await.refused(Code::IdempotencyKeyReused);
    assert_again(&educator.send(&path, &json!({"quantity": 1})).key(&key).await, &first);
    assert_eq!(market.managed(offer.id).await.claimed, 1);
}

async fn at_once_on_many_connections(market: Market) {
    let offer = Offer::once().quota(9).publish(&market).await;
    let educator = market.educator().await;
    let key = unique("key");
    let answers = join_all((0..20).map(|_| async { educator.claim(offer.id).key(&key).await })).await;
    let mut bodies = HashSet::new();
    let mut first = 0;
    for answer in &answers {
        if answer.status == 409 {
            answer.refused(Code::IdempotencyInProgress);
            continue;
        }
        assert_eq!(answer.status, 201, "{}", answer.text());
        first += usize::from(answer.header("idempotent-replayed").is_none());
        bodies.insert(answer.body.clone());
    }
    assert_eq!((bodies.len(), first), (1, 1), "one claim, made once, and the same answer for all");
    assert_eq!(market.managed(offer.id).await.claimed, 1);
    market.place.db().await.check_ledger().await;
}

async fn a_key_belongs_to_its_person_and_address(market: Market) {
    let (one, two) = (Offer::once().publish(&market).await, Offer::once().publish(&market).await);
    let people = market.educators(2).await;
    let key = unique("key");
    let first = people[0].claim(one.id).key(&key).await.status(201);
    let other = people[1].claim(one.id).key(&key).await.status(201);
    assert_ne!(first.body, other.body, "nobody gets another person's code");
    let elsewhere = people[0].claim(two.id).key(&key).await.status(201);
    assert_eq!(elsewhere.header("idempotent-replayed"), None);
}

async fn bad_keys_are_refused(market: Market) {
    let offer = Offer::once().publish(&market).await;
    let educator = market.educator().await;
    for key in ["", &"k".repeat(256)] {
        educator.claim(offer.id).key(key).await.refused(Code::MalformedRequest);
    }
    educator.claim(offer.id).key(&"k".repeat(255)).await.status(201);
}

async fn other_posts_take_keys_too(market: Market) {
    let admin = market.admin().await;
    let key = unique("key");
    let draft = Offer::once().0;
    let first = admin.send("/partners/azercell/offers", &draft).key(&key).await.status(201);
    assert_again(&admin.send("/partners/azercell/offers", &draft).key(&key).await, &first);
    let other = Offer::once().0;
    admin.send("/partners/azercell/offers", &other).key(&key).await.refused(Code::IdempotencyKeyReused);

    let offer = Offer::once().publish(&market).await;
    let person = market.signed_up(Role::Learner).await;
    let claim = person.caller.claimed(offer.id).await;
    let cancel = || person.caller.post(&format!("/claims/{}/cancel", claim.id)).key(&key);
    let first = cancel().await.status(200);
    assert_again(&cancel().await, &first);
    person.caller.post(&format!("/claims/{}/cancel", claim.id)).await.refused(Code::ClaimNotActive);

    // Answers that carry secrets are not kept.
    let body = json!({"email": person.email, "password": tests::PASSWORD});
    let sign_in = || market.anon().send("/auth/token", &body).key(&key);
    let (one, two) = (sign_in().await.status(200), sign_in().await.status(200));
    assert_ne!(one.body, two.body);
}

async fn it_outlives_the_process(market: Market) {
    let offer = Offer::once().quota(3).publish(&market).await;
    let educator = market.educator().await;
    let key = unique("key");
    let first = educator.claim(offer.id).key(&key).await.status(201);
    let other = market.again().await;
    let again = educator.at(&other.server.url).claim(offer.id).key(&key).await;
    assert_again(&again, &first);
    assert_eq!(market.managed(offer.id).await.claimed, 1);
}
