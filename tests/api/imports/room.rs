//! How much of the disk a partner's uploads take.

use serde_json::json;
use shared::{
    Code,
    import::{ImportState, ImportView},
};
use tests::{Kind, Market, Partner, Place, eventually, on_both};

use super::{NDJSON, counts, done, errors, lines, now, over, row, rows, send, spooled};

on_both!(alone: the_oldest_that_are_over_make_room, unfinished_ones_do_not);

/// An upload of this size, in kibibytes, of which the one row is wrong.
async fn wrong(partner: &Partner, kib: usize) -> ImportView {
    let mut body = lines(&[row("wrong", |o| _ = o.insert("quota".to_owned(), json!(0)))]).into_bytes();
    body.resize(kib << 10, b'\n');
    over(partner, &send(&partner.program, partner, "", NDJSON, body).await.status(202).json()).await
}

async fn table(partner: &Partner, import: &ImportView) -> tests::Answer {
    let path = partner.path(&format!("/imports/{}/errors", import.id));
    partner.program.get(&path).header("accept", "text/csv").await
}

async fn the_oldest_that_are_over_make_room(kind: Kind) {
    let place = Place::new(kind).await.with("IMPORT_LIMIT_MB", "1").with("IMPORT_KEEP_MB", "2");
    let market = Market::open(place).await;
    let (partner, other) = (market.partner().await, market.partner().await);
    let spool = market.place.folder.path().join("spool");
    let theirs = wrong(&other, 900).await;
    let (first, second) = (wrong(&partner, 900).await, wrong(&partner, 900).await);
    assert!(first.file_kept && second.file_kept);
    let third = wrong(&partner, 900).await;
    for (import, is_kept) in [(&first, false), (&second, true), (&third, true)] {
        assert_eq!(now(&partner, import).await.file_kept, is_kept);
        assert_eq!(spooled(&spool).contains(&format!("{}.upload", import.id)), is_kept);
    }
    assert!(now(&other, &theirs).await.file_kept, "each partner has its own room");
    // What is known of it without the file stays, and it can be corrected.
    table(&partner, &first).await.refused(Code::NotFound);
    assert_eq!(table(&partner, &second).await.status(200).text().lines().count(), 2);
    assert_eq!(errors(&partner, &first).await.len(), 1);
    let query = format!("/{}/retry", first.id);
    let again = send(&partner.program, &partner, &query, NDJSON, lines(&rows(1))).await.status(202).json();
    assert_eq!(over(&partner, &again).await.counts, counts(1, 0, 0, 0));
}

async fn unfinished_ones_do_not(kind: Kind) {
    let place = Place::new(kind).await.with("IMPORT_LIMIT_MB", "1").with("IMPORT_KEEP_MB", "1");
    let market = Market::open(place).await;
    let partner = market.partner().await;
    let db = market.place.db().await;
    let first = done(&partner, "", &rows(1)).await;
    // It is taken for one that runs elsewhere, and is as large as may be.
    let (id, host) = (db.id(first.id.0), db.id(uuid::Uuid::now_v7()));
    let set = "UPDATE imports SET state = 'running', finished_at = NULL, bytes = 1000000, created_at = 9000000000000";
    db.run(&format!("{set}, host = {host} WHERE id = {id}")).await;
    let mut body = lines(&rows(2)).into_bytes();
    body.resize(100 << 10, b'\n');
    let refused = send(&partner.program, &partner, "", NDJSON, body.clone()).await.refused(Code::UploadsFull);
    assert_eq!((&refused.extra["limit_bytes"], &refused.extra["used_bytes"]), (&json!(1 << 20), &json!(1_000_000)));
    let spool = market.place.folder.path().join("spool");
    assert_eq!(spooled(&spool), [format!("{}.upload", first.id)], "nothing is left of what was refused");
    db.run(&format!("UPDATE imports SET state = 'cancelled', finished_at = 1 WHERE id = {id}")).await;
    let second = send(&partner.program, &partner, "", NDJSON, body).await.status(202).json();
    assert_eq!(over(&partner, &second).await.state, ImportState::Finished);
    eventually("the first one's file is gone", || async {
        (spooled(&spool) == [format!("{}.upload", second.id)]).then_some(())
    })
    .await;
}
