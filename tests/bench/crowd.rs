//! The day on which a new month's packages open: all educators come at once for fewer packages than there are educators.

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use crate::{
    Options,
    claims::{Keys, requests},
    load::{self, End, Load},
    market::{Market, PACKAGES},
    plain,
    table::{self, milliseconds},
};

/// Open connections: more people than that are never in mid-request at once.
const CONNECTIONS: usize = 1024;

/// Runs it.
pub async fn run(market: &Market, options: &Options) {
    let server = market.serve();
    let outcome = load::run(Load {
        address: server.address,
        connections: options.connections.max(CONNECTIONS),
        requests: Arc::new(requests(market, &[market.crowd], 0, Keys::Each)),
        end: End::Sent,
    });
    server.stop();
    let (got, too_late) = (outcome.count(201, None), outcome.count(409, Some("quota_exhausted")));
    let others = outcome.answers - got - too_late;
    let rows = rows(market).await;
    let waited = [0.5, 0.99].map(|q| milliseconds(outcome.since_start.value_at_quantile(q)) / 1000.0);
    let note = format!(
        "{got} got one ({rows} rows), {too_late} × `quota_exhausted`, {others} others{}; all answered in **{:.1} s**, \
         half within {:.1} s, 99 % within {:.1} s",
        outcome.others(got + too_late),
        outcome.took.as_secs_f64(),
        waited[0],
        waited[1],
    );
    table::load(&format!("the crowd: 113,000 for 30,000, {:?}", market.kind), &outcome, &note);
    assert_eq!((got, rows), (u64::from(PACKAGES), i64::from(PACKAGES)), "exactly as many as there are");
}

async fn rows(market: &Market) -> i64 {
    let db = market.connect(1).await;
    let sql = "SELECT count(*) AS n FROM claims WHERE offer_id = $1";
    let row = db.query_one_raw(plain::statement(&db, sql, [market.crowd.into()])).await.expect("a count");
    db.close().await.ok();
    row.and_then(|row| row.try_get("", "n").ok()).expect("a count")
}
