//! `GET /offers/{id}`: what everybody sees of an offer, and when.

use chrono::Utc;
use serde_json::json;
use shared::{
    Code,
    month::Month,
    offer::{OfferList, OfferState, OfferView},
};
use tests::{Market, Offer, eventually, on_both};

on_both!(
    it_says_what_its_partner_wrote,
    only_public_states_are_seen,
    a_claim_changes_count_and_tag,
    the_next_month_is_named,
    an_id_is_no_query,
);

async fn it_says_what_its_partner_wrote(market: Market) {
    let written = Offer::once().quota(7).with(|o| o.max_quantity = 3).publish(&market).await;
    let view = market.offer(written.id).await;
    let draft = &written.offer;
    assert_eq!(view.card.title, draft.title);
    assert_eq!(view.card.terms["data_mb"], json!(10_000));
    assert_eq!((view.card.quota, view.card.left, view.card.claimed), (Some(7), Some(7), 0));
    assert_eq!((view.max_quantity, view.claim_days, view.next_period_at), (3, 30, None));
    assert_eq!(view.how_to_use, draft.how_to_use);
    assert_eq!(view.card.partner.slug, "azercell");
    assert!(view.card.published_at.is_some_and(|at| at <= Utc::now()));
}

async fn only_public_states_are_seen(market: Market) {
    for state in OfferState::ALL {
        let offer = Offer::once().in_state(&market, state).await;
        let answer = market.anon().get(&format!("/offers/{}", offer.id)).await;
        if state.is_public() {
            assert_eq!(answer.ok::<OfferView>().card.state, state);
        } else {
            answer.refused(Code::NotFound);
        }
        let listed: OfferList = market.anon().get(&format!("/offers?limit=100&q={}", offer.offer.title.az)).await.ok();
        assert_eq!(listed.items.iter().any(|o| o.id == offer.id), state.is_listed(), "{state:?} in the list");
    }
}

async fn a_claim_changes_count_and_tag(market: Market) {
    let offer = Offer::once().quota(5).publish(&market).await;
    let path = format!("/offers/{}", offer.id);
    let before = market.anon().get(&path).await.status(200);
    let tag = before.header("etag").unwrap();
    market.educator().await.claimed(offer.id).await;
    let view = eventually("the offer tells of the claim", || async {
        let now = market.anon().get(&path).header("if-none-match", tag).await;
        (now.status == 200).then(|| now.json::<OfferView>())
    })
    .await;
    assert_eq!((view.card.claimed, view.card.left), (1, Some(4)));
}

async fn the_next_month_is_named(market: Market) {
    let offer = Offer::monthly().quota(5).publish(&market).await;
    let next = market.offer(offer.id).await.next_period_at.expect("a monthly offer has a next month");
    assert_eq!(next, Month::of(Utc::now()).ends_at());
}

async fn an_id_is_no_query(market: Market) {
    let (offer, anon) = (Offer::once().publish(&market).await, market.anon());
    let path = format!("/offers?{}", offer.id);
    for _ in 0..2 {
        anon.get(&path).await.refused(Code::InvalidQuery);
        // Read once, it is kept, and still no list.
        assert_eq!(market.offer(offer.id).await.card.id, offer.id);
    }
}
