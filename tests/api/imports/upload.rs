//! `POST /partners/{slug}/imports`: what is taken, and what is refused at the door.

use serde_json::{Value, json};
use shared::{
    Code, FieldCode, Page,
    import::{ImportMode, ImportState, ImportView, OnError},
    partner::{KeyMode, Scope},
};
use tests::{
    Kind, Market, Place, on_both,
    raw::{Raw, chunk},
};

use super::{NDJSON, counts, done, lines, offers, over, row, rows, send};

on_both!(
    it_is_answered_at_once_and_worked_through_after,
    what_is_no_upload_is_refused,
    a_key_makes_it_safe_to_send_again,
    each_partner_has_a_few_at_a_time,
    a_repeat_is_replayed_though_no_more_are_taken,
    uploads_are_listed_for_their_partner_alone,
    it_is_written_down_and_told
);
on_both!(alone: what_is_too_large_is_refused_and_leaves_nothing, what_is_refused_for_its_key_leaves_nothing);

async fn it_is_answered_at_once_and_worked_through_after(market: Market) {
    let partner = market.partner().await;
    let body = lines(&rows(3));
    let answer = send(&partner.editor, &partner, "", NDJSON, body.clone()).await.status(202);
    let view: ImportView = answer.json();
    assert_eq!(
        answer.header("location"),
        Some(format!("/api/v1/partners/{}/imports/{}", partner.slug, view.id).as_str())
    );
    assert_eq!(
        (view.mode, view.on_error, view.dry_run, view.submit),
        (ImportMode::Upsert, OnError::SkipRows, false, true)
    );
    let view = over(&partner, &view).await;
    assert_eq!((view.state, view.counts), (ImportState::Finished, counts(3, 0, 0, 0)));
    assert_eq!((view.bytes_done, view.bytes), (body.len() as u64, body.len() as u64));
    assert!(view.started_at >= Some(view.created_at) && view.finished_at >= view.started_at);
    let offers = offers(&partner).await;
    assert_eq!(offers.len(), 3);
    assert_eq!(offers["o-1"].offer.title.az, "Paket o-1");
}

async fn what_is_no_upload_is_refused(market: Market) {
    let partner = market.partner().await;
    for media in ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""] {
        send(&partner.program, &partner, "", media, "{}").await.refused(Code::UnsupportedMediaType);
    }
    let gzip = partner.program.post(&partner.path("/imports")).header("content-type", NDJSON);
    gzip.header("content-encoding", "gzip").body("x").await.refused(Code::UnsupportedMediaType);
    send(&partner.program, &partner, "", NDJSON, "").await.wrong_at(Code::InvalidInput, &[("", FieldCode::Required)]);
    for (query, place, code) in [
        ("?mode=delete", "?mode", FieldCode::UnknownValue),
        ("?on_error=cry", "?on_error", FieldCode::UnknownValue),
        ("?dry_run=perhaps", "?dry_run", FieldCode::InvalidFormat),
        ("?max_delete_percent=101", "?max_delete_percent", FieldCode::OutOfRange),
        ("?colour=red", "?colour", FieldCode::UnknownField),
    ] {
        send(&partner.program, &partner, query, NDJSON, "{}").await.wrong_at(Code::InvalidQuery, &[(place, code)]);
    }
    let list: Page<ImportView> = partner.program.get(&partner.path("/imports")).await.ok();
    assert_eq!(list.items, []);
}

async fn what_is_too_large_is_refused_and_leaves_nothing(kind: Kind) {
    let market = Market::open(Place::new(kind).await.with("IMPORT_LIMIT_MB", "1")).await;
    let partner = market.partner().await;
    let large = vec![b' '; (1 << 20) + 1];
    let answer = send(&partner.program, &partner, "", NDJSON, large.clone()).await;
    assert_eq!(answer.refused(Code::PayloadTooLarge).extra["limit_bytes"], json!(1 << 20));
    // Without a length in the head it is found out on the way.
    assert_eq!(chunked(&market, &partner, &large).await, 413);
    assert_eq!(super::spooled(&market.place.folder.path().join("spool")), [""; 0]);
    let view = done(&partner, "", &rows(2)).await;
    assert_eq!(view.counts, counts(2, 0, 0, 0), "what is small enough is taken");
}

