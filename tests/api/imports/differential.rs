//! The same content as CSV, JSON and NDJSON, as a dry run and for real: one report, and the same offers.

use std::collections::BTreeMap;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Map, Value, json};
use shared::import::{ImportCounts, ImportView, RowCode};
use tests::{Market, Partner, on_both};

use super::{errors, offers, over, row, send};

on_both!(all_formats_and_dry_runs_tell_the_same);

/// Something that is wrong with a row, and can be written in each of the formats.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    Nothing,
    Quota,
    ClaimDays,
    Audience,
    NoAudience,
    Region,
    Kind,
    Title,
    NoTitle,
    Link,
    Times,
    Prices,
    NoPeriod,
    NoName,
    Name,
    SameName,
}

const WRONG: [Wrong; 16] = [
    Wrong::Nothing,
    Wrong::Quota,
    Wrong::ClaimDays,
    Wrong::Audience,
    Wrong::NoAudience,
    Wrong::Region,
    Wrong::Kind,
    Wrong::Title,
    Wrong::NoTitle,
    Wrong::Link,
    Wrong::Times,
    Wrong::Prices,
    Wrong::NoPeriod,
    Wrong::NoName,
    Wrong::Name,
    Wrong::SameName,
];

/// A row, right or wrong, with texts that are hard on tables.
fn document(number: usize, wrong: Wrong, text: &str, quota: Option<u32>) -> Value {
    row(&format!("r-{number}"), |o| {
        o.insert("description".to_owned(), json!({"az": format!("A{text}z"), "ru": "Строка; \"раз\", два\nтри"}));
        if let Some(quota) = quota {
            o.insert("quota".to_owned(), json!(quota));
        }
        break_it(o, wrong);
    })
}

fn break_it(o: &mut Map<String, Value>, wrong: Wrong) {
    let mut set = |name: &str, value: Value| _ = o.insert(name.to_owned(), value);
    match wrong {
        Wrong::Nothing => {}
        Wrong::Quota => set("quota", json!(0)),
        Wrong::ClaimDays => set("claim_days", json!(731)),
        Wrong::Audience => set("audience", json!(["educator", "king"])),
        Wrong::NoAudience => _ = o.remove("audience"),
        Wrong::Region => set("regions", json!(["mars"])),
        Wrong::Kind => set("kind", json!("gift")),
        Wrong::Title => set("title", json!({"az": "x".repeat(121)})),
        Wrong::NoTitle => set("title", json!({"en": "No Azerbaijani"})),
        Wrong::Link => set("link", json!("http://example.az")),
        Wrong::Times => {
            set("starts_at", json!("2027-02-01T00:00:00Z"));
            set("ends_at", json!("2027-01-01T00:00:00Z"));
        }
        Wrong::Prices => {
            set("kind", json!("discounted_tariff"));
            let price = json!({"amount_minor": 1250, "currency": "AZN"});
            set("terms", json!({"old_price": price, "new_price": price}));
        }
        Wrong::NoPeriod => _ = o.remove("period"),
        Wrong::NoName => _ = o.remove("external_id"),
        Wrong::Name => set("external_id", json!("a b")),
        Wrong::SameName => set("external_id", json!("r-0")),
    }
}

/// A document as cells: `title.az`, lists with `|` between their entries.
fn cells(value: &Value, path: &str, into: &mut BTreeMap<String, String>) {
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| cells(value, &inside(name), into)),
        Value::Array(entries) if entries.iter().any(Value::is_object) => {
            for (index, entry) in entries.iter().enumerate() {
                cells(entry, &inside(&(index + 1).to_string()), into);
            }
        }
        Value::Array(entries) => {
            let texts: Vec<&str> = entries.iter().filter_map(Value::as_str).collect();
            into.insert(path.to_owned(), texts.join("|"));
        }
        Value::String(text) => _ = into.insert(path.to_owned(), text.clone()),
        Value::Null => {}
        other => _ = into.insert(path.to_owned(), other.to_string()),
    }
}

/// Documents as a table, as a spreadsheet saves it.
fn table(rows: &[Value]) -> String {
    let rows: Vec<BTreeMap<String, String>> = rows
        .iter()
        .map(|row| {
            let mut into = BTreeMap::new();
            cells(row, "", &mut into);
            into
        })
        .collect();
    let columns: std::collections::BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut table = String::from('\u{feff}');
    table += &columns.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(";");
    table += "\r\n";
    for row in &rows {
        let line: Vec<String> = columns.iter().map(|c| row.get(*c).map(|t| quoted(t)).unwrap_or_default()).collect();
        table += &line.join(";");
        table += "\r\n";
    }
    table
}

/// What an upload says, without what belongs to its format: lines.
type Report = (ImportCounts, Vec<(Option<String>, String, RowCode)>);

async fn report(partner: &Partner, query: &str, media: &str, body: &str) -> Report {
    let import: ImportView = send(&partner.program, partner, query, media, body).await.status(202).json();
    let view = over(partner, &import).await;
    let found = errors(partner, &view).await;
    (view.counts, found.into_iter().map(|e| (e.external_id, e.pointer, e.code)).collect())
}

async fn all_formats_and_dry_runs_tell_the_same(market: Market) {
    let row = (0..WRONG.len(), "[a-zəçşıöüğ ,;|'\"\t]{0,12}", proptest::option::of(1_u32..1000));
    let files = proptest::collection::vec(row, 24..40);
    let mut runner = TestRunner::new(Config::default());
    for _ in 0..4 {
        let made = files.new_tree(&mut runner).expect("rows").current();
        // Each kind of mistake is in each file, in any order with the right ones.
        let every = WRONG.iter().map(|wrong| (*wrong, String::new(), None));
        let random = made
            .into_iter()
            .map(|(at, text, quota)| (if at % 2 == 0 { Wrong::Nothing } else { WRONG[at] }, text, quota));
        let rows: Vec<Value> = every
            .chain(random)
            .enumerate()
            .map(|(number, (wrong, text, quota))| document(number, wrong, &text, quota))
            .collect();
        let files = [
            ("text/csv", table(&rows)),
            ("application/json", Value::Array(rows.clone()).to_string()),
            ("application/x-ndjson", super::lines(&rows)),
        ];
        let mut first: Option<(Report, Vec<Value>)> = None;
        for (media, body) in &files {
            let partner = market.partner().await;
            let dry = report(&partner, "?dry_run=true", media, body).await;
            let real = report(&partner, "", media, body).await;
            assert_eq!(dry, real, "{media}: the dry run told the same");
            let mut there: Vec<Value> = offers(&partner).await.into_values().map(|offer| json!(offer.offer)).collect();
            there.sort_by_key(|offer| offer["external_id"].to_string());
            assert_eq!(there.len() as u64, real.0.created, "{media}");
            assert!(real.0.failed >= 15 && real.0.created > 0, "{media}: {:?}", real.0);
            let this = (real, there);
            match &first {
                None => first = Some(this),
                Some(first) => {
                    assert_eq!(this.0, first.0, "{media} tells the same as CSV\n{}", files[0].1);
                    assert_eq!(this.1, first.1, "{media} makes the same offers as CSV");
                }
            }
        }
    }
}
