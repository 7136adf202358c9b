//! `POST …/imports/{id}/retry`: the corrected file, of which only what failed is done.

use serde_json::json;
use shared::{
    Code,
    import::{ImportState, ImportView},
};
use tests::{Market, Partner, on_both};

use super::{NDJSON, counts, done, errors, lines, offers, over, rows, send};

on_both!(only_what_failed_is_done_again, what_was_rejected_is_done_as_a_whole, what_is_right_is_not_retried);

async fn retried(partner: &Partner, import: &ImportView, rows: &[serde_json::Value]) -> ImportView {
    let answer = send(&partner.program, partner, &format!("/{}/retry", import.id), NDJSON, lines(rows)).await;
    let answer = answer.status(202);
    let view: ImportView = answer.json();
    assert_eq!(view.retry_of, Some(import.id));
    assert_eq!(
        answer.header("location"),
        Some(format!("/api/v1/partners/{}/imports/{}", partner.slug, view.id).as_str())
    );
    over(partner, &view).await
}

async fn only_what_failed_is_done_again(market: Market) {
    let partner = market.partner().await;
    let mut sent = rows(6);
    sent[1]["quota"] = json!(0);
    sent[4]["audience"] = json!([]);
    sent.push(json!({"quota": 5}));
    let first = done(&partner, "", &sent).await;
    assert_eq!(first.counts, counts(4, 0, 0, 3));
    // Somebody changes an offer by hand meanwhile: a row that was right does not undo that.
    let offer = offers(&partner).await.remove("o-0").expect("o-0");
    tests::offer::edit(&partner.editor, &offer, &json!({"quota": 99})).await.status(200);
    // The whole file, with one of the rows corrected, and the one without a name named.
    sent[1]["quota"] = json!(10);
    sent[6] = rows(7).remove(6);
    let second = retried(&partner, &first, &sent).await;
    assert_eq!((second.state, second.counts), (ImportState::Finished, counts(2, 0, 0, 1)), "four rows are passed over");
    let there = offers(&partner).await;
    assert_eq!((there["o-1"].offer.quota, there["o-0"].offer.quota), (Some(10), Some(99)));
    assert_eq!(errors(&partner, &second).await[0].external_id.as_deref(), Some("o-4"));
    // The rest of the rest, this time alone.
    sent[4] = rows(5).remove(4);
    let third = retried(&partner, &second, &sent[4..5]).await;
    assert_eq!(third.counts, counts(1, 0, 0, 0));
    assert_eq!(offers(&partner).await.len(), 7);
    // Corrected or not: what was done in the chain is passed over.
    sent[2]["quota"] = json!(1);
    let fourth = send(&partner.program, &partner, &format!("/{}/retry", third.id), NDJSON, lines(&sent)).await;
    fourth.refused(Code::StateConflict);
}

async fn what_was_rejected_is_done_as_a_whole(market: Market) {
    let partner = market.partner().await;
    let mut sent = rows(5);
    sent[3]["quota"] = json!(0);
    let first = done(&partner, "?on_error=reject_all", &sent).await;
    assert_eq!(first.state, ImportState::Failed);
    sent[3]["quota"] = json!(1);
    let second = retried(&partner, &first, &sent).await;
    assert_eq!((second.state, second.counts), (ImportState::Finished, counts(5, 0, 0, 0)));
}

async fn what_is_right_is_not_retried(market: Market) {
    let partner = market.partner().await;
    let right = done(&partner, "", &rows(2)).await;
    for (id, code) in [
        (right.id.to_string(), Code::StateConflict),
        ("0190163d-8694-739b-aea5-966c26f8ad91".to_owned(), Code::NotFound),
    ] {
        let query = format!("/{id}/retry");
        send(&partner.program, &partner, &query, NDJSON, lines(&rows(1))).await.refused(code);
    }
}
