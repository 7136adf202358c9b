//! A real file system that is full for a while.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use shared::OfferId;
use tests::{
    Caller, Kind, Market, Offer, Place,
    disk::{Calls, Disk, Fault, Files, Order, SmallDisk},
    eventually, run_alone,
};

use super::scene::Said;
use crate::storm::Journal;

/// Room for the database and some minutes of claims.
const BYTES: u64 = 48 * 1024 * 1024;
const PEOPLE: usize = 300;

#[test]
fn a_full_file_system_refuses_changes_until_there_is_room() {
    run_alone(Kind::Sqlite, |_| a_full_file_system());
}

/// The disk below: a small one, or where nobody may mount, one that says it is full.
enum Below {
    Small(SmallDisk),
    Ordered(Disk),
}

impl Below {
    fn fill(&self) {
        match self {
            Self::Small(disk) => disk.fill(),
            Self::Ordered(disk) => {
                let growing = Calls::WRITE.and(Calls::TRUNCATE).and(Calls::CREATE);
                disk.fail(Order::new(Fault::Full, growing, Files::ALL));
            }
        }
    }

    fn clear(&self) {
        match self {
            Self::Small(disk) => disk.clear(),
            Self::Ordered(disk) => disk.mend(),
        }
    }
}

async fn place() -> (Below, Place) {
    if let Some(small) = SmallDisk::mount(BYTES) {
        let place = Place::below(Kind::Sqlite, small.path()).await;
        return (Below::Small(small), place);
    }
    println!("no small file system can be mounted here: the library answers ENOSPC in its place");
    let mut place = Place::new(Kind::Sqlite).await;
    (Below::Ordered(Disk::below(&mut place)), place)
}

async fn a_full_file_system() {
    let (below, place) = place().await;
    let market = Market::open(place).await;
    let offer = Offer::once().publish(&market).await.id;
    let people = market.educators(PEOPLE).await;
    let (journal, refused) = (Arc::new(Journal::default()), Arc::new(AtomicUsize::new(0)));
    let (before, after) = people.split_at(PEOPLE / 3);
    for person in before {
        claim(person, offer, &journal, &refused).await;
    }
    assert_eq!(journal.len(), before.len(), "all is well");
    below.fill();
    let storm = tokio::spawn(storm(after.to_vec(), offer, journal.clone(), refused.clone()));
    eventually("claims are refused", || async { (refused.load(Ordering::Relaxed) >= 30).then_some(()) }).await;
    eventually("it is not ready", || async { (ready(&market).await == 503).then_some(()) }).await;
    for path in ["/offers", "/me", "/me/claims"] {
        before[0].get(path).await.status(200);
    }
    below.clear();
    storm.await.expect("true answers");
    eventually("it is ready", || async { (ready(&market).await == 200).then_some(()) }).await;
    assert_eq!(journal.len(), PEOPLE, "everybody has a claim in the end");
    market.server.kill();
    let next = market.again().await;
    let db = next.place.db().await;
    println!(
        "{} acknowledged, {} lost, {} refused",
        journal.len(),
        journal.lost(&db).await,
        refused.load(Ordering::Relaxed)
    );
    journal.check(&db).await;
}

async fn ready(market: &Market) -> u16 {
    market.anon().at_root().get("/health/ready").await.status
}

/// Everybody claims, and comes again until it goes well.
async fn storm(people: Vec<Caller>, offer: OfferId, journal: Arc<Journal>, refused: Arc<AtomicUsize>) {
    for person in people {
        claim(&person, offer, &journal, &refused).await;
    }
}

async fn claim(person: &Caller, offer: OfferId, journal: &Journal, refused: &AtomicUsize) {
    loop {
        let answer = person.claim(offer).await;
        match Said::of(&answer) {
            Said::Done => return journal.acknowledge(offer, &answer.json()),
            Said::Unavailable => {
                refused.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Said::Wrong(answer) => panic!("{answer}"),
        }
    }
}
