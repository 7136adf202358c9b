//! Looking into the database, past the program: what is really there.

pub use sea_orm::QueryResult as Row;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, QueryResult, Statement};
use shared::OfferId;

/// A connection of the test's own.
#[derive(Debug)]
pub struct Db(DatabaseConnection);

impl Db {
    pub(crate) async fn open(url: &str) -> Self {
        Self::try_open(url).await.expect("the database opens")
    }

    /// One that may not answer yet.
    pub(crate) async fn try_open(url: &str) -> Option<Self> {
        let mut options = sea_orm::ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        Database::connect(options).await.ok().map(Self)
    }

    /// All rows of a query.
    pub async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        self.0.query_all_raw(statement).await.unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    /// The one number that a query answers.
    pub async fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql).await;
        let row = rows.first().unwrap_or_else(|| panic!("{sql}: no row"));
        let wide = row.try_get_by_index::<i64>(0).or_else(|_| row.try_get_by_index::<i32>(0).map(i64::from));
        wide.unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    /// All texts that a query answers.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        self.rows(sql).await.iter().map(|row| row.try_get_by_index(0).expect(sql)).collect()
    }

    /// What must hold of every claim and every counter, whatever happened.
    pub async fn check_ledger(&self) {
        assert_eq!(self.ledger_wrongs().await, Vec::<String>::new());
    }

    /// What does not hold of claims and counters.
    pub async fn ledger_wrongs(&self) -> Vec<String> {
        let mut wrongs = Vec::new();
        for (what, sql) in [
            ("claimed beyond the quota", "SELECT count(*) FROM quotas WHERE quota IS NOT NULL AND claimed > quota"),
            (
                "counters that are not the sum of their claims",
                "SELECT count(*) FROM quotas q WHERE q.claimed <> (SELECT coalesce(sum(c.quantity), 0) FROM claims c
                 WHERE c.offer_id = q.offer_id AND c.period = q.period AND c.state IN ('active', 'held', 'redeemed'))",
            ),
            (
                "claims without a counter",
                "SELECT count(*) FROM claims c WHERE NOT EXISTS
                 (SELECT 1 FROM quotas q WHERE q.offer_id = c.offer_id AND q.period = c.period)",
            ),
            ("codes that are there twice", "SELECT count(*) - count(DISTINCT code) FROM claims"),
            (
                "sequences that are there twice or beyond what was issued",
                "SELECT count(*) FROM (SELECT c.offer_id, c.period FROM claims c
                 LEFT JOIN quotas q ON q.offer_id = c.offer_id AND q.period = c.period
                 GROUP BY c.offer_id, c.period, q.issued
                 HAVING count(*) <> count(DISTINCT c.sequence) OR max(c.sequence) > q.issued OR min(c.sequence) < 1) x",
            ),
            (
                "people with two live claims of one period",
                "SELECT count(*) FROM (SELECT 1 FROM claims WHERE state IN ('active', 'held', 'redeemed')
                 GROUP BY offer_id, claimant_id, period HAVING count(*) > 1) x",
            ),
            ("codes of partners that were given twice", "SELECT count(*) - count(DISTINCT claim_id) FROM pool_codes WHERE claim_id IS NOT NULL"),
            (
                "claims whose code is not the one that the pool gave them",
                "SELECT count(*) FROM pool_codes p LEFT JOIN claims c ON c.id = p.claim_id
                 WHERE p.claim_id IS NOT NULL
                 AND (c.id IS NULL OR c.offer_id <> p.offer_id OR c.partner_code IS NULL OR c.partner_code <> p.code)",
            ),
            (
                "claims with a code that no pool gave",
                "SELECT count(*) FROM claims c LEFT JOIN pool_codes p ON p.claim_id = c.id
                 WHERE c.partner_code IS NOT NULL AND p.claim_id IS NULL",
            ),
            (
                "claims of an offer with a pool that have no code",
                "SELECT count(*) FROM claims c JOIN code_pools p ON p.offer_id = c.offer_id JOIN offers o ON o.id = c.offer_id
                 WHERE c.partner_code IS NULL AND o.draft ->> 'fulfilment' = 'code_pool' AND NOT EXISTS
                 (SELECT 1 FROM offer_versions v WHERE v.offer_id = o.id AND v.draft ->> 'fulfilment' <> 'code_pool')",
            ),
            (
                "pools that do not count their codes",
                "SELECT count(*) FROM code_pools p WHERE p.last_place <> (SELECT count(*) FROM pool_codes c WHERE c.offer_id = p.offer_id)
                 OR p.next_place <> 1 + (SELECT count(*) FROM pool_codes c WHERE c.offer_id = p.offer_id AND c.claim_id IS NOT NULL)",
            ),
            (
                "claims that the figures do not count, or count twice",
                "SELECT (SELECT coalesce(CAST(sum(value) AS BIGINT), 0) FROM totals WHERE metric = 'claims')
                 - (SELECT coalesce(sum(quantity), 0) FROM claims WHERE state IN ('active', 'held', 'redeemed')
                    AND offer_id NOT IN (SELECT o.id FROM offers o JOIN partners p ON p.id = o.partner_id
                                         WHERE p.sandbox_of IS NOT NULL))",
            ),
            (
                "units used that are not the sum of the redemptions",
                "SELECT count(*) FROM (SELECT c.id FROM claims c LEFT JOIN redemptions r
                 ON r.claim_id = c.id AND r.state = 'confirmed'
                 WHERE c.redeemed > 0 OR r.id IS NOT NULL GROUP BY c.id, c.redeemed
                 HAVING coalesce(sum(r.quantity), 0) <> c.redeemed) x",
            ),
            (
                "claims that are redeemed and not used up, or the other way round",
                "SELECT count(*) FROM claims WHERE (state = 'redeemed') <> (redeemed = quantity)",
            ),
            (
                "offers of which an earlier version is missing",
                "SELECT count(*) FROM offers o WHERE o.version - 1 <>
                 (SELECT count(*) FROM offer_versions v WHERE v.offer_id = o.id AND v.version < o.version)",
            ),
            (
                "claims that are held by nobody, or by somebody without saying so",
                "SELECT count(*) FROM claims c WHERE (c.state = 'held') <> EXISTS
                 (SELECT 1 FROM redemptions r WHERE r.claim_id = c.id AND r.state = 'held')",
            ),
            (
                "redemptions that the figures do not count, or count twice",
                "SELECT (SELECT coalesce(CAST(sum(value) AS BIGINT), 0) FROM totals WHERE metric = 'redemptions')
                 - (SELECT coalesce(sum(r.quantity), 0) FROM redemptions r JOIN partners p ON p.id = r.partner_id
                    WHERE r.state = 'confirmed' AND p.sandbox_of IS NULL)",
            ),
        ] {
            let number = self.number(sql).await;
            if number != 0 {
                wrongs.push(format!("{number} {what}"));
            }
        }
        wrongs
    }

    /// The codes of an offer's claims that stand.
    pub async fn codes(&self, offer: OfferId) -> Vec<String> {
        let id = self.id(offer.0);
        self.texts(&format!(
            "SELECT code FROM claims WHERE offer_id = {id} AND state IN ('active', 'held', 'redeemed')"
        ))
        .await
    }

    /// Changes something that no API changes.
    pub async fn run(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// Makes a change of some rows fail until `mend`, as a row does that a rule of the database refuses. `change` is what
    /// a trigger stands before: `UPDATE ON claims`; `condition` speaks of `OLD` and `NEW`.
    pub async fn spoil(&self, name: &str, change: &str, condition: &str) {
        self.run(&match self.0.get_database_backend() {
            sea_orm::DbBackend::Postgres => format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a bad row'; END $$;
                 CREATE TRIGGER {name} BEFORE {change} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
            ),
            _ => format!(
                "CREATE TRIGGER {name} BEFORE {change} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'a bad row'); END"
            ),
        })
        .await;
    }

    /// Lets that change of a table through again.
    pub async fn mend(&self, name: &str, table: &str) {
        self.run(&match self.0.get_database_backend() {
            sea_orm::DbBackend::Postgres => format!("DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()"),
            _ => format!("DROP TRIGGER {name}"),
        })
        .await;
    }

    /// Bytes as the database writes them.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        match self.0.get_database_backend() {
            sea_orm::DbBackend::Postgres => format!("'\\x{}'::bytea", hex::encode(bytes)),
            _ => format!("x'{}'", hex::encode(bytes)),
        }
    }

    /// An id as the database writes it.
    pub fn id(&self, id: uuid::Uuid) -> String {
        match self.0.get_database_backend() {
            sea_orm::DbBackend::Postgres => format!("'{id}'::uuid"),
            _ => format!("x'{}'", id.simple()),
        }
    }
}
