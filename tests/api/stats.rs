//! Public figures: they follow what happens, and agree with the ledger.

use shared::{account::Role, stats::Summary};
use tests::{Kind, Market, Offer, Place, eventually, on_both, people};

on_both!(alone: figures_follow_what_happens);

async fn figures_follow_what_happens(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let read = || async { market.anon().get("/stats/summary").await.ok::<Summary>() };
    let start = read().await;
    assert_eq!((start.partners, start.claims_total, start.claims_this_month), (10, 0, 0), "{start:?}");

    let teacher = market.signed_up(Role::Educator).await;
    let learner = market.signed_up(Role::Learner).await;
    people::confirm(&market.admin().await, teacher.id).await;
    let offer = Offer::once().with(|o| o.max_quantity = 5).publish(&market).await;
    let path = format!("/offers/{}/claims", offer.id);
    teacher.caller.send(&path, &serde_json::json!({"quantity": 3})).await.status(201);
    let given_back = learner.caller.claimed(offer.id).await;
    let now = eventually("the figures tell of four units", || async {
        let now = read().await;
        (now.claims_total == 4 && now.users == start.users + 2).then_some(now)
    })
    .await;
    assert_eq!(now.educators, start.educators + 1);
    assert_eq!(now.offers_open, start.offers_open + 1);
    assert_eq!(now.claims_this_month, 4);

    learner.caller.post(&format!("/claims/{}/cancel", given_back.id)).await.status(200);
    eventually("the unit is given back", || async { (read().await.claims_total == 3).then_some(()) }).await;
    eventually("both were active", || async { (read().await.active_users_30d >= 2).then_some(()) }).await;
    market.place.db().await.check_ledger().await;
}
