//! The log of what changed of the catalogue, by which each process keeps what it shows up to date.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (log, write) = match manager.get_database_backend() {
            DbBackend::Postgres => (POSTGRES_LOG, POSTGRES_WRITE),
            _ => (SQLITE_LOG, SQLITE_WRITE),
        };
        super::run(manager, log).await?;
        super::run(manager, &offers_and_partners(write)).await?;
        super::run(manager, REST).await
    }
}

/// Triggers write the log, so that no path that changes an offer can forget it. `ids` is a JSON list, since a batch of
/// claims changes the counts of hundreds of offers with one statement.
///
/// A transaction that began early may commit late, so its number in `id` may come up after higher ones were read. `tx`
/// says whose row it is: what was not committed at the last look is found at the next one
/// (<https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-INFO-SNAPSHOT>).
const POSTGRES_LOG: &str = r"
CREATE TABLE catalogue_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tx XID8 NOT NULL DEFAULT pg_current_xact_id(),
    what TEXT NOT NULL CHECK (what IN ('offer', 'partner', 'count')),
    ids JSONB NOT NULL
);
CREATE INDEX catalogue_changes_tx ON catalogue_changes (tx);
CREATE FUNCTION log_catalogue_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO catalogue_changes (what, ids) VALUES (TG_ARGV[0], jsonb_build_array(coalesce(NEW.id, OLD.id))); RETURN NULL; END $$;
CREATE FUNCTION log_catalogue_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO catalogue_changes (what, ids) SELECT 'count', jsonb_agg(offer_id) FROM changed HAVING count(*) > 0; RETURN NULL; END $$;
CREATE TRIGGER quotas_inserted AFTER INSERT ON quotas REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_catalogue_counts();
CREATE TRIGGER quotas_updated AFTER UPDATE ON quotas REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_catalogue_counts();
CREATE TRIGGER quotas_deleted AFTER DELETE ON quotas REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_catalogue_counts();
CREATE TRIGGER code_pools_updated AFTER UPDATE ON code_pools REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_catalogue_counts();
";
const POSTGRES_WRITE: Write = |what, _| format!("EXECUTE FUNCTION log_catalogue_change('{what}')");

/// There is one writer, so numbers come up in the order of the commits; AUTOINCREMENT never gives one twice.
const SQLITE_LOG: &str = r"
CREATE TABLE catalogue_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL CHECK (what IN ('offer', 'partner', 'count')),
    ids TEXT NOT NULL
);
CREATE TRIGGER quotas_inserted AFTER INSERT ON quotas BEGIN INSERT INTO catalogue_changes (what, ids) VALUES ('count', json_array(hex(NEW.offer_id))); END;
CREATE TRIGGER quotas_updated AFTER UPDATE ON quotas BEGIN INSERT INTO catalogue_changes (what, ids) VALUES ('count', json_array(hex(NEW.offer_id))); END;
CREATE TRIGGER quotas_deleted AFTER DELETE ON quotas BEGIN INSERT INTO catalogue_changes (what, ids) VALUES ('count', json_array(hex(OLD.offer_id))); END;
CREATE TRIGGER code_pools_updated AFTER UPDATE ON code_pools BEGIN INSERT INTO catalogue_changes (what, ids) VALUES ('count', json_array(hex(NEW.offer_id))); END;
";
const SQLITE_WRITE: Write = |what, row| {
    format!("BEGIN INSERT INTO catalogue_changes (what, ids) VALUES ('{what}', json_array(hex({row}.id))); END")
};

/// How a trigger writes a change of a sort and a row (`NEW` or `OLD`) down.
type Write = fn(&str, &str) -> String;

/// What only its partner and the ministry have seen so far is not logged: uploads bring 20,000 of those a second. Nor is
/// what nobody else sees, such as an edit that waits.
fn offers_and_partners(write: Write) -> String {
    const PRIVATE: &str = "('draft', 'in_review')";
    let seen = |row: &str| format!("{row}.state NOT IN {PRIVATE}");
    let columns = |row: &str, names: &[&str]| {
        format!("({})", names.iter().map(|name| format!("{row}.{name}")).collect::<Vec<_>>().join(", "))
    };
    let differs = |names: &[&str]| format!("{} IS DISTINCT FROM {}", columns("OLD", names), columns("NEW", names));
    let offer = differs(&["partner_id", "state", "draft", "starts_at", "ends_at", "published_at"]);
    let partner = differs(&["slug", "name", "state"]);
    let (new, old) = (seen("NEW"), seen("OLD"));
    [
        format!(
            "CREATE TRIGGER offers_inserted AFTER INSERT ON offers FOR EACH ROW WHEN ({new}) {}",
            write("offer", "NEW")
        ),
        format!(
            "CREATE TRIGGER offers_updated AFTER UPDATE ON offers FOR EACH ROW WHEN (({old} OR {new}) AND {offer}) {}",
            write("offer", "NEW")
        ),
        format!(
            "CREATE TRIGGER offers_deleted AFTER DELETE ON offers FOR EACH ROW WHEN ({old}) {}",
            write("offer", "OLD")
        ),
        format!(
            "CREATE TRIGGER partners_updated AFTER UPDATE ON partners FOR EACH ROW WHEN ({partner}) {}",
            write("partner", "NEW")
        ),
    ]
    .join(";\n")
}

/// Changes were noticed by numbers that all processes had to write, and by times. `changes_tidied` says up to where old
/// rows of the log are gone: a transaction on PostgreSQL, a number on SQLite. The column `partner_profiles.shown_at`
/// stays while processes of the version before may write it.
const REST: &str = r"
DELETE FROM revisions WHERE name IN ('offers', 'claims');
INSERT INTO revisions (name, value) VALUES ('changes_tidied', 0);
DROP INDEX partner_profiles_shown_at;
";
