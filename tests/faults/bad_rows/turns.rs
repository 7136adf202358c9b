//! What comes with time: claims expire, holds run out, offers end, words are written down.

use serde_json::{Value, json};
use shared::{
    ClaimId,
    claim::{ClaimState, ClaimView},
};
use tests::{Caller, Market, eventually, on_both};

use super::{named, published, trigger};

on_both!(
    a_claim_that_does_not_expire_holds_up_no_other,
    a_hold_that_is_not_released_holds_up_no_other,
    an_offer_that_does_not_end_holds_up_nothing_else,
    words_that_cannot_be_written_hold_up_no_others,
);

async fn state_of(person: &Caller, claim: ClaimId) -> ClaimState {
    person.get(&format!("/claims/{claim}")).await.ok::<ClaimView>().state
}

async fn becomes(person: &Caller, claim: ClaimId, state: ClaimState) {
    eventually(&format!("the claim is {state:?}"), || async { (state_of(person, claim).await == state).then_some(()) })
        .await;
}

async fn a_claim_that_does_not_expire_holds_up_no_other(market: Market) {
    let partner = market.partner().await;
    let offer = published(&market, &partner).await;
    let db = market.place.db().await;
    let people = market.educators(5).await;
    let mut claims = Vec::new();
    for person in &people {
        claims.push(person.claimed(offer).await);
    }
    let ids: Vec<_> = claims.iter().map(|claim| db.id(claim.id.0)).collect();
    // Only the way to `expired` is barred.
    let condition = format!("OLD.id = {} AND NEW.state = 'expired'", ids[0]);
    db.spoil(&trigger("claim"), "UPDATE ON claims", &condition).await;
    db.run(&format!("UPDATE claims SET expires_at = 1 WHERE id IN ({})", ids.join(", "))).await;
    for (person, claim) in people.iter().zip(&claims).skip(1) {
        becomes(person, claim.id, ClaimState::Expired).await;
    }
    named(&market, claims[0].id.0).await;
    assert_eq!(db.number(&format!("SELECT count(*) FROM claims WHERE id = {} AND state = 'active'", ids[0])).await, 1);
    db.check_ledger().await;
}

async fn a_hold_that_is_not_released_holds_up_no_other(market: Market) {
    let partner = market.partner().await;
    let offer = published(&market, &partner).await;
    let db = market.place.db().await;
    let people = market.educators(3).await;
    let (mut claims, mut holds) = (Vec::new(), Vec::new());
    for person in &people {
        let claim = person.claimed(offer).await;
        let hold: Value =
            partner.cashier.send("/redemptions/hold", &json!({"code": claim.code.to_string()})).await.ok();
        holds.push(hold["id"].as_str().and_then(|id| id.parse::<uuid::Uuid>().ok()).expect("an id"));
        claims.push(claim);
    }
    let bad = db.id(holds[0]);
    db.spoil(&trigger("hold"), "UPDATE ON redemptions", &format!("OLD.id = {bad} AND NEW.state = 'released'")).await;
    let ids: Vec<_> = holds.iter().map(|id| db.id(*id)).collect();
    db.run(&format!("UPDATE redemptions SET expires_at = 1 WHERE id IN ({})", ids.join(", "))).await;
    for (person, claim) in people.iter().zip(&claims).skip(1) {
        becomes(person, claim.id, ClaimState::Active).await;
    }
    named(&market, holds[0]).await;
    db.check_ledger().await;
}

async fn an_offer_that_does_not_end_holds_up_nothing_else(market: Market) {
    let partner = market.partner().await;
    let db = market.place.db().await;
    let mut offers = Vec::new();
    for _ in 0..4 {
        offers.push(published(&market, &partner).await);
    }
    let person = market.educator().await;
    let claim = person.claimed(offers[3]).await;
    let ids: Vec<_> = offers.iter().take(3).map(|offer| db.id(offer.0)).collect();
    db.spoil(&trigger("offer"), "UPDATE ON offers", &format!("OLD.id = {} AND NEW.state = 'ended'", ids[0])).await;
    db.run(&format!("UPDATE offers SET ends_at = 1 WHERE id IN ({})", ids.join(", "))).await;
    for id in &ids[1..] {
        eventually("the other offers end", || async {
            let ended = format!("SELECT count(*) FROM offers WHERE id = {id} AND state = 'ended'");
            (db.number(&ended).await == 1).then_some(())
        })
        .await;
    }
    named(&market, offers[0].0).await;
    // What runs at the same pace goes on, too.
    db.run(&format!("UPDATE claims SET expires_at = 1 WHERE id = {}", db.id(claim.id.0))).await;
    becomes(&person, claim.id, ClaimState::Expired).await;
}

async fn words_that_cannot_be_written_hold_up_no_others(market: Market) {
    let partner = market.partner().await;
    let db = market.place.db().await;
    let (bad, good) = (published(&market, &partner).await, published(&market, &partner).await);
    let condition = format!("OLD.id = {} AND NEW.search IS NOT NULL", db.id(bad.0));
    db.run(&format!("UPDATE offers SET search = NULL WHERE id = {}", db.id(bad.0))).await;
    db.spoil(&trigger("words"), "UPDATE ON offers", &condition).await;
    db.run(&format!("UPDATE offers SET search = NULL WHERE id IN ({}, {})", db.id(bad.0), db.id(good.0))).await;
    eventually("the other words are written", || async {
        let written = format!("SELECT count(*) FROM offers WHERE id = {} AND search IS NOT NULL", db.id(good.0));
        (db.number(&written).await == 1).then_some(())
    })
    .await;
    named(&market, bad.0).await;
}
