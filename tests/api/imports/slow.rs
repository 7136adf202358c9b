//! Uploads that do not arrive: too slow, silent, or broken off. Nothing is left of them.

use std::time::Duration;

use shared::{
    Code, Page,
    import::ImportView,
    partner::{KeyMode, Scope},
};
use tests::{
    Kind, Market, Partner, Place, eventually, on_both,
    raw::{Raw, chunk},
};

use super::{NDJSON, counts, lines, over, rows};

on_both!(alone: what_is_silent_slow_or_broken_off_leaves_nothing);

/// A connection on which the head of an upload is sent, without its length.
async fn begun(market: &Market, partner: &Partner) -> Raw {
    let key = market.key_of(partner, KeyMode::Live, &[Scope::ImportsWrite]).await;
    let path = partner.path("/imports");
    let mut raw = Raw::open(&market.server.url).await;
    raw.send(format!(
        "POST /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: {NDJSON}\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    ))
    .await;
    raw
}

/// The files in the folder of uploads.
fn spooled(market: &Market) -> Vec<String> {
    super::spooled(&market.place.folder.path().join("spool"))
}

async fn what_is_silent_slow_or_broken_off_leaves_nothing(kind: Kind) {
    let market = Market::open(Place::new(kind).await.with("VM_TEST_UPLOAD_SECONDS", "2")).await;
    let partner = market.partner().await;
    let row = lines(&rows(1));

    let mut silent = begun(&market, &partner).await;
    silent.send(chunk(row.as_bytes())).await;
    eventually("what arrives lies on the disk", || async { (spooled(&market).len() == 1).then_some(()) }).await;
    let problem = silent.answer().await.problem();
    assert_eq!((problem.status, problem.code), (408, Code::RequestTimeout));

    // Never silent, and far below 8 KiB a second.
    let slow = begun(&market, &partner).await;
    let answer = slow.answer_while(vec![chunk(&[b'\n'; 512]); 60], Duration::from_millis(250)).await;
    assert_eq!(answer.problem().code, Code::RequestTimeout);
    assert_eq!(spooled(&market), [""; 0]);

    let mut broken = begun(&market, &partner).await;
    broken.send(chunk(row.as_bytes())).await;
    eventually("what arrives lies on the disk", || async { (spooled(&market).len() == 1).then_some(()) }).await;
    drop(broken);
    eventually("nothing is left of it", || async { spooled(&market).is_empty().then_some(()) }).await;
    let page: Page<ImportView> = partner.program.get(&partner.path("/imports")).await.ok();
    assert_eq!(page.items, []);

    // As long as the slow one, and fast enough.
    let steady = begun(&market, &partner).await;
    let mut pieces = vec![chunk(row.as_bytes())];
    pieces.extend(vec![chunk(&[b'\n'; 8 * 1024]); 12]);
    pieces.push(b"0\r\n\r\n".to_vec());
    let answer = steady.answer_while(pieces, Duration::from_millis(250)).await;
    assert_eq!(answer.status(), 202, "{answer:?}");
    let page: Page<ImportView> = partner.program.get(&partner.path("/imports")).await.ok();
    assert_eq!(over(&partner, &page.items[0]).await.counts, counts(1, 0, 0, 0));
    assert_eq!(spooled(&market), [format!("{}.upload", page.items[0].id)]);
}
