//! `POST …/imports/{id}/cancel`.

use serde_json::json;
use shared::{
    Code,
    import::{ImportState, ImportView},
};
use tests::{Market, on_both};

use super::{NDJSON, counts, done, lines, now, offers, over, rows, send, taken};

on_both!(it_stops_and_what_was_applied_stays, it_can_be_cancelled_before_its_turn, what_is_over_is_over);

async fn it_stops_and_what_was_applied_stays(market: Market) {
    let partner = market.partner().await;
    let import = taken(&partner, "", &rows(20_000)).await;
    tests::eventually("some rows are applied", || async {
        (now(&partner, &import).await.counts.created > 0).then_some(())
    })
    .await;
    let path = partner.path(&format!("/imports/{}/cancel", import.id));
    let view: ImportView = partner.editor.post(&path).await.ok();
    assert_eq!((view.state, view.finished_at.is_some()), (ImportState::Cancelled, true));
    assert!(view.counts.created < 20_000, "it came in the middle: {:?}", view.counts);
    // Nothing more happens: what the answer counts is what there is.
    done(&partner, "", &rows(1)).await;
    assert_eq!(now(&partner, &view).await.counts, view.counts);
    let db = market.place.db().await;
    let id = db.id(partner.id.0);
    let there = db.number(&format!("SELECT count(*) FROM offers WHERE partner_id = {id}")).await;
    assert_eq!(there, i64::try_from(view.counts.created).unwrap());
    partner.editor.post(&path).await.refused(Code::StateConflict);
}

async fn it_can_be_cancelled_before_its_turn(market: Market) {
    let partner = market.partner().await;
    let first = taken(&partner, "?dry_run=true", &rows(8000)).await;
    let second: ImportView = send(&partner.program, &partner, "", NDJSON, lines(&rows(3))).await.status(202).json();
    let view: ImportView = partner.program.post(&partner.path(&format!("/imports/{}/cancel", second.id))).await.ok();
    assert_eq!((view.state, view.started_at, view.counts), (ImportState::Cancelled, None, counts(0, 0, 0, 0)));
    assert_eq!(over(&partner, &first).await.counts, counts(8000, 0, 0, 0));
    assert!(offers(&partner).await.is_empty());
}

async fn what_is_over_is_over(market: Market) {
    let partner = market.partner().await;
    let view = done(&partner, "", &rows(1)).await;
    let refused = partner.program.post(&partner.path(&format!("/imports/{}/cancel", view.id))).await;
    assert_eq!(refused.refused(Code::StateConflict).extra["state"], json!("finished"));
}
