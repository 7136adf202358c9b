//! `kill -9` in the middle of redemptions, again and again: what a till was told has happened, and no unit is used twice.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use shared::{
    ClaimId, Code, RedemptionId,
    claim::ClaimView,
    offer::OfferState,
    redemption::{RedemptionState, RedemptionView},
};
use tests::{Caller, Kind, Market, Offer, Partner, Place, db::Db, eventually, on_both};
use tokio::task::JoinHandle;

on_both!(alone: no_code_is_used_twice_in_twenty_crashes);

const CRASHES: usize = 20;
/// How much is acknowledged before the next crash.
const BETWEEN: usize = 25;
/// Units of each claim: every one is redeemed, undone or held by itself.
const UNITS: u32 = 3;
const TILLS: usize = 12;

/// What tills were told: the newest state of each redemption that was acknowledged.
#[derive(Debug, Default)]
struct Journal(Mutex<HashMap<RedemptionId, (ClaimId, RedemptionState)>>, AtomicUsize);

impl Journal {
    fn note(&self, redemption: &RedemptionView) {
        self.0.lock().unwrap().insert(redemption.id, (redemption.claim_id, redemption.state));
        self.1.fetch_add(1, Ordering::Relaxed);
    }

    fn len(&self) -> usize {
        self.1.load(Ordering::Relaxed)
    }

    /// Everything that was acknowledged is there, and the ledger is whole.
    async fn check(&self, db: &Db) {
        let rows = db.rows("SELECT id, claim_id, state FROM redemptions").await;
        let there: HashMap<RedemptionId, (ClaimId, String)> = rows
            .iter()
            .map(|row| {
                let [id, claim]: [uuid::Uuid; 2] = [0, 1].map(|at| row.try_get_by_index(at).expect("an id"));
                (RedemptionId(id), (ClaimId(claim), row.try_get_by_index(2).expect("a state")))
            })
            .collect();
        for (id, (claim, told)) in self.0.lock().unwrap().iter() {
            let (of, state) = there.get(id).unwrap_or_else(|| panic!("acknowledged and lost: {id}"));
            assert_eq!(of, claim, "{id}");
            let state = RedemptionState::from_name(state).expect("a state");
            // What came next may have happened without its answer, and a hold runs out by itself.
            let next: &[RedemptionState] = match told {
                RedemptionState::Held => {
                    &[RedemptionState::Confirmed, RedemptionState::Undone, RedemptionState::Released]
                }
                RedemptionState::Confirmed => &[RedemptionState::Undone],
                RedemptionState::Released | RedemptionState::Undone => &[],
            };
            assert!(state == *told || next.contains(&state), "told {told:?}, and is {state:?}: {id}");
        }
        let beyond = "SELECT count(*) FROM (SELECT r.claim_id FROM redemptions r JOIN claims c ON c.id = r.claim_id
                      WHERE r.state = 'confirmed' GROUP BY r.claim_id, c.quantity
                      HAVING sum(r.quantity) > c.quantity) x";
        assert_eq!(db.number(beyond).await, 0, "units that were used twice");
        db.check_ledger().await;
    }
}

/// One step of a till; nothing where the server is gone.
async fn step(till: &Caller, what: &str, body: serde_json::Value, journal: &Journal) -> Option<RedemptionView> {
    let Ok(answer) = till.send(&format!("/redemptions/{what}"), &body).attempt().await else {
        tokio::time::sleep(Duration::from_millis(5)).await;
        return None;
    };
    match answer.status {
        200 => {
            let redemption = answer.json();
            journal.note(&redemption);
            Some(redemption)
        }
        503 => None,
        _ => match answer.json_code() {
            Code::ClaimNotActive | Code::RedemptionConflict | Code::InvalidInput => None,
            other => panic!("{other:?}: {}", answer.text()),
        },
    }
}

/// Tills that use, hold and undo the same claims, until they are told to stop.
fn rage(
    partner: &Partner,
    url: &str,
    codes: &Arc<Vec<String>>,
    journal: &Arc<Journal>,
) -> (Arc<AtomicBool>, Vec<JoinHandle<()>>) {
    let (stop, next) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let one = |n: usize| {
        let till = if n.is_multiple_of(2) { partner.cashier.at(url) } else { partner.program.at(url) };
        let (stop, next, codes, journal) = (stop.clone(), next.clone(), codes.clone(), journal.clone());
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let code = &codes[(at / 3) % codes.len()];
                let done = if at.is_multiple_of(3) {
                    let hold = json!({"code": code, "quantity": 1, "ttl_seconds": 30});
                    match step(&till, "hold", hold, &journal).await {
                        Some(held) => step(&till, "confirm", json!({"redemption_id": held.id}), &journal).await,
                        None => None,
                    }
                } else {
                    step(&till, "confirm", json!({"code": code, "quantity": 1}), &journal).await
                };
                if let Some(done) = done.filter(|_| at.is_multiple_of(2)) {
                    step(&till, "undo", json!({"redemption_id": done.id}), &journal).await;
                }
            }
        })
    };
    let tills = (0..TILLS).map(one).collect();
    (stop, tills)
}

async fn no_code_is_used_twice_in_twenty_crashes(kind: Kind) {
    let mut market = Market::open(Place::new(kind).await).await;
    let partner = market.partner().await;
    let offer = Offer::once().with(|o| o.max_quantity = UNITS);
    let offer = offer.in_state_at(&market, &partner.slug, OfferState::Published).await;
    let mut codes = Vec::new();
    for person in market.educators(200).await {
        let path = format!("/offers/{}/claims", offer.id);
        let claim: ClaimView = person.send(&path, &json!({"quantity": UNITS})).await.created();
        codes.push(claim.code.to_string());
    }
    let (codes, journal) = (Arc::new(codes), Arc::new(Journal::default()));
    for _ in 0..CRASHES {
        let before = journal.len();
        let (stop, tills) = rage(&partner, &market.server.url, &codes, &journal);
        eventually("some redemptions are acknowledged", || async { (journal.len() >= before + BETWEEN).then_some(()) })
            .await;
        market.server.kill();
        stop.store(true, Ordering::Relaxed);
        for till in tills {
            till.await.expect("true answers");
        }
        market = market.again().await;
        journal.check(&market.place.db().await).await;
    }
    // What a crash left held runs out; then everything that is left can be used, and not a unit more.
    let db = market.place.db().await;
    db.run("UPDATE redemptions SET expires_at = 1 WHERE state = 'held'").await;
    let till = partner.program.at(&market.server.url);
    for code in codes.iter() {
        let left = till.send("/redemptions/check", &json!({"code": code})).await.value()["left"].as_u64();
        if left.is_some_and(|left| left > 0) {
            step(&till, "confirm", json!({"code": code}), &journal).await.expect("what is left can be used");
        }
    }
    journal.check(&db).await;
    let used = db.number("SELECT CAST(sum(redeemed) AS BIGINT) FROM claims").await;
    assert_eq!(used, i64::from(UNITS) * i64::try_from(codes.len()).unwrap(), "each unit was used once");
}
