//! Edits of offers that everybody sees, one after the other and sixteen at once, and what the catalogue's readers notice of
//! them. Each is answered when its process shows it.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Options,
    imports::{Partner, partner, reads},
    load::{self, End, Load},
    machine,
    market::{Market, draft},
    plain, table,
    wire::Requests,
};

/// Offers that are paused and then resumed, so that there are twice as many edits.
const EDITED: usize = 500;

/// Runs it.
pub async fn run(market: &Market, options: &Options) {
    let (kind, db) = (market.kind, market.connect(1).await);
    let partner = partner(&db, "edits").await;
    let offers = publish(&db, &partner).await;
    let server = market.serve();
    let alone = reads(server.address, options.duration());
    table::load(&format!("list, alone, {kind:?}"), &alone, "");
    for connections in [1, 16] {
        let before = machine::cpu_seconds(server.pid);
        for action in ["pause", "resume"] {
            let mut requests = Requests::default();
            for id in &offers {
                requests.post(&format!("/api/v1/partners/{}/offers/{id}/{action}", partner.slug), &partner.key, "");
            }
            let load = Load { address: server.address, connections, requests: Arc::new(requests), end: End::Sent };
            let outcome = load::run(load);
            assert_eq!(outcome.count(200, None), EDITED as u64, "{:?}", outcome.told);
            let what = format!("{EDITED} × {action}, {connections} at once, {} offers, {kind:?}", options.offers);
            table::load(&what, &outcome, "");
        }
        let edits = f64::from(u32::try_from(EDITED * 2).expect("few"));
        let cpu = (machine::cpu_seconds(server.pid) - before) * 1000.0 / edits;
        table::note(&format!("processor for each edit, {connections} at once"), &format!("**{cpu:.2} ms**"));
    }
    server.stop();
    db.close().await.ok();
}

/// Offers of the partner that everybody sees.
async fn publish(db: &DatabaseConnection, partner: &Partner) -> Vec<Uuid> {
    let sql =
        "INSERT INTO offers (id, partner_id, external_id, state, draft, version, created_at, updated_at, published_at)
               VALUES ($1, $2, $3, 'published', $4, 1, 0, 0, 0)";
    let mut ids = Vec::with_capacity(EDITED);
    for number in 0..EDITED {
        let (id, mut draft) = (Uuid::now_v7(), draft(number, 1000));
        draft.external_id = Some(format!("edited-{number}"));
        let values = [id.into(), partner.id.into(), draft.external_id.clone().into(), json!(draft).into()];
        db.execute_raw(plain::statement(db, sql, values)).await.expect("an offer");
        ids.push(id);
    }
    ids
}
