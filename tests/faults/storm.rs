//! A storm of claims, and a journal of what was acknowledged: written by the one who asks, as in life.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use shared::{ClaimId, Code, OfferId, claim::ClaimView};
use tests::{Caller, db::Db};
use tokio::task::JoinHandle;

/// How many ask at the same time.
const AT_ONCE: usize = 24;

/// What people were told.
#[derive(Debug, Default)]
pub struct Journal {
    acknowledged: Mutex<HashMap<ClaimId, (OfferId, String)>>,
    cancelled: Mutex<HashMap<ClaimId, OfferId>>,
}

impl Journal {
    /// Writes down a claim that was acknowledged.
    pub fn acknowledge(&self, offer: OfferId, claim: &ClaimView) {
        self.acknowledged.lock().unwrap().insert(claim.id, (offer, claim.code.as_str().to_owned()));
    }

    fn cancel(&self, offer: OfferId, claim: ClaimId) {
        self.cancelled.lock().unwrap().insert(claim, offer);
    }

    /// How many claims were acknowledged so far.
    pub fn len(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    /// How many claims were acknowledged and are not there.
    pub async fn lost(&self, db: &Db) -> usize {
        let rows = db.rows("SELECT id FROM claims").await;
        let there: HashSet<ClaimId> = rows.iter().map(|row| ClaimId(row.try_get_by_index(0).expect("an id"))).collect();
        self.acknowledged.lock().unwrap().keys().filter(|claim| !there.contains(claim)).count()
    }

    /// Everything that was promised is there, and the ledger is whole.
    pub async fn check(&self, db: &Db) {
        let rows = db.rows("SELECT id, code, state FROM claims").await;
        let there: HashMap<ClaimId, (String, String)> = rows
            .iter()
            .map(|row| {
                let id: uuid::Uuid = row.try_get_by_index(0).expect("an id");
                let (code, state) =
                    (row.try_get_by_index(1).expect("a code"), row.try_get_by_index(2).expect("a state"));
                (ClaimId(id), (code, state))
            })
            .collect();
        let cancelled = self.cancelled.lock().unwrap().clone();
        for (claim, (_, code)) in self.acknowledged.lock().unwrap().iter() {
            let (stored, state) = there.get(claim).unwrap_or_else(|| panic!("acknowledged and lost: {claim}"));
            assert_eq!(stored, code, "{claim}");
            // A gift back that was not acknowledged may or may not have happened.
            assert!(state == "active" || state == "cancelled", "{claim}: {state}");
            assert!(!cancelled.contains_key(claim) || state == "cancelled", "given back, and still {state}: {claim}");
        }
        db.check_ledger().await;
    }
}

/// People who claim, each on one connection after the other, until there is nothing left to ask or they are told to stop.
#[derive(Debug)]
pub struct Storm {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<Counts>>,
}

/// Whether people give claims back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gifts {
    /// Every seventh does.
    Some,
    None,
}

/// What people got.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub claimed: usize,
    pub exhausted: usize,
    pub already: usize,
    pub broken: usize,
    pub shed: usize,
}

impl Storm {
    /// Lets `people` claim `offers`, so many of them at a time.
    pub fn rage(people: &[Caller], offers: &[OfferId], gifts: Gifts, journal: &Arc<Journal>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let next = Arc::new(AtomicUsize::new(0));
        let asks: Arc<Vec<(Caller, OfferId)>> =
            Arc::new(people.iter().flat_map(|p| offers.iter().map(move |o| (p.clone(), *o))).collect());
        let one = |_| {
            let (stop, next, asks, journal) = (stop.clone(), next.clone(), asks.clone(), journal.clone());
            tokio::spawn(async move {
                let mut counts = Counts::default();
                while !stop.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((person, offer)) = asks.get(at) else { break };
                    let gifts = if at % 7 == 0 { gifts } else { Gifts::None };
                    claim(person, *offer, gifts, &journal, &mut counts).await;
                }
                counts
            })
        };
        Self { tasks: (0..AT_ONCE).map(one).collect(), stop }
    }

    /// Nobody asks anything new; everybody waits for their answer.
    pub async fn end(self) -> Counts {
        self.stop.store(true, Ordering::Relaxed);
        self.calm().await
    }

    /// Waits until everybody has asked.
    pub async fn calm(self) -> Counts {
        let mut all = Counts::default();
        for task in self.tasks {
            let one = task.await.expect("everybody gets true answers");
            all.claimed += one.claimed;
            all.exhausted += one.exhausted;
            all.already += one.already;
            all.broken += one.broken;
            all.shed += one.shed;
        }
        all
    }
}

async fn claim(person: &Caller, offer: OfferId, gifts: Gifts, journal: &Journal, counts: &mut Counts) {
    let Ok(answer) = person.claim(offer).attempt().await else {
        counts.broken += 1;
        // The server is gone: whoever is in a hurry now only burns the processor.
        tokio::time::sleep(Duration::from_millis(5)).await;
        return;
    };
    match answer.status {
        201 => {
            let claim: ClaimView = answer.json();
            journal.acknowledge(offer, &claim);
            counts.claimed += 1;
            if gifts == Gifts::Some
                && let Ok(given) = person.post(&format!("/claims/{}/cancel", claim.id)).attempt().await
                && given.status == 200
            {
                journal.cancel(offer, claim.id);
            }
        }
        503 => counts.shed += 1,
        _ => match answer.json_code() {
            Code::QuotaExhausted => counts.exhausted += 1,
            Code::AlreadyClaimed => counts.already += 1,
            other => panic!("{other:?}: {}", answer.text()),
        },
    }
}
