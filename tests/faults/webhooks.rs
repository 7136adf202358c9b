//! `kill -9` while messages are made and sent, again and again: each arrives at least once, in order for each claim, and
//! nothing is told that did not happen.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use shared::{
    ClaimId, OfferId,
    claim::ClaimView,
    webhook::{EventKind, WebhookSecret},
};
use tests::{
    Caller, Kind, Market, Offer, Place, Receiver, eventually, on_both,
    receiver::{Received, Reply},
};
use tokio::task::JoinHandle;

on_both!(alone: no_message_is_lost_in_twenty_crashes);

const CRASHES: usize = 20;
/// How many people claim and give back at the same time.
const AT_ONCE: usize = 6;

/// What was acknowledged: claims made, and claims given back.
#[derive(Debug, Default)]
struct Journal {
    made: Mutex<HashSet<ClaimId>>,
    given: Mutex<HashSet<ClaimId>>,
}

async fn no_message_is_lost_in_twenty_crashes(kind: Kind) {
    let place =
        Place::new(kind).await.with("VM_TEST_WEBHOOKS_RETRY_SECONDS", "0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1");
    let first = Market::open(place).await;
    let (partner, receiver) = (first.partner().await, Receiver::start().await);
    // Every ninth message is refused the first time, and each takes a moment, so that crashes find some on their way.
    let count = AtomicUsize::new(0);
    receiver.answer_by(move |_| {
        let status = if count.fetch_add(1, Ordering::Relaxed) % 9 == 8 { 500 } else { 204 };
        Reply { after: Duration::from_millis(10), ..Reply::status(status) }
    });
    let hook = json!({"url": receiver.url("/"), "kinds": ["claim.created", "claim.cancelled"]});
    let WebhookSecret { secret, .. } = partner.owner.send(&partner.path("/webhooks"), &hook).await.created();
    let offer = Offer::once().in_state_at(&first, &partner.slug, shared::offer::OfferState::Published).await.id;
    let people = first.educators(1200).await;
    let (journal, next) = (Arc::new(Journal::default()), Arc::new(AtomicUsize::new(0)));
    let mut market = first;
    for crash in 0..CRASHES {
        let people: Vec<_> = people.iter().map(|p| p.at(&market.server.url)).collect();
        let before = journal.made.lock().unwrap().len();
        let stop = Arc::new(AtomicBool::new(false));
        let storm: Vec<_> = (0..AT_ONCE).map(|_| rage(&people, offer, &next, &stop, &journal)).collect();
        eventually("some claims are acknowledged", || async {
            (journal.made.lock().unwrap().len() >= before + 12).then_some(())
        })
        .await;
        // Another moment each time: between claim and message, in the middle of sending, before it is written down.
        tokio::time::sleep(Duration::from_millis(7 * crash as u64)).await;
        market.server.kill();
        stop.store(true, Ordering::Relaxed);
        for task in storm {
            task.await.expect("everybody gets true answers");
        }
        market = market.again().await;
    }
    let db = market.place.db().await;
    // What was taken by a process that died comes when its lease ends.
    tests::eventually_within(Duration::from_secs(100), "nothing waits any more", || async {
        (db.number("SELECT count(*) FROM webhook_deliveries WHERE state = 'waiting'").await == 0).then_some(())
    })
    .await;
    let rows = db.rows("SELECT id, state FROM claims").await;
    let states: HashMap<ClaimId, String> = rows
        .iter()
        .map(|row| (ClaimId(row.try_get_by_index(0).expect("an id")), row.try_get_by_index(1).expect("a state")))
        .collect();
    let told = told(&receiver.received(), &secret);
    for claim in journal.made.lock().unwrap().iter() {
        assert!(told.contains_key(claim), "acknowledged and never told: {claim}");
    }
    for claim in journal.given.lock().unwrap().iter() {
        assert_eq!(states[claim], "cancelled");
    }
    for (claim, state) in &states {
        let expected: &[EventKind] = match state.as_str() {
            "active" => &[EventKind::ClaimCreated],
            "cancelled" => &[EventKind::ClaimCreated, EventKind::ClaimCancelled],
            other => panic!("{claim}: {other}"),
        };
        assert_eq!(told.get(claim).map(Vec::as_slice), Some(expected), "{claim} is {state}");
    }
    assert_eq!(told.len(), states.len(), "nothing is told that did not happen");
    assert!(states.len() >= 12 * CRASHES);
    db.check_ledger().await;
}

/// What got through about each claim, in the order in which it first did; each is signed.
fn told(received: &[Received], secret: &str) -> HashMap<ClaimId, Vec<EventKind>> {
    let mut told: HashMap<ClaimId, Vec<EventKind>> = HashMap::new();
    let mut bodies: HashMap<String, Value> = HashMap::new();
    for received in received {
        let message = received.message();
        let first = bodies.entry(received.header("webhook-id").to_owned()).or_insert_with(|| message.data.clone());
        assert_eq!(*first, message.data, "the same message says the same");
        assert!(received.is_signed_with(secret));
        if received.status < 300 {
            let claim: ClaimId = serde_json::from_value(message.data["claim_id"].clone()).expect("a claim");
            let kinds = told.entry(claim).or_default();
            if !kinds.contains(&message.kind) {
                kinds.push(message.kind);
            }
        }
    }
    told
}

/// Somebody who claims, and gives every third claim back, one after the other.
fn rage(
    people: &[Caller],
    offer: OfferId,
    next: &Arc<AtomicUsize>,
    stop: &Arc<AtomicBool>,
    journal: &Arc<Journal>,
) -> JoinHandle<()> {
    let (people, next, stop, journal) = (people.to_vec(), next.clone(), stop.clone(), journal.clone());
    tokio::spawn(async move {
        while !stop.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(person) = people.get(at) else { return };
            // The server is gone.
            let Ok(answer) = person.claim(offer).attempt().await else { return };
            let claim: ClaimView = answer.created();
            journal.made.lock().unwrap().insert(claim.id);
            if at % 3 == 0
                && let Ok(given) = person.post(&format!("/claims/{}/cancel", claim.id)).attempt().await
            {
                given.status(200);
                journal.given.lock().unwrap().insert(claim.id);
            }
        }
    })
}
