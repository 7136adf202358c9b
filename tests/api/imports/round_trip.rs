//! The error table, corrected and sent again: what nobody touched is the very same text.

use serde_json::{Value, json};
use shared::import::{ImportView, RowCode};
use tests::{Market, Partner, on_both};

use super::{counts, done, errors, offers, over, row, send};

on_both!(
    the_error_table_gives_back_the_very_texts,
    an_error_table_of_a_table_gives_back_the_very_texts,
    no_formula_lives_whatever_parts_cells,
    what_a_table_cannot_hold_is_not_lost_silently,
);

/// Texts that spreadsheets would take for something else.
const HARD: [&str; 12] = [
    "\tTabla başlayan",
    "=1+1",
    "'=1+1",
    "''-x",
    "a;=HYPERLINK(A1)",
    "sətir\n- bir\n- iki",
    "＝SUM(A1)",
    "NULL",
    "'NULL",
    "=\"00123\"",
    "dırnaq \" və ; vergül,\r\nyeni sətir",
    "Bakı'da, @hamı",
];

async fn error_table(partner: &Partner, import: &ImportView) -> String {
    let path = partner.path(&format!("/imports/{}/errors", import.id));
    partner.program.get(&path).header("accept", "text/csv").await.status(200).text().to_owned()
}

/// Corrects the quota of each row of an error table and sends it again.
async fn corrected(partner: &Partner, import: &ImportView, wrong: &str) -> ImportView {
    let table = error_table(partner, import).await;
    assert!(table.contains(wrong), "{table}");
    let again = send(&partner.program, partner, "", "text/csv", table.replace(wrong, "5")).await.status(202).json();
    over(partner, &again).await
}

/// A row for each of the hard texts, which `description` puts into an offer's description.
fn hard_rows(prefix: &str, quota: u32, description: impl Fn(&str) -> Value) -> Vec<Value> {
    let one = |(n, text): (usize, &&str)| {
        row(&format!("{prefix}-{n}"), |o| {
            o.insert("description".to_owned(), description(text));
            o.insert("quota".to_owned(), json!(quota));
        })
    };
    HARD.iter().enumerate().map(one).collect()
}

async fn the_error_table_gives_back_the_very_texts(market: Market) {
    let partner = market.partner().await;
    let rows = hard_rows("h", 77_777_777, |text| json!({"az": text, "ru": text}));
    let import = done(&partner, "", &rows).await;
    assert_eq!(import.counts, counts(0, 0, 0, HARD.len() as u64));
    let again = corrected(&partner, &import, "77777777").await;
    assert_eq!(again.counts, counts(HARD.len() as u64, 0, 0, 0), "{:?}", errors(&partner, &again).await);
    let there = offers(&partner).await;
    for (n, text) in HARD.iter().enumerate() {
        let description = there[&format!("h-{n}")].offer.description.clone().expect("a description");
        assert_eq!((description.az.as_str(), description.ru.as_deref()), (*text, Some(*text)));
    }
}

async fn an_error_table_of_a_table_gives_back_the_very_texts(market: Market) {
    let partner = market.partner().await;
    let head = "external_id,kind,area,title.az,description.az,audience,unit,period,fulfilment,quota\r\n";
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let cells = ["'=1+1", "=1+1", "=\"00123\"", "\tTabla", "a;=B1", "'a;'=B1", "＠x", "'Söz"];
    let rows = cells.iter().enumerate().map(|(n, cell)| {
        format!("c-{n},course,learning,Kurs,{},educator,place,once,generated_code,77777777\r\n", quoted(cell))
    });
    let table = rows.fold(head.to_owned(), |table, row| table + &row);
    let right: ImportView =
        send(&partner.program, &partner, "", "text/csv", table.replace("77777777", "5")).await.status(202).json();
    assert_eq!(over(&partner, &right).await.counts, counts(cells.len() as u64, 0, 0, 0));
    let meant = offers(&partner).await;

    let other = market.partner().await;
    let wrong = send(&other.program, &other, "", "text/csv", table).await.status(202).json();
    let wrong = over(&other, &wrong).await;
    let again = corrected(&other, &wrong, "77777777").await;
    assert_eq!(again.counts, counts(cells.len() as u64, 0, 0, 0));
    for (name, offer) in offers(&other).await {
        assert_eq!(offer.offer.description, meant[&name].offer.description, "{name}");
    }
}

async fn no_formula_lives_whatever_parts_cells(market: Market) {
    let partner = market.partner().await;
    let rows = hard_rows("f", 0, |text| json!({"az": text}));
    let import = done(&partner, "", &rows).await;
    let table = error_table(&partner, &import).await;
    for separators in [",", ";", "\t", "|"] {
        for cell in table.split([separators, "\r", "\n"].concat().chars().collect::<Vec<_>>().as_slice()) {
            let cell = cell.trim_start_matches(['\u{feff}', '"', ' ']);
            assert!(!cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{cell:?} in {table}");
        }
    }
}

async fn what_a_table_cannot_hold_is_not_lost_silently(market: Market) {
    let partner = market.partner().await;
    let foreign = row("m", |o| {
        let price = json!({"amount_minor": 1250, "currency": "USD"});
        o.insert("terms".to_owned(), json!({"data_mb": 7, "months": 1, "price": price}));
    });
    let import = done(&partner, "", &[foreign]).await;
    let table = error_table(&partner, &import).await;
    let again = send(&partner.program, &partner, "", "text/csv", table).await.status(202).json();
    let again = over(&partner, &again).await;
    let found = errors(&partner, &again).await;
    let told: Vec<_> = found.iter().map(|e| (e.pointer.as_str(), e.code)).collect();
    assert_eq!(told, [("/terms/price", RowCode::InvalidNumber)], "dollars do not become manat");
}
