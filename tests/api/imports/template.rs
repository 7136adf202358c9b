//! `GET …/imports/template.csv`: a table to begin with, which is itself a right upload.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::{import::ImportState, offer::Kind};
use tests::{Market, Offer, on_both};

use super::{counts, errors, offers, over, send};

on_both!(each_template_is_an_upload_that_fills_its_columns);

/// The terms of a kind, as the OpenAPI document has them.
fn terms(document: &Value, kind: Kind) -> BTreeSet<String> {
    let name: String = kind.as_str().split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
    let fields = document["components"]["schemas"][&name]["properties"].as_object();
    // Which terms they are, the column of the offer's kind says.
    let figures = fields.unwrap_or_else(|| panic!("the terms of {name}")).keys().filter(|field| *field != "kind");
    figures.map(|field| format!("terms.{field}")).collect()
}

/// The fields that a column fills: `title.az` fills `title`, `terms.device.az` fills `terms.device`.
fn field(column: &str) -> String {
    let parts: Vec<&str> = column.split('.').collect();
    let depth = if parts[0] == "terms" { 2 } else { 1 };
    parts[..depth].join(".")
}

async fn each_template_is_an_upload_that_fills_its_columns(market: Market) {
    let document = market.anon().at_root().get("/openapi.json").await.value();
    for kind in Kind::ALL.iter().copied() {
        let partner = market.partner().await;
        let path = partner.path(&format!("/imports/template.csv?kind={}", kind.as_str()));
        let answer = partner.program.get(&path).await.status(200);
        assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
        let file = format!("attachment; filename=\"{}.csv\"", kind.as_str());
        assert_eq!(answer.header("content-disposition"), Some(file.as_str()));
        let text = answer.text().strip_prefix('\u{feff}').expect("a mark, by which spreadsheets know UTF-8");
        let table: Vec<Vec<&str>> = text.lines().map(|line| line.split(';').collect()).collect();
        let [columns, example] = &table[..] else { panic!("a heading and an example: {text}") };
        assert_eq!(columns.len(), example.len());

        let mut all: BTreeSet<String> = Offer::once().json().keys().filter(|name| *name != "terms").cloned().collect();
        all.extend(terms(&document, kind));
        let there: BTreeSet<String> = columns.iter().map(|column| field(column)).collect();
        assert_eq!(there, all, "the columns of {kind:?} are the fields of an offer");

        for query in ["?dry_run=true", ""] {
            let sent = send(&partner.program, &partner, query, "text/csv", answer.body.to_vec()).await;
            let view = over(&partner, &sent.status(202).json()).await;
            assert_eq!(errors(&partner, &view).await, [], "{kind:?}");
            assert_eq!((view.state, view.counts), (ImportState::Finished, counts(1, 0, 0, 0)), "{kind:?}");
        }
        let offers = offers(&partner).await;
        let offer = &offers[example[0]].offer;
        assert_eq!(offer.kind, kind);
        let written = serde_json::to_value(offer).expect("JSON");
        for (column, cell) in columns.iter().zip(example).filter(|(_, cell)| !cell.is_empty()) {
            let pointer = format!("/{}", field(column).replace('.', "/"));
            let value = written.pointer(&pointer);
            let is_there = value.is_some_and(|value| !value.is_null() && *value != Value::Array(Vec::new()));
            assert!(is_there, "{kind:?}: `{cell}` in {column} is written to the offer: {written}");
        }
        for term in terms(&document, kind) {
            let mut cells = columns.iter().zip(example).filter(|(column, _)| field(column) == term);
            assert!(cells.any(|(_, cell)| !cell.is_empty()), "{kind:?}: the example shows {term}");
        }
    }
}
