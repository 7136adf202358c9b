//! How PostgreSQL reads for the claim queue.

use tests::{Kind, Market, Offer, Place, eventually, people::unique, run_alone};

/// Enough executions on each of a process's connections for PostgreSQL to keep a plan, which it may after five.
const EXECUTIONS: usize = 60;
/// Records that come after that: more than anybody reads as a whole.
const RECORDS: i64 = 20_000;

#[test]
fn a_table_that_was_empty_is_read_by_its_index_when_it_has_grown() {
    run_alone(Kind::Postgres, by_index);
}

async fn by_index(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let (db, offer) = (market.place.db().await, Offer::once().quota(1000).publish(&market).await);
    let people = market.educators(EXECUTIONS + 20).await;
    let (before, after) = people.split_at(EXECUTIONS);
    // Known to be empty, a table is cheapest read as a whole.
    db.run("VACUUM ANALYZE idempotency").await;
    for person in before {
        person.claim(offer.id).key(&unique("key")).await.status(201);
        // Refused on the way out, which is read for past the queue.
        person.claim(shared::OfferId(uuid::Uuid::now_v7())).key(&unique("key")).await.status(404);
    }
    db.run(&format!(
        "INSERT INTO idempotency (key, request_hash, created_at, status, headers, body)
         SELECT sha256(n::text::bytea), sha256(''), 9999999999999, 200, '[]', repeat('x', 500)::bytea
         FROM generate_series(1, {RECORDS}) AS n"
    ))
    .await;
    for person in after {
        person.claim(offer.id).key(&unique("key")).await.status(201);
    }
    let statistics = "FROM pg_stat_user_tables WHERE relname = 'idempotency'";
    let written = RECORDS + i64::try_from(2 * before.len() + after.len()).unwrap();
    eventually("PostgreSQL has counted", || async {
        (db.number(&format!("SELECT n_tup_ins {statistics}")).await >= written).then_some(())
    })
    .await;
    let read = db.number(&format!("SELECT seq_tup_read {statistics}")).await;
    assert!(read < RECORDS, "{read} rows read without an index");
}
