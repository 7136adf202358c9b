//! Files that break off: what of them stays, and where they broke. Rows that say two things at once.

use serde_json::json;
use shared::import::{FileCode, ImportCounts, ImportState, ImportView, RowCode};
use tests::{Market, Partner, on_both};

use super::{counts, errors, offers, over, row, rows, send};

on_both!(
    a_list_that_is_cut_says_what_stays_and_where_it_broke,
    reject_all_leaves_nothing_of_a_list_that_is_cut,
    rows_before_the_break_are_applied,
    a_name_twice_in_a_row_is_refused_wherever_it_is,
);

async fn cut(partner: &Partner, query: &str, body: &str) -> ImportView {
    over(partner, &send(&partner.program, partner, query, "application/json", body).await.status(202).json()).await
}

async fn a_list_that_is_cut_says_what_stays_and_where_it_broke(market: Market) {
    let partner = market.partner().await;
    let whole = serde_json::to_string(&rows(4000)).expect("a list");
    let import = cut(&partner, "", &whole[..whole.len() - 1]).await;
    assert_eq!((import.state, import.counts), (ImportState::Failed, counts(4000, 0, 0, 0)));
    let failure = import.failure.expect("why");
    let place = (failure.code, failure.line, failure.row, failure.byte, failure.applied);
    assert_eq!(place, (FileCode::NotJson, Some(1), Some(4001), Some(whole.len() as u64 - 1), Some(4000)));
    for said in ["4000", "4001"] {
        assert!(failure.message.contains(said), "{said}: {}", failure.message);
    }
    let db = market.place.db().await;
    let there = db.number(&format!("SELECT count(*) FROM offers WHERE partner_id = {}", db.id(partner.id.0))).await;
    assert_eq!(there, 4000);
}

async fn reject_all_leaves_nothing_of_a_list_that_is_cut(market: Market) {
    let partner = market.partner().await;
    let whole = serde_json::to_string(&rows(1500)).expect("a list");
    let import = cut(&partner, "?on_error=reject_all", &whole[..whole.len() - 40]).await;
    assert_eq!(import.state, ImportState::Failed);
    let read = import.counts.read;
    assert_eq!(import.counts, ImportCounts { read, ..counts(0, 0, 0, 0) }, "nothing was done");
    let failure = import.failure.expect("why");
    assert_eq!((failure.code, failure.row, failure.applied), (FileCode::NotJson, Some(1500), Some(0)));
    assert_eq!(offers(&partner).await.len(), 0);
}

async fn rows_before_the_break_are_applied(market: Market) {
    let partner = market.partner().await;
    let whole = serde_json::to_string(&rows(20)).expect("a list");
    let import = cut(&partner, "", &format!("{},]", &whole[..whole.len() - 1])).await;
    let failure = import.failure.expect("why");
    assert_eq!((import.counts.created, failure.row, failure.applied), (20, Some(21), Some(20)));
    assert_eq!(offers(&partner).await.len(), 20);
}

async fn a_name_twice_in_a_row_is_refused_wherever_it_is(market: Market) {
    let partner = market.partner().await;
    let good = row("a", |o| {
        o.insert("terms".to_owned(), json!({"data_mb": 7, "price": {"amount_minor": 1, "currency": "AZN"}}));
    });
    let good = good.to_string();
    let twice = |name: &str, from: &str, to: &str| {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "{from}");
        changed.replacen("\"a\"", &format!("\"{name}\""), 1) + "\n"
    };
    let body = [
        twice("b", "\"data_mb\":7", "\"data_mb\":7,\"data_mb\":8"),
        twice("c", "\"amount_minor\":1", "\"amount_minor\":1,\"amount_minor\":2"),
        twice("d", "\"title\":", "\"title\":{\"az\":\"A\"},\"title\":"),
    ]
    .concat();
    let import = send(&partner.program, &partner, "", super::NDJSON, body).await.status(202).json();
    let import = over(&partner, &import).await;
    assert_eq!(import.counts, counts(0, 0, 0, 3));
    let found = errors(&partner, &import).await;
    let told: Vec<_> = found.iter().map(|e| (e.pointer.as_str(), e.code)).collect();
    let duplicate = RowCode::Duplicate;
    assert_eq!(told, [("/terms/data_mb", duplicate), ("/terms/price/amount_minor", duplicate), ("/title", duplicate)]);
}
