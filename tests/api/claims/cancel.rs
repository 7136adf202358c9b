//! `POST /claims/{id}/cancel`: the unit goes back.

use serde_json::json;
use shared::{
    Code,
    claim::{ClaimState, ClaimView},
};
use tests::{Market, Offer, on_both};

on_both!(the_unit_goes_back_and_can_be_claimed_again, a_claim_is_given_back_once, nobody_elses);

async fn the_unit_goes_back_and_can_be_claimed_again(market: Market) {
    let offer = Offer::once().quota(1).publish(&market).await;
    let people = market.educators(2).await;
    let (one, other) = (&people[0], &people[1]);
    let first = one.claimed(offer.id).await;
    other.claim(offer.id).await.refused(Code::QuotaExhausted);
    let given: ClaimView = one.post(&format!("/claims/{}/cancel", first.id)).await.ok();
    assert_eq!((given.id, given.state), (first.id, ClaimState::Cancelled));
    assert!(given.cancelled_at.is_some_and(|at| at >= first.created_at));
    assert_eq!(market.managed(offer.id).await.claimed, 0);
    let second = one.claimed(offer.id).await;
    assert!(second.id != first.id && second.code != first.code, "a code is never used twice");
    one.post(&format!("/claims/{}/cancel", second.id)).await.status(200);
    other.claimed(offer.id).await;
    one.claim(offer.id).await.refused(Code::QuotaExhausted);
    market.place.db().await.check_ledger().await;
}

async fn a_claim_is_given_back_once(market: Market) {
    let offer = Offer::once().quota(5).publish(&market).await;
    let educator = market.educator().await;
    market.educator().await.claimed(offer.id).await;
    let claim = educator.claimed(offer.id).await;
    let path = format!("/claims/{}/cancel", claim.id);
    let answers = futures_util::future::join_all((0..8).map(|_| async { educator.post(&path).await })).await;
    let done = answers.iter().filter(|a| a.status == 200).count();
    assert_eq!(done, 1, "{answers:?}");
    for answer in answers.iter().filter(|a| a.status != 200) {
        answer.refused(Code::ClaimNotActive);
    }
    assert_eq!(market.managed(offer.id).await.claimed, 1);
    market.place.db().await.check_ledger().await;
}

async fn nobody_elses(market: Market) {
    let offer = Offer::once().publish(&market).await;
    let claim = market.educator().await.claimed(offer.id).await;
    let path = format!("/claims/{}", claim.id);
    for stranger in [market.educator().await, market.learner().await, market.head().await, market.admin().await] {
        stranger.get(&path).await.refused(Code::NotFound);
        stranger.send(&format!("{path}/cancel"), &json!({})).await.refused(Code::NotFound);
    }
    market.anon().get(&path).await.refused(Code::Unauthenticated);
    assert_eq!(market.managed(offer.id).await.claimed, 1);
}
