//! The whole table of state × action, as the crate `shared` writes it down, asked of the running program.

use chrono::{TimeDelta, Utc};
use serde_json::json;
use shared::{
    Code, Problem,
    offer::{Action, OfferState, PartnerOffer},
};
use tests::{
    Kind, Market, Offer, Place, eventually,
    offer::{act, edit},
    on_both,
};

on_both!(every_state_allows_what_the_table_says, an_approved_offer_opens_at_its_time, an_offer_ends_at_its_time);
on_both!(alone: an_offer_opens_while_no_server_runs);

async fn every_state_allows_what_the_table_says(market: Market) {
    let admin = market.admin().await;
    for state in OfferState::ALL {
        for action in Action::ALL {
            let offer = Offer::once().in_state(&market, state).await;
            assert_eq!(offer.allowed, state.allowed(), "{state:?}");
            let answer = act(&admin, &offer, action.as_str()).await;
            let expected = match (state, action) {
                (OfferState::Draft | OfferState::Rejected, Action::Delete) => {
                    answer.done();
                    let path = format!("/partners/azercell/offers/{}", offer.id);
                    admin.get(&path).await.refused(Code::NotFound);
                    continue;
                }
                // Its time has come, so it opens at once.
                (OfferState::InReview, Action::Approve) => Some(OfferState::Published),
                _ => state.apply(action),
            };
            if let Some(expected) = expected {
                let after: PartnerOffer = answer.ok();
                assert_eq!(after.state, expected, "{state:?} {action:?}");
                assert!(after.version > offer.version);
                assert_eq!(market.managed(offer.id).await, after, "{state:?} {action:?}");
            } else {
                let Problem { extra, .. } = answer.refused(Code::StateConflict);
                assert_eq!(extra["state"], json!(state), "{action:?}");
                assert_eq!(extra["allowed"], json!(state.allowed()), "{action:?}");
                assert_eq!(market.managed(offer.id).await, offer, "nothing changed: {state:?} {action:?}");
            }
        }
    }
}

async fn an_approved_offer_opens_at_its_time(market: Market) {
    let admin = market.admin().await;
    let offer = Offer::once().starts_at(Utc::now() + TimeDelta::seconds(2)).draft(&market).await;
    act(&admin, &offer, "submit").await.status(200);
    let approved: PartnerOffer = act(&admin, &offer, "approve").await.ok();
    assert_eq!(approved.state, OfferState::Scheduled);
    market.educator().await.claim(offer.id).await.refused(Code::NotFound);
    eventually("it opens", || async { (market.managed(offer.id).await.state == OfferState::Published).then_some(()) })
        .await;
    let educator = market.educator().await;
    eventually("it can be claimed", || async { (educator.claim(offer.id).await.status == 201).then_some(()) }).await;
}

async fn an_offer_ends_at_its_time(market: Market) {
    let admin = market.admin().await;
    let offer = Offer::once().publish(&market).await;
    let ends = Utc::now() + TimeDelta::seconds(2);
    let _: PartnerOffer = edit(&admin, &offer, &json!({"ends_at": ends})).await.ok();
    let claim = market.educator().await.claimed(offer.id).await;
    eventually("it ends", || async { (market.managed(offer.id).await.state == OfferState::Ended).then_some(()) }).await;
    market.educator().await.claim(offer.id).await.refused(Code::OfferNotOpen);
    assert_eq!(market.offer(offer.id).await.card.state, OfferState::Ended, "people hold codes of it");
    assert!(claim.expires_at.is_some());
}

async fn an_offer_opens_while_no_server_runs(kind: Kind) {
    let now = Market::open(Place::new(kind).await).await;
    let offer = Offer::once().in_state(&now, OfferState::Scheduled).await;
    now.server.stop();
    let Market { place, .. } = now;
    let place = std::sync::Arc::into_inner(place).expect("the only one");
    let later = Market::open(place.with("VM_TEST_CLOCK_OFFSET_SECONDS", (4 * 86_400).to_string())).await;
    eventually("it is open", || async {
        let answer = later.anon().get(&format!("/offers/{}", offer.id)).await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert_eq!(later.offer(offer.id).await.card.state, OfferState::Published);
}
