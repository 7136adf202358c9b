//! `kill -9` in the middle of a storm of claims, again and again: nothing that was promised is lost.

use std::sync::Arc;

use shared::offer::Fulfilment;
use tests::{Kind, Market, Offer, Place, eventually, on_both};

use crate::storm::{Gifts, Journal, Storm};

on_both!(alone: nothing_promised_is_lost_in_twenty_crashes);

const CRASHES: usize = 20;
/// How much is acknowledged before the next crash.
const BETWEEN: usize = 60;

async fn nothing_promised_is_lost_in_twenty_crashes(kind: Kind) {
    let place = Place::new(kind).await;
    let first = Market::open(place).await;
    let (hot, wide) = (Offer::once().quota(700), Offer::monthly().quota(100_000));
    let pool = wide.clone().with(|o| o.fulfilment = Fulfilment::CodePool);
    let offers = [hot.publish(&first).await.id, wide.publish(&first).await.id, pool.publish(&first).await.id];
    let codes: Vec<String> = (0..2000).map(|n| format!("CRASH-{n}")).collect();
    let path = format!("/partners/azercell/offers/{}/codes", offers[2]);
    first.admin().await.send(&path, &serde_json::json!({"codes": codes})).await.status(200);
    let people = first.educators(600).await;
    let journal = Arc::new(Journal::default());
    let mut market = first;
    for crash in 0..CRASHES {
        // Everybody asks again, whatever they were told before the crash.
        let people: Vec<_> = people.iter().map(|p| p.at(&market.server.url)).collect();
        let turned: Vec<_> = people[crash * 29..].iter().chain(&people[..crash * 29]).cloned().collect();
        let before = journal.len();
        let storm = Storm::rage(&turned, &offers, Gifts::Some, &journal);
        eventually("some claims are acknowledged, or nothing is left", || async {
            (journal.len() >= before + BETWEEN || journal.len() > 1750).then_some(())
        })
        .await;
        market.server.kill();
        let counts = storm.end().await;
        assert!(counts.broken > 0, "crash {crash} came in the middle: {counts:?}");
        market = market.again().await;
        journal.check(&market.place.db().await).await;
    }
    // Once more without a crash: everybody gets what is left, and a true answer.
    let people: Vec<_> = people.iter().map(|p| p.at(&market.server.url)).collect();
    let counts = Storm::rage(&people, &offers, Gifts::Some, &journal).calm().await;
    assert_eq!((counts.broken, counts.shed), (0, 0), "{counts:?}");
    let db = market.place.db().await;
    journal.check(&db).await;
    assert!(journal.len() >= CRASHES * BETWEEN, "{} acknowledged", journal.len());
    eventually("the list counts what the ledger has", || async {
        let card = market.offer(offers[1]).await.card;
        (i64::from(card.claimed) == i64::try_from(db.codes(offers[1]).await.len()).unwrap()).then_some(())
    })
    .await;
}
