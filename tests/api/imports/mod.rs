//! Uploads of offers.

mod broken;
mod cancel;
mod differential;
mod errors;
mod events;
mod files;
mod kept;
mod modes;
mod retry;
mod review;
mod room;
mod round_trip;
mod slow;
mod template;
mod truth;
mod upload;
mod versions;

use serde_json::{Map, Value, json};
use shared::{
    Page,
    import::{ImportCounts, ImportView, RowError},
    offer::PartnerOffer,
};
use tests::{Answer, Caller, Offer, Partner, eventually};

pub const NDJSON: &str = "application/x-ndjson";

/// The uploads in a folder, in order.
pub fn spooled(folder: &std::path::Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).expect("the folder of uploads");
    let names = files.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.filter(|name| name != "host").collect();
    names.sort();
    names
}

/// An offer as a line of an upload.
pub fn row(name: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
    let mut document = Offer::once().with(|offer| offer.external_id = Some(name.to_owned())).json();
    document.insert("title".to_owned(), json!({"az": format!("Paket {name}"), "en": format!("Pack {name}")}));
    document.retain(|_, value| !value.is_null());
    change(&mut document);
    Value::Object(document)
}

/// So many different ones.
pub fn rows(count: usize) -> Vec<Value> {
    (0..count).map(|n| row(&format!("o-{n}"), |_| {})).collect()
}

/// Documents as NDJSON.
pub fn lines(rows: &[Value]) -> String {
    rows.iter().flat_map(|row| [row.to_string(), "\n".to_owned()]).collect()
}

/// Sends an upload.
pub async fn send(caller: &Caller, partner: &Partner, query: &str, media: &str, body: impl Into<Vec<u8>>) -> Answer {
    let ask = caller.post(&partner.path(&format!("/imports{query}"))).header("content-type", media);
    ask.body(body.into()).await
}

/// Sends NDJSON as the partner's program, which must be taken.
pub async fn taken(partner: &Partner, query: &str, rows: &[Value]) -> ImportView {
    send(&partner.program, partner, query, NDJSON, lines(rows)).await.status(202).json()
}

/// An upload as it stands.
pub async fn now(partner: &Partner, import: &ImportView) -> ImportView {
    partner.program.get(&partner.path(&format!("/imports/{}", import.id))).await.ok()
}

/// Waits until an upload is over.
pub async fn over(partner: &Partner, import: &ImportView) -> ImportView {
    eventually("the upload is over", || async {
        let view = now(partner, import).await;
        view.finished_at.is_some().then_some(view)
    })
    .await
}

/// Sends NDJSON and waits until it is over.
pub async fn done(partner: &Partner, query: &str, rows: &[Value]) -> ImportView {
    over(partner, &taken(partner, query, rows).await).await
}

/// All that is wrong with an upload.
pub async fn errors(partner: &Partner, import: &ImportView) -> Vec<RowError> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = partner.path(&format!("/imports/{}/errors?limit=100{cursor}", import.id));
        let page: Page<RowError> = partner.program.get(&path).await.ok();
        found.extend(page.items);
        let Some(next) = page.next_cursor else { return found };
        cursor = format!("&cursor={next}");
    }
}

/// The counts of an upload that ended none.
pub fn counts(created: u64, updated: u64, unchanged: u64, failed: u64) -> ImportCounts {
    ImportCounts { read: created + updated + unchanged + failed, created, updated, unchanged, ended: 0, failed }
}

/// The partner's offers, by their names.
pub async fn offers(partner: &Partner) -> std::collections::HashMap<String, PartnerOffer> {
    let (mut found, mut cursor) = (std::collections::HashMap::new(), String::new());
    loop {
        let page: Page<PartnerOffer> =
            partner.program.get(&partner.path(&format!("/offers?limit=100{cursor}"))).await.ok();
        found.extend(page.items.into_iter().map(|o| (o.offer.external_id.clone().unwrap_or_default(), o)));
        let Some(next) = page.next_cursor else { return found };
        cursor = format!("&cursor={next}");
    }
}
