//! What an upload says of itself is true, however it is treated and however it ends.

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::{
    PartnerId,
    import::{FileCode, ImportState, ImportView},
};
use tests::{Kind, Market, Partner, Place, eventually_within, on_both};

use super::{NDJSON, lines, now, offers, over, row, send, taken};

on_both!(
    what_finishes_says_what_it_did,
    what_is_refused_for_a_row_did_nothing,
    what_breaks_in_the_middle_says_what_stays,
    what_is_cancelled_says_what_stays,
    what_was_stopped_while_it_checked_is_retried_as_a_whole
);
on_both!(alone: what_is_killed_goes_on_and_says_what_it_did);

/// Rows of the large uploads: several batches of a thousand.
const ROWS: usize = 4000;
/// How often the server is killed at most.
const KILLS: usize = 4;
/// Offers that are there before, and are named by the upload: half of them differently.
const KNOWN: usize = 10;
/// Offers that are there before, and are not named.
const OTHERS: usize = 2;

/// A way of treating an upload.
#[derive(Clone, Copy, Debug)]
struct Way {
    mode: &'static str,
    rejects_all: bool,
    is_dry: bool,
}

impl Way {
    fn all() -> Vec<Self> {
        let modes = ["upsert", "patch", "replace_all"];
        let ways = modes.into_iter().flat_map(|mode| [false, true].map(|rejects_all| (mode, rejects_all)));
        ways.flat_map(|(mode, rejects_all)| [false, true].map(|is_dry| Self { mode, rejects_all, is_dry })).collect()
    }

    fn query(self) -> String {
        let on_error = if self.rejects_all { "reject_all" } else { "skip_rows" };
        format!("?mode={}&on_error={on_error}&dry_run={}&max_delete_percent=100", self.mode, self.is_dry)
    }
}

/// What is there before: offers that the uploads name, and some that they do not.
async fn prepared(market: &Market) -> Partner {
    let partner = market.partner().await;
    let known = (0..KNOWN).map(|n| row(&format!("o-{n}"), |_| {}));
    let others = (0..OTHERS).map(|n| row(&format!("other-{n}"), |_| {}));
    let import = taken(&partner, "", &known.chain(others).collect::<Vec<_>>()).await;
    over(&partner, &import).await;
    partner
}

/// So many rows: the known offers first, every second one with another text.
fn assortment(count: usize) -> Vec<Value> {
    let one = |n: usize| {
        row(&format!("o-{n}"), |o| {
            if n < KNOWN && n % 2 == 1 {
                o.insert("quota".to_owned(), json!(5));
            }
        })
    };
    (0..count).map(one).collect()
}

/// What is there is what the upload says, and what could be read of each row is said.
async fn check(market: &Market, partner: &Partner, way: Way, view: &ImportView) {
    let (db, id) = (market.place.db().await, partner.id.0);
    let count = |sql: String| {
        let db = &db;
        async move { u64::try_from(db.number(&sql).await).expect("a count") }
    };
    let of_partner = format!("FROM offers WHERE partner_id = {}", db.id(id));
    let created = count(format!("SELECT count(*) {of_partner}")).await - (KNOWN + OTHERS) as u64;
    let again = format!("{of_partner} AND version > 1 AND external_id");
    let updated = count(format!("SELECT count(*) {again} LIKE 'o-%'")).await;
    let ended = count(format!("SELECT count(*) {again} LIKE 'other-%'")).await;
    let counts = view.counts;
    if way.is_dry {
        assert_eq!((created, updated, ended), (0, 0, 0), "a dry run did something: {way:?}");
    } else {
        assert_eq!((counts.created, counts.updated, counts.ended), (created, updated, ended), "{way:?}: {view:?}");
    }
    let became = counts.created + counts.updated + counts.unchanged + counts.failed;
    assert!(became == counts.read || became == counts.failed, "{way:?}: {counts:?}");
    // The list, and what the partner's programs were told.
    let listed: shared::Page<ImportView> = partner.program.get(&partner.path("/imports?limit=1")).await.ok();
    assert_eq!(listed.items[0].counts, counts, "{way:?}");
    if view.state != ImportState::Cancelled {
        let (subject, of) = (format!("import:{}", view.id), "SELECT CAST(detail AS TEXT) FROM audit WHERE action");
        let noted = db.texts(&format!("{of} = 'import.finish' AND subject = '{subject}'")).await;
        let noted: Value = serde_json::from_str(&noted[0]).expect("JSON");
        assert_eq!(noted["counts"], json!(counts), "{way:?}");
    }
}

async fn what_finishes_says_what_it_did(market: Market) {
    for way in Way::all() {
        let partner = prepared(&market).await;
        let view = over(&partner, &taken(&partner, &way.query(), &assortment(20)).await).await;
        assert_eq!(view.state, ImportState::Finished, "{way:?}");
        let ended = if way.mode == "replace_all" { OTHERS as u64 } else { 0 };
        let counts = view.counts;
        assert_eq!(
            (counts.read, counts.created, counts.updated, counts.unchanged, counts.ended, counts.failed),
            (20, 10, 5, 5, ended, 0),
            "{way:?}"
        );
        check(&market, &partner, way, &view).await;
    }
}

async fn what_is_refused_for_a_row_did_nothing(market: Market) {
    for way in Way::all() {
        let partner = prepared(&market).await;
        let mut rows = assortment(20);
        rows[15]["quota"] = json!(0);
        let view = over(&partner, &taken(&partner, &way.query(), &rows).await).await;
        assert_eq!((view.counts.read, view.counts.failed), (20, 1), "{way:?}");
        if way.rejects_all {
            assert_eq!(view.failure.as_ref().map(|failure| failure.code), Some(FileCode::RowsRefused), "{way:?}");
            assert_eq!((view.counts.created, view.counts.updated, view.counts.unchanged), (0, 0, 0), "{way:?}");
        } else {
            assert_eq!((view.state, view.counts.created), (ImportState::Finished, 9), "{way:?}");
        }
        check(&market, &partner, way, &view).await;
    }
}

