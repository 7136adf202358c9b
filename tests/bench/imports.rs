//! Uploads of 100,000 offers: how fast, beside bare multi-row inserts of the same rows and a POST for each offer; the
//! memory that the server takes for it; and what is left for those who read the catalogue meanwhile.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait, Value};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Options, list,
    load::{self, End, Load, Outcome},
    machine,
    market::{Market, Running, draft},
    plain, table,
    wire::Requests,
};

/// Rows of an upload.
const ROWS: usize = 100_000;
/// Offers that are sent one by one.
const SINGLE: usize = 2000;
/// Rows of a bare insert.
const AT_ONCE: usize = 1000;
/// Connections that read the catalogue.
const READERS: usize = 64;

/// A partner with a key.
pub struct Partner {
    pub id: Uuid,
    pub slug: String,
    pub key: String,
}

/// Runs it.
pub async fn run(market: &Market, options: &Options) {
    let kind = market.kind;
    let db = market.connect(1).await;
    let mut partners = Vec::new();
    for name in ["first", "bare", "single", "beside"] {
        partners.push(partner(&db, name).await);
    }
    let [first, bare, single, beside] = partners.as_slice() else { unreachable!("four") };
    let body = body();
    let megabytes = body.len() / 1_000_000;

    let server = market.serve();
    let done = upload(&server, first, &body);
    table::rate(
        &format!("upload of 100,000 offers ({megabytes} MB), {kind:?}"),
        per_second(ROWS, done.took),
        &format!("from the first byte sent to the end; worked through at {:.0}/s", done.rate),
    );
    assert_eq!(done.counts["created"], ROWS, "{:?}", done.counts);
    let again = upload(&server, first, &body);
    assert_eq!(again.counts["unchanged"], ROWS, "{:?}", again.counts);
    table::rate(&format!("the same again: all unchanged, {kind:?}"), per_second(ROWS, again.took), "");
    let peak = machine::peak_mib(server.pid);
    table::note(&format!("memory at most, {kind:?}"), &format!("**{peak:.1} MiB** resident"));

    let rate = bare_inserts(&db, bare).await;
    let share = per_second(ROWS, done.took) / rate;
    table::rate(
        &format!("bare inserts of 1,000 rows each, {kind:?}"),
        rate,
        &format!("the upload has **{share:.2}** of it"),
    );
    let outcome = one_by_one(&server, single);
    let times = per_second(ROWS, done.took) / outcome.rate();
    table::load(
        &format!("a POST for each offer, {kind:?}"),
        &outcome,
        &format!("the upload is **{times:.1} ×** as fast"),
    );

    let alone = reads(server.address, options.duration());
    table::load(&format!("list, {READERS} connections, alone, {kind:?}"), &alone, "");
    let (address, time) = (server.address, Duration::from_secs(options.seconds.max(8)));
    let reading = std::thread::spawn(move || reads(address, time));
    std::thread::sleep(Duration::from_millis(300));
    let done = upload(&server, beside, &body);
    let meanwhile = reading.join().expect("readers");
    let share = meanwhile.rate() / alone.rate();
    table::load(
        &format!("list beside an upload, {kind:?}"),
        &meanwhile,
        &format!(
            "**{share:.2}** of alone; the upload took {:.1} s of the {:.1} s",
            done.took.as_secs_f64(),
            meanwhile.took.as_secs_f64()
        ),
    );
    let peak = machine::peak_mib(server.pid);
    table::note(&format!("memory at most, with readers, {kind:?}"), &format!("**{peak:.1} MiB** resident"));
    server.stop();
    db.close().await.ok();
}

#[allow(clippy::cast_precision_loss)] // A count of rows.
fn per_second(rows: usize, time: Duration) -> f64 {
    rows as f64 / time.as_secs_f64()
}

/// The upload: packages of internet with all their texts.
fn body() -> Vec<u8> {
    let mut body = Vec::new();
    for number in 0..ROWS {
        serde_json::to_writer(&mut body, &document(number)).expect("JSON");
        body.push(b'\n');
    }
    body
}

fn document(number: usize) -> shared::offer::OfferDraft {
    let mut draft = draft(number, 1000);
    draft.external_id = Some(format!("upload-{number}"));
    draft.summary = Some(shared::LocalText::new(
        "Müəllimlər üçün hər ay pulsuz internet paketi.",
        "A free package of internet for teachers, every month.",
        "Бесплатный пакет интернета для учителей каждый месяц.",
    ));
    let terms = json!({"data_mb": 10_000 + number, "months": 12, "price": {"amount_minor": 0, "currency": "AZN"}});
    draft.terms = terms.as_object().cloned().unwrap_or_default();
    draft
}

