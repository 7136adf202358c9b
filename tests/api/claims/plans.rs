//! How PostgreSQL reads for the claim queue.

use tests::{Kind, Market, Offer, Place, eventually, people::unique, run_alone};

/// Claims one after another: enough for PostgreSQL to keep a plan (after five executions), and too few for autovacuum.
const CLAIMS: i64 = 40;

#[test]
fn a_table_that_was_empty_is_read_by_its_index_when_it_grows() {
    run_alone(Kind::Postgres, by_index);
}

async fn by_index(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let (db, offer) = (market.place.db().await, Offer::once().quota(1000).publish(&market).await);
    // Known to be empty, a table is cheapest read as a whole.
    db.run("VACUUM ANALYZE idempotency").await;
    for person in market.educators(usize::try_from(CLAIMS).unwrap()).await {
        person.claim(offer.id).key(&unique("key")).await.status(201);
    }
    let statistics = "FROM pg_stat_user_tables WHERE relname = 'idempotency'";
    eventually("PostgreSQL has counted", || async {
        (db.number(&format!("SELECT n_tup_ins {statistics}")).await >= CLAIMS).then_some(())
    })
    .await;
    assert_eq!(db.number(&format!("SELECT seq_tup_read {statistics}")).await, 0, "rows read without an index");
}