async fn what_breaks_in_the_middle_says_what_stays(market: Market) {
    for way in Way::all() {
        let partner = prepared(&market).await;
        // A list that is cut off.
        let mut body = Value::Array(assortment(1500)).to_string();
        body.truncate(body.len() - 100);
        let import = send(&partner.program, &partner, &way.query(), "application/json", body).await.status(202).json();
        let view = over(&partner, &import).await;
        assert_eq!(view.state, ImportState::Failed, "{way:?}: {view:?}");
        assert!(view.failure.is_some(), "{way:?}");
        if way.rejects_all && !way.is_dry {
            assert_eq!(view.counts.created, 0, "{way:?}");
        } else {
            assert!(view.counts.created > 0, "what is read before stays: {way:?}: {view:?}");
        }
        check(&market, &partner, way, &view).await;
    }
}

/// Cancels an upload when it is in the middle; `None` where it was over before.
async fn cancelled(partner: &Partner, way: Way) -> Option<ImportView> {
    let import = taken(partner, &way.query(), &assortment(ROWS)).await;
    loop {
        let view = now(partner, &import).await;
        if view.finished_at.is_some() {
            return None;
        }
        if view.counts.read > 0 {
            let answer = partner.program.post(&partner.path(&format!("/imports/{}/cancel", import.id))).await;
            return (answer.status == 200).then(|| answer.json());
        }
    }
}

async fn what_is_cancelled_says_what_stays(market: Market) {
    for way in Way::all() {
        let (partner, view) = loop {
            let partner = prepared(&market).await;
            if let Some(view) = cancelled(&partner, way).await {
                break (partner, view);
            }
        };
        assert_eq!(view.state, ImportState::Cancelled, "{way:?}");
        assert!((1..ROWS as u64).contains(&view.counts.read) || way.rejects_all, "in the middle: {way:?}: {view:?}");
        // Whatever was on its way when it was cancelled is through when the partner's next one is.
        over(&partner, &taken(&partner, "?dry_run=true", &assortment(1)).await).await;
        assert_eq!(now(&partner, &view).await.counts, view.counts, "{way:?}");
        let db = market.place.db().await;
        db.run(&format!(
            "DELETE FROM imports WHERE partner_id = {} AND id <> {}",
            db.id(partner.id.0),
            db.id(view.id.0)
        ))
        .await;
        check(&market, &partner, way, &view).await;
    }
}

async fn what_was_stopped_while_it_checked_is_retried_as_a_whole(market: Market) {
    let partner = prepared(&market).await;
    let way = Way { mode: "upsert", rejects_all: true, is_dry: false };
    let mut body = Value::Array(assortment(1500)).to_string();
    body.truncate(body.len() - 100);
    let import = send(&partner.program, &partner, &way.query(), "application/json", body).await.status(202).json();
    let first: ImportView = over(&partner, &import).await;
    let query = format!("/{}/retry", first.id);
    let second = send(&partner.program, &partner, &query, NDJSON, lines(&assortment(1500))).await.status(202).json();
    let second = over(&partner, &second).await;
    assert_eq!((second.state, second.counts.created), (ImportState::Finished, 1500 - KNOWN as u64), "{second:?}");
    assert_eq!(offers(&partner).await.len(), 1500 + OTHERS);
}

/// Waits until one of the uploads is in the middle, or all are over; answers whether one is.
async fn is_one_in_the_middle(uploads: &[(Way, Partner)], imports: &HashMap<PartnerId, ImportView>) -> bool {
    loop {
        let mut open = false;
        for (_, partner) in uploads {
            let view = now(partner, &imports[&partner.id]).await;
            if view.finished_at.is_none() && view.counts.read > 0 {
                return true;
            }
            open |= view.finished_at.is_none();
        }
        if !open {
            return false;
        }
    }
}

async fn what_is_killed_goes_on_and_says_what_it_did(kind: Kind) {
    let mut market = Market::open(Place::new(kind).await).await;
    let mut uploads = Vec::new();
    for way in Way::all() {
        uploads.push((way, prepared(&market).await));
    }
    let mut imports = HashMap::new();
    for (way, partner) in &uploads {
        imports.insert(partner.id, taken(partner, &way.query(), &assortment(ROWS)).await);
    }
    let mut kills = 0;
    while kills < KILLS && is_one_in_the_middle(&uploads, &imports).await {
        market.server.kill();
        kills += 1;
        market = market.again().await;
        for (_, partner) in &mut uploads {
            partner.program = partner.program.at(&market.server.url);
        }
    }
    assert!(kills > 0, "all were through before one was seen in the middle");
    for (way, partner) in &uploads {
        let import = &imports[&partner.id];
        let view = eventually_within(tests::PATIENCE * 6, "the upload is over", || async {
            let view = now(partner, import).await;
            view.finished_at.is_some().then_some(view)
        })
        .await;
        let ended = if way.mode == "replace_all" { OTHERS as u64 } else { 0 };
        let counts = view.counts;
        assert_eq!(view.state, ImportState::Finished, "{way:?}: {view:?}");
        assert_eq!(
            (counts.read, counts.created, counts.updated, counts.unchanged, counts.ended),
            (ROWS as u64, (ROWS - KNOWN) as u64, 5, 5, ended),
            "{way:?}"
        );
        check(&market, partner, *way, &view).await;
    }
}