/// Makes a partner.
pub async fn partner(db: &DatabaseConnection, name: &str) -> Partner {
    let (id, slug) = (Uuid::now_v7(), format!("olcu-{name}"));
    let sql = "INSERT INTO partners (id, slug, name, created_at, state) VALUES ($1, $2, $2, 0, 'active')";
    db.execute_raw(plain::statement(db, sql, [id.into(), slug.clone().into()])).await.expect("a partner");
    let key_id = Uuid::now_v7();
    let head = format!("vm_live_{}_{}{:08x}", key_id.simple(), Uuid::new_v4().simple(), 7);
    let key = format!("{head}_{:08x}", crc32fast::hash(head.as_bytes()));
    let sql = "INSERT INTO api_keys (id, partner_id, name, mode, scopes, hash, created_at, expires_at)
               VALUES ($1, $2, 'bench', 'live', $3, $4, 0, 9000000000000)";
    let hash = Sha256::digest(key.as_bytes()).to_vec();
    let scopes = json!(["imports:write", "offers:write"]);
    let values = [key_id.into(), id.into(), scopes.into(), hash.into()];
    db.execute_raw(plain::statement(db, sql, values)).await.expect("a key");
    Partner { id, slug, key }
}

/// What an upload came to.
struct Done {
    took: Duration,
    rate: f64,
    counts: serde_json::Value,
}

/// Sends an upload and asks until it is over.
fn upload(server: &Running, partner: &Partner, body: &[u8]) -> Done {
    let started = Instant::now();
    let path = format!("/api/v1/partners/{}/imports", partner.slug);
    let head = format!("Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n", body.len());
    let view = ask(server.address, "POST", &path, partner, &head, body);
    let path = format!("{path}/{}", view["id"].as_str().expect("an id"));
    loop {
        let view = ask(server.address, "GET", &path, partner, "", &[]);
        if !view["finished_at"].is_null() {
            assert_eq!(view["state"], "finished", "{view}");
            let rate = view["rows_per_second"].as_f64().expect("a rate");
            return Done { took: started.elapsed(), rate, counts: view["counts"].clone() };
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ask(address: SocketAddr, method: &str, path: &str, partner: &Partner, head: &str, body: &[u8]) -> serde_json::Value {
    let mut stream = TcpStream::connect(address).expect("the server accepts");
    let key = &partner.key;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n{head}\r\n"
    )
    .and_then(|()| stream.write_all(body))
    .expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let text = String::from_utf8(answer).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 20"), "{text}");
    serde_json::from_str(body).expect("JSON")
}

/// The same rows by nothing but inserts of a thousand rows each; answers rows a second.
async fn bare_inserts(db: &DatabaseConnection, partner: &Partner) -> f64 {
    let columns = "id, partner_id, external_id, state, draft, version, created_at, updated_at";
    let rows: Vec<[Value; 4]> = (0..ROWS)
        .map(|number| {
            let draft = document(number);
            let name = draft.external_id.clone();
            [Uuid::now_v7().into(), partner.id.into(), name.into(), json!(draft).into()]
        })
        .collect();
    let row = |n: usize| {
        let at = |column| format!("${}", n * 4 + column);
        format!("({}, {}, {}, 'in_review', {}, 1, 0, 0)", at(1), at(2), at(3), at(4))
    };
    let values = (0..AT_ONCE).map(row).collect::<Vec<_>>().join(", ");
    let sql = format!("INSERT INTO offers ({columns}) VALUES {values}");
    assert!(matches!(db.get_database_backend(), DbBackend::Sqlite | DbBackend::Postgres));
    let started = Instant::now();
    for rows in rows.chunks(AT_ONCE) {
        let tx = db.begin().await.expect("a transaction");
        let values = rows.iter().flatten().cloned();
        tx.execute_raw(plain::statement(&tx, &sql, values)).await.expect("inserts");
        tx.commit().await.expect("a commit");
    }
    per_second(ROWS, started.elapsed())
}

/// The other way to bring offers: a POST for each.
fn one_by_one(server: &Running, partner: &Partner) -> Outcome {
    let mut requests = Requests::default();
    for number in 0..SINGLE {
        let body = serde_json::to_string(&document(number)).expect("JSON");
        requests.post(&format!("/api/v1/partners/{}/offers", partner.slug), &partner.key, &body);
    }
    let outcome =
        load::run(Load { address: server.address, connections: 16, requests: Arc::new(requests), end: End::Sent });
    assert_eq!(outcome.count(201, None), SINGLE as u64, "{:?}", outcome.told);
    outcome
}

/// The catalogue, read by many.
pub fn reads(address: SocketAddr, time: Duration) -> Outcome {
    let mut requests = Requests::default();
    requests.get(list::PATH);
    load::run(Load { address, connections: READERS, requests: Arc::new(requests), end: End::After(time) })
}
