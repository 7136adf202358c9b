//! How long uploads are kept, and where.

use std::{
    fs::File,
    time::{Duration, SystemTime},
};

use serde_json::json;
use shared::{
    Code,
    import::{FileCode, ImportState, ImportView, RowErrors},
};
use tests::{Kind, Market, Partner, Place, eventually, on_both};
use uuid::Uuid;

use super::{counts, done, errors, lines, offers, over, rows, send, spooled};

on_both!(alone: what_is_old_is_forgotten_after_30_days, a_process_without_the_file_says_so_and_takes_corrections, an_upload_is_over_when_its_machine_is_gone_for_a_day);

const DAY: u64 = 86_400;

/// The same place some days later, with the partner's programs calling there.
async fn later(market: Market, partner: &Partner, days: u64) -> (Market, Partner) {
    market.server.stop();
    let Market { place, .. } = market;
    let place = std::sync::Arc::into_inner(place).expect("the only one");
    let market = Market::open(place.with("VM_TEST_CLOCK_OFFSET_SECONDS", (days * DAY).to_string())).await;
    let program = partner.program.at(&market.server.url);
    (market, Partner { program, ..partner.clone() })
}

async fn what_is_old_is_forgotten_after_30_days(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let partner = market.partner().await;
    let mut sent = rows(3);
    sent[1]["quota"] = json!(0);
    let import = done(&partner, "", &sent).await;
    let spool = market.place.folder.path().join("spool");
    // What a process left behind that died while something arrived, long ago and just now.
    let (old, new) = (Uuid::now_v7(), Uuid::now_v7());
    for (id, hours) in [(old, 7), (new, 5)] {
        let file = File::create(spool.join(format!("{id}.arriving"))).expect("a file");
        file.set_modified(SystemTime::now() - Duration::from_hours(hours)).expect("the time is set");
    }
    let path = partner.path(&format!("/imports/{}", import.id));
    let table = format!("{path}/errors");

    let (market, partner) = later(market, &partner, 29).await;
    eventually("what was left behind is removed", || async {
        (!spooled(&spool).contains(&format!("{old}.arriving"))).then_some(())
    })
    .await;
    assert!(spooled(&spool).contains(&format!("{new}.arriving")), "it may still arrive");
    let csv = partner.program.get(&table).header("accept", "text/csv").await.status(200);
    assert_eq!(csv.text().lines().count(), 2);

    let (_market, partner) = later(market, &partner, 31).await;
    eventually("the file is removed", || async {
        (!spooled(&spool).contains(&format!("{}.upload", import.id))).then_some(())
    })
    .await;
    partner.program.get(&table).header("accept", "text/csv").await.refused(Code::NotFound);
    assert_eq!(errors(&partner, &import).await, []);
    let kept: ImportView = partner.program.get(&path).await.ok();
    assert_eq!((kept.state, kept.counts), (ImportState::Finished, counts(2, 0, 0, 1)), "its line stays");
    let again = send(&partner.program, &partner, &format!("/{}/retry", import.id), super::NDJSON, lines(&sent)).await;
    again.refused(Code::StateConflict);
    assert_eq!(offers(&partner).await.len(), 2);
}

async fn a_process_without_the_file_says_so_and_takes_corrections(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let partner = market.partner().await;
    let mut sent = rows(4);
    sent[1]["quota"] = json!(0);
    let first = done(&partner, "", &sent).await;
    let folder = market.place.folder.path().join("spool-of-another-machine");
    let server = market.place.serve_with(&["--spool-dir", &folder.to_string_lossy()]).await;
    let there = Partner { program: partner.program.at(&server.url), ..partner.clone() };
    let table = partner.path(&format!("/imports/{}/errors", first.id));

    let found: RowErrors = there.program.get(&table).await.ok();
    assert_eq!(found.items[0].external_id.as_deref(), Some("o-1"), "what is in the database is told everywhere");
    let answer = there.program.get(&table).header("accept", "text/csv").await;
    answer.refused(Code::UploadElsewhere);
    assert_eq!(answer.header("retry-after"), Some("1"));
    let csv = partner.program.get(&table).header("accept", "text/csv").await.status(200);
    assert!(csv.text().contains("o-1"), "{}", csv.text());

    // Corrections come as a file of their own: which process takes it does not matter.
    tests::offer::edit(&partner.editor, &offers(&partner).await["o-0"], &json!({"quota": 99})).await.status(200);
    sent[1]["quota"] = json!(7);
    sent[2]["quota"] = json!(8);
    let retry = send(&there.program, &there, &format!("/{}/retry", first.id), super::NDJSON, lines(&sent)).await;
    let second = over(&there, &retry.status(202).json()).await;
    assert_eq!(
        (second.state, second.counts),
        (ImportState::Finished, counts(1, 0, 0, 0)),
        "the others are passed over"
    );
    let now = offers(&partner).await;
    assert_eq!((now["o-1"].offer.quota, now["o-0"].offer.quota), (Some(7), Some(99)));
    assert_eq!(spooled(&folder), [format!("{}.upload", second.id)]);
    let table = partner.path(&format!("/imports/{}/errors", second.id));
    partner.program.get(&table).header("accept", "text/csv").await.refused(Code::UploadElsewhere);
}

async fn an_upload_is_over_when_its_machine_is_gone_for_a_day(kind: Kind) {
    let mut market = Market::open(Place::new(kind).await).await;
    let partner = market.partner().await;
    let sent = rows(20_000);
    let import: ImportView = send(&partner.program, &partner, "", super::NDJSON, lines(&sent)).await.status(202).json();
    market.server.kill();
    let spool = market.place.folder.path().join("spool");
    let held: Vec<_> = spooled(&spool);
    assert!(held.contains(&format!("{}.upload", import.id)), "{held:?}");
    std::fs::remove_dir_all(&spool).expect("the machine is lost");

    // Others wait for it: it may be switched on again, and its upload goes on then.
    market = market.again().await;
    let partner = Partner { program: partner.program.at(&market.server.url), ..partner };
    let path = partner.path(&format!("/imports/{}", import.id));
    let waiting: ImportView = partner.program.get(&path).await.ok();
    assert_eq!(waiting.finished_at, None);

    let (_market, partner) = later(market, &partner, 2).await;
    let lost = over(&partner, &waiting).await;
    let why = lost.failure.expect("a reason").code;
    assert_eq!((lost.state, why), (ImportState::Failed, FileCode::FileLost));
    let again = done(&partner, "", &sent).await;
    assert_eq!(
        again.counts.created + lost.counts.created,
        20_000,
        "what was applied stays, and nothing is applied twice"
    );
    assert_eq!(again.counts.unchanged, lost.counts.created);
}