/// Sends a body whose length the head does not tell, as a program of the partner would; answers the status.
async fn chunked(market: &Market, partner: &tests::Partner, body: &[u8]) -> u16 {
    let key = market.key_of(partner, KeyMode::Live, &[Scope::ImportsWrite]).await;
    let mut raw = Raw::open(&market.server.url).await;
    raw.send(format!(
        "POST /api/v1{} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: {NDJSON}\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        partner.path("/imports")
    ))
    .await;
    let mut pieces: Vec<Vec<u8>> = body.chunks(64 * 1024).map(chunk).collect();
    pieces.push(b"0\r\n\r\n".to_vec());
    raw.answer_while(pieces, std::time::Duration::ZERO).await.status()
}

async fn a_key_makes_it_safe_to_send_again(market: Market) {
    let partner = market.partner().await;
    // Larger than what the general middleware reads into memory.
    let body = lines(&rows(600));
    assert!(body.len() > 256 * 1024);
    let again = |body: String, key: &str| {
        let ask = partner.program.post(&partner.path("/imports")).header("content-type", NDJSON).key(key);
        ask.body(body)
    };
    let first = again(body.clone(), "k-1").await.status(202);
    let second = again(body.clone(), "k-1").await.status(202);
    assert_eq!((second.header("idempotent-replayed"), &second.body), (Some("true"), &first.body));
    assert_eq!(second.header("location"), first.header("location"));
    again(lines(&rows(1)), "k-1").await.refused(Code::IdempotencyKeyReused);
    over(&partner, &first.json()).await;
    let list: Page<ImportView> = partner.program.get(&partner.path("/imports")).await.ok();
    assert_eq!(list.items.len(), 1);
    again(body, "").await.status(400);
}

async fn what_is_refused_for_its_key_leaves_nothing(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let partner = market.partner().await;
    let again = |count: usize, key: &'static str| {
        let ask = partner.program.post(&partner.path("/imports")).header("content-type", NDJSON).key(key);
        ask.body(lines(&rows(count)))
    };
    let first: ImportView = again(2, "k-1").await.status(202).json();
    let first = over(&partner, &first).await;
    let spool = market.place.folder.path().join("spool");
    let kept = [format!("{}.upload", first.id)];
    again(3, "k-1").await.refused(Code::IdempotencyKeyReused);
    assert_eq!(super::spooled(&spool), kept, "of another body with the same key");
    again(2, "k-1").await.status(202);
    assert_eq!(super::spooled(&spool), kept, "of a repeat");
    again(2, "no key").await.status(400);
    assert_eq!(super::spooled(&spool), kept, "of what is no key");
}

async fn a_repeat_is_replayed_though_no_more_are_taken(market: Market) {
    let partner = market.partner().await;
    let again = |key: &str| {
        let ask = partner.program.post(&partner.path("/imports")).header("content-type", NDJSON).key(key);
        ask.body(lines(&rows(2)))
    };
    let keys = ["k-0", "k-1", "k-2"];
    let mut first = Vec::new();
    for key in keys {
        first.push(again(key).await.status(202));
        over(&partner, &first[first.len() - 1].json()).await;
    }
    // None of them is over, on some other machine.
    let db = market.place.db().await;
    let (id, host) = (db.id(partner.id.0), db.id(uuid::Uuid::now_v7()));
    let set = "UPDATE imports SET state = 'running', finished_at = NULL, created_at = 9000000000000";
    db.run(&format!("{set}, host = {host} WHERE partner_id = {id}")).await;
    again("k-3").await.refused(Code::TooManyImports);
    for (key, first) in keys.iter().zip(&first) {
        let second = again(key).await.status(202);
        assert_eq!((second.header("idempotent-replayed"), &second.body), (Some("true"), &first.body));
    }
    // What was refused for want of room is not kept under its key.
    db.run(&format!("UPDATE imports SET state = 'finished', finished_at = 1 WHERE partner_id = {id}")).await;
    assert_eq!(again("k-3").await.status(202).header("idempotent-replayed"), None);
}

