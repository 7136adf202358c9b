//! SIGTERM: what was taken is answered, what is new is refused, and the process ends well.

use std::sync::Arc;

use tests::{Kind, Market, Offer, Place, eventually, on_both};

use crate::storm::{Gifts, Journal, Storm};

on_both!(alone: what_was_taken_is_answered, it_stops_at_once_when_it_has_nothing_to_do);

async fn what_was_taken_is_answered(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let offer = Offer::once().publish(&market).await;
    let people = market.educators(600).await;
    let journal = Arc::new(Journal::default());
    let storm = Storm::rage(&people, &[offer.id], Gifts::None, &journal);
    eventually("the storm rages", || async { (journal.len() >= 60).then_some(()) }).await;
    let server = market.server.clone();
    let status = tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    assert!(status.success(), "{status}: {}", market.server.log());
    let counts = storm.end().await;
    assert!(market.anon().get("/offers").attempt().await.is_err(), "nothing new is taken");
    let db = market.place.db().await;
    journal.check(&db).await;
    let made = db.number("SELECT count(*) FROM claims").await;
    assert_eq!(made, i64::try_from(journal.len()).unwrap(), "every claim that was made was answered: {counts:?}");
    let next = market.again().await;
    next.anon().get("/offers").await.status(200);
}

async fn it_stops_at_once_when_it_has_nothing_to_do(kind: Kind) {
    let place = Place::new(kind).await;
    let server = place.serve().await;
    server.anon().get("/offers").await.status(200);
    let status = server.stop();
    assert!(status.success(), "{status}: {}", server.log());
    assert!(!server.log().contains("ERROR") && !server.log().contains("panicked"), "{}", server.log());
}
