//! Claims on one offer and spread over a thousand, through the claim queue, with a key each as the
//! page sends them and without; and, beside it, by a plain transaction each.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::{
    Options,
    load::{self, End, Load, Outcome},
    machine,
    market::Market,
    plain,
    table::{self, median},
    wire::Requests,
};

/// What one round measured.
struct Round {
    keyed: Outcome,
    cpu: f64,
    bare: Outcome,
    plain: f64,
}

/// Whether each claim has an `Idempotency-Key` of its own, as the page sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    Each,
    None,
}

/// Runs both.
pub async fn run(market: &Market, options: &Options) {
    for spread in [false, true] {
        let mut rounds = Vec::new();
        for round in 0..options.rounds {
            let offers = |which| if spread { market.spread.clone() } else { vec![market.hot[round * 3 + which]] };
            // The three parts of a round never meet on an offer with the same educator.
            let (keyed, cpu) = queue(market, options, &offers(0), (round, Keys::Each)).await;
            let (bare, _) = queue(market, options, &offers(1), (round + 250, Keys::None)).await;
            let plain = plain::run(market, &offers(2), round + 500, options.duration()).await;
            rounds.push(Round { keyed, cpu, bare, plain });
        }
        show(market, spread, rounds);
    }
}

#[allow(clippy::cast_precision_loss)] // A count of answers.
async fn queue(market: &Market, options: &Options, offers: &[Uuid], (first, keys): (usize, Keys)) -> (Outcome, f64) {
    let server = market.serve();
    if !options.cold {
        load::run(Load {
            address: server.address,
            connections: options.connections,
            requests: Arc::new(looks(market, offers, first)),
            end: End::Sent,
        });
    }
    let before = count(market).await;
    let cpu = machine::cpu_seconds(server.pid);
    let outcome = load::run(Load {
        address: server.address,
        connections: options.connections,
        requests: Arc::new(requests(market, offers, first, keys)),
        end: End::Sent,
    });
    let cpu = (machine::cpu_seconds(server.pid) - cpu) * 1e6 / outcome.answers as f64;
    server.stop();
    let written = count(market).await - before;
    assert_eq!(written, outcome.count(201, None), "each 201 is a row: {:?}", outcome.told);
    (outcome, cpu)
}

/// One claim of each educator, on the offers in turn.
pub fn requests(market: &Market, offers: &[Uuid], first: usize, keys: Keys) -> Requests {
    let mut requests = Requests::default();
    for (at, token) in market.tokens.iter().enumerate() {
        let offer = offers[(at + first) % offers.len()];
        let (path, body) = (format!("/api/v1/offers/{offer}/claims"), "{\"quantity\":1}");
        match keys {
            Keys::Each => requests.post_keyed(&path, token, body),
            Keys::None => requests.post(&path, token, body),
        }
    }
    requests
}

/// What the page asks before somebody claims: whether they may. From then on the server knows their token.
fn looks(market: &Market, offers: &[Uuid], first: usize) -> Requests {
    let mut requests = Requests::default();
    for (at, token) in market.tokens.iter().enumerate() {
        let offer = offers[(at + first) % offers.len()];
        requests.get_as(&format!("/api/v1/offers/{offer}/eligibility"), token);
    }
    requests
}

/// Claims in the database.
async fn count(market: &Market) -> u64 {
    let db = market.connect(1).await;
    let row = db.query_one_raw(plain::statement(&db, "SELECT count(*) AS n FROM claims", [])).await.expect("a count");
    db.close().await.ok();
    row.and_then(|row| row.try_get::<i64>("", "n").ok()).and_then(|n| u64::try_from(n).ok()).expect("a count")
}

fn show(market: &Market, spread: bool, mut rounds: Vec<Round>) {
    let times = median(rounds.iter().map(|r| r.keyed.rate() / r.plain).collect());
    let of_bare = median(rounds.iter().map(|r| r.keyed.rate() / r.bare.rate()).collect());
    let (plain, bare) =
        (median(rounds.iter().map(|r| r.plain).collect()), median(rounds.iter().map(|r| r.bare.rate()).collect()));
    rounds.sort_by(|a, b| a.keyed.rate().total_cmp(&b.keyed.rate()));
    let Round { keyed, cpu, .. } = &rounds[rounds.len() / 2];
    let others = keyed.others(keyed.count(201, None));
    let (kind, where_) = (market.kind, if spread { "over 1,000 offers" } else { "on one offer" });
    table::load(
        &format!("claims with a key each {where_}, {kind:?}"),
        keyed,
        &format!(
            "{cpu:.0} µs of processor for each; **{times:.1} ×** the plain transaction, **{of_bare:.2}** of claims \
             without keys{others}"
        ),
    );
    table::rate(&format!("claims without keys {where_}, {kind:?}"), bare, "");
    table::rate(&format!("plain transactions {where_}, {kind:?}"), plain, "");
}
