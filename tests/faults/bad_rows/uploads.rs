//! Uploads.

use serde_json::Value;
use shared::import::ImportView;
use tests::{Kind, Market, Offer, eventually, on_both};

use super::trigger;

on_both!(an_upload_that_cannot_be_begun_ends);

async fn an_upload_that_cannot_be_begun_ends(market: Market) {
    let partner = market.partner().await;
    let db = market.place.db().await;
    let name = trigger("upload");
    let id = db.id(partner.id.0);
    let condition = format!("NEW.partner_id = {id} AND NEW.dry_run");
    db.run(&match market.place.kind {
        Kind::Postgres => format!(
            "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN NEW.format := 'parchment'; RETURN NEW; END $$;
             CREATE TRIGGER {name} BEFORE INSERT ON imports FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
        ),
        Kind::Sqlite => format!(
            "CREATE TRIGGER {name} AFTER INSERT ON imports WHEN {condition}
             BEGIN UPDATE imports SET format = 'parchment' WHERE id = NEW.id; END"
        ),
    })
    .await;
    let mut row = Offer::once().with(|offer| offer.external_id = Some("o-1".to_owned())).json();
    row.retain(|_, value| !value.is_null());
    let upload = async |query: &str| -> ImportView {
        let ask = partner.program.post(&partner.path(&format!("/imports{query}")));
        let line = format!("{}\n", Value::Object(row.clone()));
        ask.header("content-type", "application/x-ndjson").body(line).await.status(202).json()
    };
    let over = async |import: &ImportView| {
        eventually("the upload is over", || async {
            let row = format!("FROM imports WHERE id = {} AND finished_at IS NOT NULL", db.id(import.id.0));
            db.texts(&format!("SELECT state {row}")).await.pop()
        })
        .await
    };
    // What the bad one says of itself cannot be shown, so the database is asked.
    let (bad, good) = (upload("?dry_run=true").await, upload("").await);
    assert_eq!((over(&bad).await, over(&good).await), ("failed".to_owned(), "finished".to_owned()));
}
