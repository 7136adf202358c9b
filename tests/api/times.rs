//! Times lie between 1970 and 9999, in every field of every request and row: outside of that, programs of others break.

use serde_json::{Value, json};
use shared::{Code, FieldCode, import::RowCode, offer::PartnerOffer};
use tests::{Market, Offer, offer::edit, on_both};

use crate::imports::{self, NDJSON};

on_both!(
    no_field_takes_a_time_outside,
    no_query_takes_a_time_outside,
    no_row_takes_a_time_outside,
    the_bounds_are_taken
);

/// Times that most programs cannot read, and what is wrong with them.
const INSTANTS: [(&str, FieldCode); 6] = [
    ("+10000-01-01T00:00:00Z", FieldCode::OutOfRange),
    ("9999-12-31T23:59:59-00:01", FieldCode::OutOfRange),
    ("1969-12-31T23:59:59Z", FieldCode::OutOfRange),
    ("0000-01-01T00:00:00Z", FieldCode::OutOfRange),
    ("-0001-01-01T00:00:00Z", FieldCode::OutOfRange),
    ("2026-12-31T23:59:60Z", FieldCode::InvalidFormat),
];
const DAYS: [&str; 4] = ["+10000-01-01", "1969-12-31", "0000-01-01", "-0001-01-01"];

/// Each place of an offer that holds a time, with a document to write it into.
fn places() -> Vec<(&'static str, Value, Vec<(&'static str, FieldCode)>)> {
    let of = |kind: &str| {
        let mut document = Offer::once().json();
        document.insert("kind".to_owned(), json!(kind));
        document.insert("terms".to_owned(), json!({}));
        Value::Object(document)
    };
    let days = || DAYS.map(|day| (day, FieldCode::OutOfRange)).to_vec();
    vec![
        ("/starts_at", of("event"), INSTANTS.to_vec()),
        ("/ends_at", of("event"), INSTANTS.to_vec()),
        ("/terms/begins_at", of("event"), INSTANTS.to_vec()),
        ("/terms/starts_on", of("course"), days()),
        ("/terms/ends_on", of("course"), days()),
    ]
}

fn with(mut document: Value, place: &str, value: &str) -> Value {
    match place.strip_prefix("/terms/") {
        Some(name) => document["terms"][name] = json!(value),
        None => document[&place[1..]] = json!(value),
    }
    document
}

async fn no_field_takes_a_time_outside(market: Market) {
    let partner = market.partner().await;
    for (place, document, times) in places() {
        let there: PartnerOffer = partner.editor.send(&partner.path("/offers"), &document).await.created();
        for (time, code) in times {
            let answer = partner.editor.send(&partner.path("/offers"), &with(document.clone(), place, time)).await;
            answer.wrong_at(Code::InvalidInput, &[(place, code)]);
            let answer = edit(&partner.editor, &there, &with(json!({}), place, time)).await;
            answer.wrong_at(Code::InvalidInput, &[(place, code)]);
        }
    }
}

async fn no_query_takes_a_time_outside(market: Market) {
    let partner = market.partner().await;
    for (time, code) in INSTANTS {
        for name in ["from", "to"] {
            let time = time.replace('+', "%2B");
            let answer = partner.owner.get(&format!("/redemptions?{name}={time}")).await;
            answer.wrong_at(Code::InvalidQuery, &[(&format!("?{name}"), code)]);
        }
    }
}

async fn no_row_takes_a_time_outside(market: Market) {
    let partner = market.partner().await;
    let file = include_str!("../cases/c02-years.ndjson");
    let sent = imports::send(&partner.program, &partner, "", NDJSON, file).await.status(202).json();
    let import = imports::over(&partner, &sent).await;
    assert_eq!((import.counts.created, import.counts.failed), (0, 4));
    let found = imports::errors(&partner, &import).await;
    let found: Vec<_> = found.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
    let mut expected = [("/ends_at", RowCode::OutOfRange); 4];
    expected[1].1 = RowCode::InvalidFormat;
    assert_eq!(found, expected);

    // As people write them.
    let mut rows = Vec::new();
    for (place, document, times) in places() {
        let written = times.iter().map(|(time, _)| *time).chain(["01.01.0026", "31.12.1969", "0026-01-01"]);
        rows.extend(written.enumerate().map(|(at, time)| {
            let mut row = with(document.clone(), place, time);
            row["external_id"] = json!(format!("{}-{at}", place.replace('/', ".")));
            row
        }));
    }
    let import = imports::done(&partner, "", &rows).await;
    assert_eq!((import.counts.created, import.counts.failed), (0, rows.len() as u64));
}

async fn the_bounds_are_taken(market: Market) {
    let partner = market.partner().await;
    let ends = "9999-12-31T23:59:59Z";
    let mut document = Offer::once().json();
    document.insert("starts_at".to_owned(), json!("1970-01-01T00:00:00Z"));
    document.insert("ends_at".to_owned(), json!(ends));
    let made = partner.editor.send(&partner.path("/offers"), &document).await.status(201);
    assert_eq!(made.json::<Value>()["offer"]["ends_at"], ends);
    partner.owner.get("/redemptions?from=1970-01-01T00:00:00Z&to=9999-12-31T23:59:59Z").await.status(200);
}
