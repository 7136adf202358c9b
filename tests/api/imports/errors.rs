//! `GET …/imports/{id}/errors`: row by row, for people and for programs, and as a table to be corrected.

use serde_json::json;
use shared::{
    Lang,
    import::{RowCode, RowErrors},
};
use tests::{Market, on_both};

use super::{counts, done, errors, lines, now, over, rows, send};

on_both!(
    each_error_says_where_and_what_to_do,
    errors_are_told_in_the_readers_language,
    errors_are_paged_and_filtered,
    failed_rows_come_back_as_a_table
);

async fn each_error_says_where_and_what_to_do(market: Market) {
    let partner = market.partner().await;
    let mut sent = rows(5);
    sent[0]["quota"] = json!(0);
    sent[0]["audience"] = json!([]);
    sent[2]["colour"] = json!("red");
    sent[3].as_object_mut().unwrap().remove("external_id");
    let body = format!("{}not json at all\n\n{}", lines(&sent[..4]), lines(&[sent[4].clone(), sent[4].clone()]));
    let import = send(&partner.program, &partner, "", super::NDJSON, body).await.status(202).json();
    let view = over(&partner, &import).await;
    assert_eq!((view.counts, view.errors), (counts(2, 0, 0, 5), 6));
    let found = errors(&partner, &view).await;
    let told: Vec<_> = found.iter().map(|e| (e.line, e.external_id.as_deref(), e.pointer.as_str(), e.code)).collect();
    assert_eq!(
        told,
        [
            (1, Some("o-0"), "/audience", RowCode::Required),
            (1, Some("o-0"), "/quota", RowCode::OutOfRange),
            (3, Some("o-2"), "/colour", RowCode::UnknownField),
            (4, None, "/external_id", RowCode::MissingExternalId),
            (5, None, "", RowCode::BrokenRow),
            (8, Some("o-4"), "/external_id", RowCode::DuplicateExternalId),
        ]
    );
    assert!(found.iter().all(|e| !e.message.is_empty() && !e.remedy.is_empty() && !e.message.contains('{')));
    assert!(found[5].message.contains('7'), "the first line is named: {}", found[5].message);
}

async fn errors_are_told_in_the_readers_language(market: Market) {
    let partner = market.partner().await;
    let mut sent = rows(1);
    sent[0]["quota"] = json!(0);
    let import = done(&partner, "?on_error=reject_all", &sent).await;
    let path = partner.path(&format!("/imports/{}", import.id));
    for lang in Lang::ALL {
        let reader = partner.editor.clone().speaking(lang);
        let page: RowErrors = reader.get(&format!("{path}/errors")).await.ok();
        let expected = RowCode::OutOfRange.remedy(lang);
        assert_eq!(page.items[0].remedy, expected);
        let view: shared::import::ImportView = reader.get(&path).await.ok();
        let failure = view.failure.expect("it was rejected");
        assert_eq!(failure.remedy, failure.code.remedy(lang));
    }
}

async fn errors_are_paged_and_filtered(market: Market) {
    let partner = market.partner().await;
    let mut sent = rows(30);
    for row in &mut sent[..25] {
        row["quota"] = json!(0);
    }
    sent[26]["audience"] = json!([]);
    let import = done(&partner, "", &sent).await;
    assert_eq!(errors(&partner, &import).await.len(), 26);
    let path = partner.path(&format!("/imports/{}/errors", import.id));
    let page: RowErrors = partner.editor.get(&format!("{path}?limit=10")).await.ok();
    assert_eq!((page.items.len(), page.items[9].line), (10, 10));
    let next = page.next_cursor.expect("another page");
    let page: RowErrors = partner.editor.get(&format!("{path}?limit=10&cursor={next}")).await.ok();
    assert_eq!(page.items[0].line, 11);
    let page: RowErrors = partner.editor.get(&format!("{path}?code=required")).await.ok();
    assert_eq!((page.items.len(), page.items[0].line, page.next_cursor), (1, 27, None));
    partner.editor.get(&format!("{path}?code=nonsense")).await.refused(shared::Code::InvalidQuery);
    partner.editor.get(&format!("{path}?cursor=nonsense")).await.refused(shared::Code::InvalidCursor);
    assert_eq!(now(&partner, &import).await.errors, 26);
}

async fn failed_rows_come_back_as_a_table(market: Market) {
    let partner = market.partner().await;
    let mut sent = rows(4);
    sent[1]["quota"] = json!(0);
    sent[2]["title"]["az"] = json!("=HYPERLINK(\"http://evil\")");
    sent[2]["claim_days"] = json!(0);
    let import = done(&partner, "", &sent).await;
    let path = partner.path(&format!("/imports/{}/errors", import.id));
    let answer = partner.editor.get(&path).header("accept", "text/csv").await.status(200);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(answer.header("content-disposition").is_some_and(|d| d.starts_with("attachment")));
    let text = answer.text().trim_start_matches('\u{feff}');
    let table: Vec<&str> = text.lines().collect();
    assert_eq!(table.len(), 3, "a heading and the two rows that failed: {text}");
    for column in ["external_id", "error_line", "error_codes", "error_messages", "error_remedies"] {
        assert!(table[0].contains(column), "{column}: {}", table[0]);
    }
    assert!(table[1].contains("o-1") && table[1].contains("out_of_range"), "{}", table[1]);
    assert!(table[2].contains("'=HYPERLINK"), "a formula is text: {}", table[2]);
    let empty = done(&partner, "", &sent[..1]).await;
    let answer =
        partner.editor.get(&partner.path(&format!("/imports/{}/errors", empty.id))).header("accept", "text/csv");
    assert!(answer.await.status(200).text().lines().count() <= 1);
}
