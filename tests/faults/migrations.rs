//! Migrations that are killed, that several processes start at once, and databases of other versions.

use std::{os::unix::process::ExitStatusExt, process::Output};

use futures_util::future::join_all;
use shared::account::Me;
use tests::{
    Kind, Place,
    db::Db,
    on_both,
    people::{DEMO_PASSWORD, sign_in},
};

on_both!(alone:
    one_that_is_killed_at_any_statement_leaves_nothing_half_done,
    twelve_first_starts_at_once_all_serve,
    a_database_of_a_newer_version_is_refused_by_name,
    an_unknown_state_is_refused_in_one_line,
    a_failed_one_leaves_nothing_and_says_so
);

/// How many start at once.
const STARTS: usize = 12;
/// Ends a process that migrates after so many statements.
const LAST_STATEMENT: &str = "VM_TEST_MIGRATION_STATEMENTS";

/// Migrates, and is killed after so many statements if there are so many.
fn migrate(place: &Place, statements: usize) -> Output {
    place.command_with(&["migrate"], &[(LAST_STATEMENT, &statements.to_string())])
}

/// A place whose database is there and empty.
async fn empty(kind: Kind) -> Place {
    let place = Place::new(kind).await;
    assert!(!migrate(&place, 1).status.success(), "it is killed before it has done anything");
    place
}

/// What a database is made of, and what migrations wrote into it.
async fn describe(kind: Kind, db: &Db) -> Vec<String> {
    let sql = match kind {
        Kind::Sqlite => "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1",
        Kind::Postgres => {
            "SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, data_type, is_nullable,
                              column_default, is_identity)
             FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace ORDER BY 1"
        }
    };
    let mut found = db.texts(sql).await;
    for (table, row) in [
        ("seaql_migrations", "version"),
        ("revisions", "name || ' ' || value"),
        ("ministry_told", "subject || ' ' || up_to || ' ' || at"),
    ] {
        if found.iter().any(|line| line.contains(table)) {
            found.extend(db.texts(&format!("SELECT '{table} ' || {row} FROM {table} ORDER BY 1")).await);
        }
    }
    found
}

fn applied(description: &[String]) -> usize {
    description.iter().filter(|line| line.starts_with("seaql_migrations m0")).count()
}

/// The one line that a command that failed says.
fn line(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    assert!(!output.status.success() && said.lines().count() == 1, "one line that says why: {said}");
    said
}

/// The same database is migrated again and again, each time one statement further, until nothing is left to be done.
async fn one_that_is_killed_at_any_statement_leaves_nothing_half_done(kind: Kind) {
    let place = empty(kind).await;
    let db = place.db().await;
    let (mut statements, mut kills) = (1, 1);
    let mut before = describe(kind, &db).await;
    loop {
        let output = migrate(&place, statements);
        let after = describe(kind, &db).await;
        if output.status.success() {
            assert_eq!(after, before, "nothing was left to be done");
            break;
        }
        assert_eq!(output.status.signal(), Some(6), "{}", String::from_utf8_lossy(&output.stderr));
        kills += 1;
        if after == before {
            statements += 1;
        } else {
            assert_eq!(applied(&after), applied(&before) + 1, "after {statements} statements");
            (before, statements) = (after, 1);
        }
    }
    assert!(kills > 100, "{kills} kills");
    let whole = Place::new(kind).await;
    whole.succeed(&["migrate"]);
    assert_eq!(before, describe(kind, &whole.db().await).await, "as if nothing had come in between");
    assert_eq!(describe(kind, &db).await, before);
    place.serve().await.anon().get("/offers").await.status(200);
}

async fn twelve_first_starts_at_once_all_serve(kind: Kind) {
    let place = Place::new(kind).await;
    let servers = join_all((0..STARTS).map(|_| place.serve())).await;
    // One database and one set of keys: whoever signs in at one is known at all of them.
    let tokens = sign_in(&servers[0].anon(), "teacher@demo.az", DEMO_PASSWORD).await;
    for server in &servers {
        let me: Me = server.anon().bearer(&tokens.access_token).get("/me").await.ok();
        assert_eq!(me.email, "teacher@demo.az");
    }
    let own = sign_in(&servers[STARTS - 1].anon(), "owner@demo.az", DEMO_PASSWORD).await;
    servers[0].anon().bearer(&own.access_token).get("/partners/numune/offers").await.status(200);
}

async fn a_database_of_a_newer_version_is_refused_by_name(kind: Kind) {
    let place = Place::new(kind).await;
    place.succeed(&["migrate"]);
    let db = place.db().await;
    let before = describe(kind, &db).await;
    db.run("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9998_moon', 0), ('m9999_mars', 0)").await;
    for command in ["migrate", "serve", "seed"] {
        let said = line(&place.command(&[command]));
        assert!(said.contains("newer") && said.contains("m9998_moon, m9999_mars"), "{command}: {said}");
    }
    db.run("DELETE FROM seaql_migrations WHERE version LIKE 'm999%'").await;
    assert_eq!(describe(kind, &db).await, before);
    place.succeed(&["migrate"]);
}

async fn an_unknown_state_is_refused_in_one_line(kind: Kind) {
    let place = Place::new(kind).await;
    place.succeed(&["migrate"]);
    let db = place.db().await;
    db.run("DELETE FROM seaql_migrations WHERE version = 'm0005_joining'").await;
    let before = describe(kind, &db).await;
    for command in ["migrate", "serve"] {
        let said = line(&place.command(&[command]));
        assert!(said.contains("unknown state") && said.contains("m0005_joining"), "{command}: {said}");
    }
    assert_eq!(describe(kind, &db).await, before);
}

async fn a_failed_one_leaves_nothing_and_says_so(kind: Kind) {
    let place = empty(kind).await;
    let db = place.db().await;
    // As a version left it that was killed while it made its tables outside a transaction.
    db.run("CREATE TABLE mail_tokens (hash INTEGER)").await;
    let before = describe(kind, &db).await;
    let said = line(&place.command(&["migrate"]));
    assert!(said.contains("m0001_start") && said.contains("mail_tokens"), "{said}");
    assert_eq!(describe(kind, &db).await, before);
    db.run("DROP TABLE mail_tokens").await;
    place.succeed(&["migrate"]);
}
