//! `kill -9` in the middle of an upload, again and again: each row is applied once. Two processes on one folder; one
//! partner's large upload beside another's small one.

use std::time::Duration;

use serde_json::{Value, json};
use shared::import::{ImportState, ImportView};
use tests::{Kind, Market, Offer, Partner, Place, eventually, on_both};

on_both!(alone: each_row_is_applied_once_in_twenty_crashes, another_process_of_the_folder_goes_on);

const CRASHES: u32 = 20;
/// Rows of the upload; each crash comes after some more of them.
const ROWS: usize = 12_000;

/// An upload of so many offers, as NDJSON.
fn body(rows: usize) -> String {
    let mut offer = Offer::once().json();
    // The same each time: the harness gives each offer a title of its own.
    offer.insert("title".to_owned(), json!({"az": "Paket"}));
    let mut line = |n| {
        offer.insert("external_id".to_owned(), json!(format!("o-{n}")));
        Value::Object(offer.clone()).to_string()
    };
    (0..rows).map(&mut line).collect::<Vec<_>>().join("\n")
}

async fn send(market: &Market, partner: &Partner, query: &str, rows: usize) -> ImportView {
    let ask = partner.program.at(&market.server.url).post(&partner.path(&format!("/imports{query}")));
    ask.header("content-type", "application/x-ndjson").body(body(rows)).await.status(202).json()
}

async fn now(market: &Market, partner: &Partner, import: &ImportView) -> ImportView {
    partner.program.at(&market.server.url).get(&partner.path(&format!("/imports/{}", import.id))).await.ok()
}

async fn over(market: &Market, partner: &Partner, import: &ImportView) -> ImportView {
    eventually("the upload is over", || async {
        let view = now(market, partner, import).await;
        view.finished_at.is_some().then_some(view)
    })
    .await
}

/// What the database has of a partner's offers is what the upload says of itself.
async fn check(market: &Market, partner: &Partner, import: &ImportView, created: u64) {
    let db = market.place.db().await;
    let (partner, id) = (db.id(partner.id.0), db.id(import.id.0));
    let created = i64::try_from(created).unwrap();
    for (what, sql) in [
        ("offers", format!("SELECT count(*) FROM offers WHERE partner_id = {partner}")),
        ("names", format!("SELECT count(DISTINCT external_id) FROM offers WHERE partner_id = {partner}")),
        ("first versions", format!("SELECT count(*) FROM offers WHERE partner_id = {partner} AND version = 1")),
        ("names met", format!("SELECT count(*) FROM import_ids WHERE import_id = {id}")),
    ] {
        assert_eq!(db.number(&sql).await, created, "{what}");
    }
}

async fn each_row_is_applied_once_in_twenty_crashes(kind: Kind) {
    let mut market = Market::open(Place::new(kind).await).await;
    let partner = market.partner().await;
    let import = send(&market, &partner, "", ROWS).await;
    let mut middle = 0;
    for crash in 0..CRASHES {
        // Somewhere in a batch, and somewhere between two; the moments are different in each run, since machines are.
        tokio::time::sleep(Duration::from_millis(u64::from(crash * 37 % 50))).await;
        market.server.kill();
        market = market.again().await;
        let view = now(&market, &partner, &import).await;
        middle += u32::from(view.finished_at.is_none());
    }
    assert!(middle > 2, "crashes came in the middle: {middle}");
    let view = over(&market, &partner, &import).await;
    assert_eq!((view.state, view.counts.created, view.counts.read), (ImportState::Finished, ROWS as u64, ROWS as u64));
    check(&market, &partner, &import, ROWS as u64).await;
    // An upload that was acknowledged the moment before the crash is not lost either.
    let second = send(&market, &partner, "", 100).await;
    market.server.kill();
    market = market.again().await;
    let view = over(&market, &partner, &second).await;
    assert_eq!((view.state, view.counts.unchanged), (ImportState::Finished, 100));
}

async fn another_process_of_the_folder_goes_on(kind: Kind) {
    let one = Market::open(Place::new(kind).await).await;
    let partner = one.partner().await;
    let import = send(&one, &partner, "", ROWS).await;
    let two = one.again().await;
    one.server.kill();
    let view = over(&two, &partner, &import).await;
    assert_eq!((view.state, view.counts.created), (ImportState::Finished, ROWS as u64));
    check(&two, &partner, &import, ROWS as u64).await;
}