async fn each_partner_has_a_few_at_a_time(market: Market) {
    let (partner, other) = (market.partner().await, market.partner().await);
    let body = lines(&rows(6000));
    let mut taken = Vec::new();
    for _ in 0..3 {
        let answer = send(&partner.program, &partner, "?dry_run=true", NDJSON, body.clone()).await;
        taken.push(answer.status(202).json::<ImportView>());
    }
    let refused = send(&partner.program, &partner, "", NDJSON, "{}").await.refused(Code::TooManyImports);
    assert_eq!(refused.extra["max"], json!(3));
    // Nobody waits for somebody else's.
    let view = done(&other, "", &rows(5)).await;
    assert_eq!(view.counts, counts(5, 0, 0, 0));
    let last = super::now(&partner, &taken[2]).await;
    assert_eq!(last.finished_at, None, "the small one of another partner was faster than the third large one");
    for import in &taken {
        assert_eq!(over(&partner, import).await.counts, counts(6000, 0, 0, 0));
    }
    assert_eq!(done(&partner, "", &rows(1)).await.counts, counts(1, 0, 0, 0));
}

async fn uploads_are_listed_for_their_partner_alone(market: Market) {
    let (partner, other) = (market.partner().await, market.partner().await);
    let mut made = Vec::new();
    for n in 0..3 {
        made.push(done(&partner, "", &rows(n + 1)).await);
    }
    made.reverse();
    let first: Page<ImportView> = partner.editor.get(&partner.path("/imports?limit=2")).await.ok();
    assert_eq!(first.items, made[..2]);
    let next = first.next_cursor.expect("another page");
    let rest: Page<ImportView> =
        partner.editor.get(&partner.path(&format!("/imports?limit=2&cursor={next}"))).await.ok();
    assert_eq!((rest.items.as_slice(), rest.next_cursor), (&made[2..], None));
    let id = made[0].id;
    for path in [format!("/imports/{id}"), format!("/imports/{id}/errors"), format!("/imports/{id}/events")] {
        other.program.get(&other.path(&path)).await.refused(Code::NotFound);
    }
    other.program.post(&other.path(&format!("/imports/{id}/cancel"))).await.refused(Code::NotFound);
    send(&other.program, &other, &format!("/{id}/retry"), NDJSON, "{}").await.refused(Code::NotFound);
    // What the sandbox does is the sandbox's.
    partner.sandbox.get(&partner.path(&format!("/imports/{id}"))).await.refused(Code::NotFound);
}

async fn it_is_written_down_and_told(market: Market) {
    let partner = market.partner().await;
    // Nobody is there to hear it, but what is to be told is written down with the end of the upload.
    let webhook = json!({"url": "https://uploads.example/hook", "kinds": ["import.finished"]});
    partner.owner.send(&partner.path("/webhooks"), &webhook).await.status(201);
    let view = done(&partner, "", &[row("a", |_| {}), row("b", |o| _ = o.insert("quota".to_owned(), json!(0)))]).await;
    let db = market.place.db().await;
    let (subject, id) = (format!("import:{}", view.id), db.id(view.id.0));
    let deeds = db.texts(&format!("SELECT action FROM audit WHERE subject = '{subject}' ORDER BY id")).await;
    assert_eq!(deeds, ["import.create", "import.finish"]);
    let told = db.texts(&format!("SELECT CAST(data AS TEXT) FROM events WHERE subject = {id}")).await;
    let told: Vec<Value> = told.iter().map(|data| serde_json::from_str(data).unwrap()).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["state"], &told[0]["counts"]), (&json!("finished"), &json!(counts(1, 0, 0, 1))));
}
