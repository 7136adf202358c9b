//! A storm of claims over a disk that fails in the middle of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use shared::OfferId;
use tests::{
    Caller, Kind,
    disk::{Calls, Order},
    eventually, run_alone,
};
use tokio::task::JoinHandle;

use super::{
    Wrongs,
    scene::{FAILURES, Said, Scene},
};
use crate::storm::Journal;

/// People in the storm of each failure, and how many ask at the same time.
const PEOPLE: usize = 200;
const AT_ONCE: usize = 4;
/// Transactions that go well before it fails: their syncs, and what they write at least.
const TRANSACTIONS: u32 = 10;
const WRITES: u32 = 8 * TRANSACTIONS;

#[test]
fn no_acknowledged_claim_is_lost_when_one_call_fails() {
    run_alone(Kind::Sqlite, |_| storms(Order::once, Duration::ZERO));
}

#[test]
fn no_acknowledged_claim_is_lost_when_calls_fail_for_a_second() {
    run_alone(Kind::Sqlite, |_| storms(|order| order, Duration::from_secs(1)));
}

/// What people were told, beside their claims.
#[derive(Default)]
struct Told {
    refused: AtomicUsize,
    wrong: std::sync::Mutex<Vec<String>>,
}

async fn storms(order: fn(Order) -> Order, lasting: Duration) {
    let (mut wrongs, mut lost) = (Wrongs::default(), 0);
    let mut scene = Scene::open().await;
    for failure in FAILURES {
        let people = scene.market.educators(PEOPLE).await;
        let (journal, told) = (Arc::new(Journal::default()), Arc::new(Told::default()));
        let before = if failure.order.calls == Calls::SYNC { TRANSACTIONS } else { WRITES + failure.order.after };
        scene.disk.fail(order(failure.order).after(before));
        let storm = rage(people, scene.offer.id, &journal, &told);
        eventually("the disk fails", || async { (scene.disk.failed() > 0).then_some(()) }).await;
        tokio::time::sleep(lasting).await;
        scene.disk.mend();
        join_all(storm).await;
        scene.restart().await;
        let db = scene.market.place.db().await;
        let (here, wrong) = (journal.lost(&db).await, told.wrong.lock().unwrap().clone());
        println!(
            "{}: {} acknowledged, {here} lost, {} refused, {} wrong",
            failure.name,
            journal.len(),
            told.refused.load(Ordering::Relaxed),
            wrong.len()
        );
        lost += here;
        if here == 0 {
            journal.check(&db).await;
        }
        if let Some(first) = wrong.first() {
            wrongs.add(format!("{}: {} times {first}", failure.name, wrong.len()));
        }
    }
    assert_eq!(lost, 0, "claims were acknowledged and lost");
    wrongs.check();
}

/// Everybody claims once, and comes again as long as the disk fails.
fn rage(people: Vec<Caller>, offer: OfferId, journal: &Arc<Journal>, told: &Arc<Told>) -> Vec<JoinHandle<()>> {
    let (people, next) = (Arc::new(people), Arc::new(AtomicUsize::new(0)));
    let one = |_| {
        let (people, next, journal, told) = (people.clone(), next.clone(), journal.clone(), told.clone());
        tokio::spawn(async move {
            while let Some(person) = people.get(next.fetch_add(1, Ordering::Relaxed)) {
                claim(person, offer, &journal, &told).await;
            }
        })
    };
    (0..AT_ONCE).map(one).collect()
}

async fn claim(person: &Caller, offer: OfferId, journal: &Journal, told: &Told) {
    loop {
        let answer = person.claim(offer).await;
        match Said::of(&answer) {
            Said::Done => return journal.acknowledge(offer, &answer.json()),
            Said::Unavailable => {
                told.refused.fetch_add(1, Ordering::Relaxed);
                // Less than `Retry-After` says, and more than would burn the processor.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Said::Wrong(answer) => return told.wrong.lock().unwrap().push(answer),
        }
    }
}
