//! Several processes on one database: the quota holds all the same, and each soon shows what the other did.

use std::sync::Arc;

use shared::{Code, account::Me};
use tests::{Kind, Market, Offer, Place, eventually, on_both};

use crate::storm::{Gifts, Journal, Storm};

on_both!(alone: two_processes_grant_exactly_the_quota, one_shows_what_the_other_did, a_session_ends_everywhere);

async fn two_processes_grant_exactly_the_quota(kind: Kind) {
    let one = Market::open(Place::new(kind).await).await;
    let two = one.again().await;
    let offer = Offer::once().quota(200).publish(&one).await;
    let people = one.educators(600).await;
    let elsewhere: Vec<_> = people.iter().rev().map(|p| p.at(&two.server.url)).collect();
    let journal = Arc::new(Journal::default());
    let storms = [&people, &elsewhere].map(|people| Storm::rage(people, &[offer.id], Gifts::None, &journal));
    let (mut claimed, mut refused) = (0, 0);
    for storm in storms {
        let counts = storm.calm().await;
        assert_eq!((counts.broken, counts.shed), (0, 0), "{counts:?}");
        claimed += counts.claimed;
        refused += counts.exhausted + counts.already;
    }
    assert_eq!((claimed, refused), (200, 1000), "exactly the quota, and a true answer for everyone");
    let db = one.place.db().await;
    journal.check(&db).await;
    assert_eq!((journal.len(), db.codes(offer.id).await.len()), (200, 200));
    for market in [&one, &two] {
        eventually("both show that none is left", || async {
            (market.offer(offer.id).await.card.left == Some(0)).then_some(())
        })
        .await;
    }
}

async fn one_shows_what_the_other_did(kind: Kind) {
    let one = Market::open(Place::new(kind).await).await;
    let two = one.again().await;
    let offer = Offer::once().quota(1).publish(&one).await;
    let path = format!("/offers/{}", offer.id);
    eventually("the other process shows the offer", || async {
        (two.anon().get(&path).await.status == 200).then_some(())
    })
    .await;
    let people = one.educators(2).await;
    people[0].claimed(offer.id).await;
    people[1].at(&two.server.url).claim(offer.id).await.refused(Code::QuotaExhausted);
    eventually("the other process shows the claim", || async {
        (two.offer(offer.id).await.card.left == Some(0)).then_some(())
    })
    .await;
    tests::offer::act(&one.admin().await, &offer, "end").await.status(200);
    people[1].at(&two.server.url).claim(offer.id).await.refused(Code::OfferNotOpen);
    eventually("the other process no longer lists it", || async {
        let list: shared::offer::OfferList = two.anon().get(&format!("/offers?q={}", offer.offer.title.az)).await.ok();
        list.items.iter().all(|o| o.id != offer.id).then_some(())
    })
    .await;
}

async fn a_session_ends_everywhere(kind: Kind) {
    let one = Market::open(Place::new(kind).await).await;
    let two = one.again().await;
    let person = one.signed_up(shared::account::Role::Learner).await;
    let there = person.caller.at(&two.server.url);
    let me: Me = there.get("/me").await.ok();
    assert_eq!(me.id, person.id);
    one.anon().bearer(&person.tokens.access_token).send("/auth/logout", &serde_json::json!({})).await.status(204);
    person.caller.get("/me").await.refused(Code::SessionEnded);
    eventually("the session has ended there, too", || async { (there.get("/me").await.status == 401).then_some(()) })
        .await;
}
