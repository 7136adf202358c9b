//! Two who want the same rows: neither a deadlock nor a lost race is ever an answer, and nobody who is gone holds a claim.

use futures_util::future::join_all;
use serde_json::json;
use shared::{
    Code, OfferId,
    account::{Me, Role},
    offer::{BulkResult, OfferState, PartnerOffer},
};
use tests::{Answer, Caller, Kind, Market, Offer, PASSWORD, Place, offer::edit, on_both};

on_both!(alone:
    many_offers_in_different_orders_do_not_deadlock,
    edits_beside_bulk_actions_and_uploads_do_not_deadlock,
    accounts_deleted_while_they_claim_leave_no_claims,
    a_deletion_waits_for_a_claim_that_is_being_decided,
);

async fn open(kind: Kind) -> (Market, Market) {
    let place = Place::new(kind).await.with("RATE_CHANGES", "1000000").with("RATE_CREDENTIALS", "1000000");
    let one = Market::open(place).await;
    let two = one.again().await;
    (one, two)
}

async fn offers(market: &Market, count: usize, state: OfferState) -> Vec<PartnerOffer> {
    join_all((0..count).map(|_| async move { Offer::once().quota(100).in_state(market, state).await })).await
}

fn ids(offers: &[PartnerOffer], turn: usize) -> Vec<OfferId> {
    let mut ids: Vec<OfferId> = offers.iter().map(|offer| offer.id).collect();
    let place = turn % ids.len();
    ids.rotate_left(place);
    if turn % 2 == 1 {
        ids.reverse();
    }
    ids
}

/// What was sent is answered, by a refusal at the worst.
fn assert_answered(answers: &[Answer]) {
    for answer in answers {
        assert!(answer.status < 500, "{}", answer.text());
    }
}

async fn many_offers_in_different_orders_do_not_deadlock(kind: Kind) {
    let (one, two) = open(kind).await;
    let (here, there) = (one.admin().await, one.admin().await.at(&two.server.url));
    let mut approved = 0;
    for round in 0..6 {
        let waiting = offers(&one, 25, OfferState::InReview).await;
        let approve = |turn: usize| {
            let admin = if turn.is_multiple_of(2) { &here } else { &there };
            admin.send("/admin/offers/approve", &json!({"ids": ids(&waiting, turn + round)}))
        };
        let answers = join_all((0..8).map(|turn| approve(turn * 3).into_future())).await;
        assert_answered(&answers);
        approved += answers.iter().map(|answer| answer.json::<BulkResult>().done).sum::<u32>();
    }
    assert_eq!(approved, 6 * 25, "each once");
}

async fn edits_beside_bulk_actions_and_uploads_do_not_deadlock(kind: Kind) {
    let (one, two) = open(kind).await;
    let (here, there) = (one.admin().await, one.admin().await.at(&two.server.url));
    let published = offers(&one, 12, OfferState::Published).await;
    let act = |admin: &Caller, action: &str, turn: usize| {
        let body = json!({"action": action, "ids": ids(&published, turn)});
        admin.send("/partners/azercell/offers/actions", &body).into_future()
    };
    for turn in 0..10 {
        let bulk = [act(&here, "pause", turn), act(&there, "resume", turn + 5), act(&here, "resume", turn + 1)];
        let edits = published.iter().map(|offer| async {
            let now = one.managed(offer.id).await;
            edit(&there, &now, &json!({"quota": 100 + turn, "claim_days": 20 + turn})).await
        });
        let (bulk, edits) = tokio::join!(join_all(bulk), join_all(edits));
        assert_answered(&bulk);
        assert_answered(&edits);
    }
    for offer in &published {
        let now = one.managed(offer.id).await;
        for version in 1..=now.version {
            here.get(&format!("/partners/azercell/offers/{}/versions/{version}", offer.id)).await.status(200);
        }
    }
}

const NOBODYS: &str = "SELECT count(*) FROM claims c WHERE c.state IN ('active', 'held')
                       AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = c.claimant_id)";

async fn accounts_deleted_while_they_claim_leave_no_claims(kind: Kind) {
    let (one, two) = open(kind).await;
    let offers = join_all((0..6).map(|_| async { Offer::once().quota(1000).publish(&one).await })).await;
    let people = signed_up(&one, 25).await;
    let leave = |person: &Caller| {
        person.ask(&reqwest::Method::DELETE, "/me").json(&json!({"current_password": PASSWORD})).into_future()
    };
    let gone = people.iter().map(|person| async {
        let elsewhere = person.at(&two.server.url);
        let claims = offers.iter().map(|offer| elsewhere.claim(offer.id).into_future());
        let (claims, left) = tokio::join!(join_all(claims), leave(person));
        assert_answered(&claims);
        left.status(204);
    });
    join_all(gone).await;
    let db = one.place.db().await;
    assert_eq!(db.number(NOBODYS).await, 0, "claims of nobody");
    db.check_ledger().await;
}

/// Learners who know their passwords.
async fn signed_up(market: &Market, count: usize) -> Vec<Caller> {
    let mut people = Vec::with_capacity(count);
    for _ in 0..count {
        // One after the other: hashing their passwords is bounded.
        people.push(market.signed_up(Role::Learner).await.caller);
    }
    people
}

/// A claim holds its claimant's row while it waits for the quota, which the test holds; so the deletion waits for the claim,
/// and gives it back.
async fn a_deletion_waits_for_a_claim_that_is_being_decided(kind: Kind) {
    let (one, two) = open(kind).await;
    let offer = Offer::once().quota(10).publish(&one).await;
    one.educator().await.claimed(offer.id).await;
    let person = one.signed_up(Role::Learner).await.caller;
    let me: Me = person.get("/me").await.ok();
    let db = one.place.db().await;
    db.run(if one.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN" }).await;
    db.run(&format!("UPDATE quotas SET warned = warned WHERE offer_id = {}", db.id(offer.id.0))).await;
    let claimant = person.clone();
    let claiming = tokio::spawn(async move { claimant.claim(offer.id).await });
    one.until_waiting(&claiming).await;
    let leaver = person.at(&two.server.url);
    let leaving = tokio::spawn(async move {
        leaver.ask(&reqwest::Method::DELETE, "/me").json(&json!({"current_password": PASSWORD})).await
    });
    one.until_waiting(&leaving).await;
    db.run("COMMIT").await;
    let claimed = claiming.await.unwrap();
    assert!(claimed.status == 201 || claimed.json_code() == Code::NotEligible, "{}", claimed.text());
    leaving.await.unwrap().status(204);
    let sql = format!("SELECT count(*) FROM claims WHERE claimant_id = {} AND state = 'active'", db.id(me.id.0));
    assert_eq!(db.number(&sql).await, 0);
    db.check_ledger().await;
}
