//! Many offers of one partner at once, as uploads bring them: what becomes of each is decided here without I/O, and
//! written with a fixed number of statements however many there are.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value as DbValue};
use serde::Serialize;
use shared::{
    FieldCode, PartnerId,
    offer::{Action, OfferDraft, OfferState},
    validate::Violation,
};
use uuid::Uuid;

use super::{
    document::{draft_of, latest_draft_of, period_number, search_text, state_of},
    life, store,
};
use crate::{
    error::Result,
    partners::Actor,
    store::{
        Sql,
        clock::to_ms,
        either,
        entities::offers,
        json::{self, hex_id},
        statement,
    },
};

/// What versions made by an upload say of themselves.
const ACTION: &str = "offer.import";

/// How an upload treats its rows.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Hands new and changed offers to the ministry; without it they stay drafts.
    pub submit: bool,
    /// In a sandbox nobody reviews: what is handed in is published.
    pub sandbox: bool,
    pub now: DateTime<Utc>,
}

/// An offer as it stands, with what is claimed of it.
#[derive(Clone, Debug)]
pub struct Standing {
    pub row: offers::Model,
    /// Claimed and ever issued, by period.
    quotas: Vec<(i32, u32, u32)>,
}

impl Standing {
    /// What its partner wrote last.
    pub fn latest(&self) -> Result<OfferDraft> {
        latest_draft_of(&self.row)
    }
}

/// What becomes of a row.
#[derive(Clone, Debug)]
pub enum Verdict {
    Create(Box<New>),
    Update(Box<Change>),
    Unchanged,
    /// The offer is over, so nothing about it changes any more.
    Ended,
    /// What is claimed binds the offer.
    Bound(Violation),
}

/// A new offer.
#[derive(Clone, Debug)]
pub struct New {
    draft: OfferDraft,
    state: OfferState,
    /// The words by which its partner finds it.
    search: String,
}

/// An offer's next version.
#[derive(Clone, Debug)]
pub struct Change {
    after: offers::Model,
    /// The quota of a period that has begun, where the change counts from now on.
    quota: Option<(i32, Option<u32>)>,
}

/// Decides about a row: `latest` is what the partner wrote last of `before`.
pub fn decide(before: Option<(&Standing, &OfferDraft)>, draft: &OfferDraft, rules: Rules) -> Result<Verdict> {
    let Some((standing, latest)) = before else {
        let opens = draft.starts_at.is_none_or(|at| at <= rules.now);
        let state = match (rules.submit, rules.sandbox) {
            (false, _) => OfferState::Draft,
            (true, false) => OfferState::InReview,
            (true, true) if opens => OfferState::Published,
            (true, true) => OfferState::Scheduled,
        };
        return Ok(Verdict::Create(Box::new(New { draft: draft.clone(), state, search: search_text(draft) })));
    };
    let (row, state) = (&standing.row, state_of(&standing.row)?);
    if latest == draft {
        // Written earlier, handed in only now.
        let handed_in = rules.submit && state == OfferState::Draft;
        return if handed_in { change(standing, draft, state, rules) } else { Ok(Verdict::Unchanged) };
    }
    if state == OfferState::Ended {
        return Ok(Verdict::Ended);
    }
    let live = draft_of(row)?;
    if draft.period != live.period && standing.quotas.iter().any(|(_, _, issued)| *issued > 0) {
        return Ok(Verdict::Bound(Violation::new("/period", FieldCode::NotAllowed)));
    }
    let period = period_number(draft.period, rules.now);
    let claimed = standing.quotas.iter().find(|(of, ..)| *of == period).map_or(0, |(_, claimed, _)| *claimed);
    if draft.quota != live.quota && draft.quota.is_some_and(|quota| claimed > quota) {
        let bound = Violation {
            min: i64::from(claimed),
            max: i64::from(shared::offer::QUOTA_MAX),
            ..Violation::new("/quota", FieldCode::OutOfRange)
        };
        return Ok(Verdict::Bound(bound));
    }
    change(standing, draft, state, rules)
}

/// The next version of an offer: at once, or waiting in review where everybody sees it.
fn change(standing: &Standing, draft: &OfferDraft, state: OfferState, rules: Rules) -> Result<Verdict> {
    let row = &standing.row;
    let waits = state.edits_wait() && !rules.sandbox;
    let mut after = life::edited(row, draft, waits, rules.now)?;
    let mut quota = None;
    if !waits {
        if rules.submit && state_of(&after)? == OfferState::Draft {
            after = next(row, &after, Action::Submit, rules.now)?;
        }
        if rules.submit && rules.sandbox && state_of(&after)? == OfferState::InReview {
            after = next(row, &after, Action::Approve, rules.now)?;
        }
        after.rejection = None;
        let period = period_number(draft.period, rules.now);
        quota = standing.quotas.iter().any(|(of, ..)| *of == period).then_some((period, draft.quota));
    }
    Ok(Verdict::Update(Box::new(Change { after, quota })))
}

/// Another step of the same version.
fn next(before: &offers::Model, row: &offers::Model, action: Action, now: DateTime<Utc>) -> Result<offers::Model> {
    Ok(offers::Model { version: before.version + 1, ..life::after(row, action, false, now)? })
}

/// Which of these names a partner has offers of.
pub async fn there(db: &impl ConnectionTrait, partner: PartnerId, names: &[&str]) -> Result<HashSet<String>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT o.external_id FROM json_each($2) AS j
                 CROSS JOIN offers o ON o.partner_id = $1 AND o.external_id = j.value",
        // OFFSET keeps it a look-up for each name, and IS NOT DISTINCT FROM the index of names the only one that serves.
        postgres: "SELECT o.external_id FROM jsonb_array_elements_text($2::jsonb) AS j (name) CROSS JOIN LATERAL (
                       SELECT external_id FROM offers
                       WHERE external_id = j.name AND partner_id IS NOT DISTINCT FROM $1 OFFSET 0) AS o",
    };
    let rows = db.query_all_raw(either(db, sql, [partner.0.into(), json::rows(names)])).await?;
    rows.iter().map(|row| row.try_get("", "external_id")).collect()
}

/// Names whose offers are just so already, and need not even be read. An offer that is the same in other words (its keys in
/// another order) may be left out. With `submit`, drafts are none of them, since they are handed in.
pub async fn same(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    drafts: &[(&str, &OfferDraft)],
    submit: bool,
) -> Result<HashSet<String>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT o.external_id FROM json_each($2) AS j
                 CROSS JOIN offers o ON o.partner_id = $1 AND o.external_id = j.value ->> 0
                 WHERE coalesce(o.pending, o.draft) = j.value -> 1 AND NOT ($3 AND o.state = 'draft')",
        postgres: "SELECT o.external_id FROM jsonb_array_elements($2::jsonb) AS j CROSS JOIN LATERAL (
                       SELECT o.external_id, o.state, coalesce(o.pending, o.draft) AS draft FROM offers o
                       WHERE o.external_id = j.value ->> 0 AND o.partner_id IS NOT DISTINCT FROM $1 OFFSET 0) AS o
                   WHERE o.draft = j.value -> 1 AND NOT ($3 AND o.state = 'draft')",
    };
    let rows = db.query_all_raw(either(db, sql, [partner.0.into(), json::rows(drafts), submit.into()])).await?;
    rows.iter().map(|row| row.try_get("", "external_id")).collect()
}

/// The offers of a partner that have these names, with what is claimed of them.
pub async fn find(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    names: &[&str],
) -> Result<HashMap<String, Standing>, DbErr> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql {
        sqlite: "SELECT o.* FROM json_each($2) AS j
                 CROSS JOIN offers o ON o.partner_id = $1 AND o.external_id = j.value",
        postgres: "SELECT o.* FROM jsonb_array_elements_text($2::jsonb) AS j (name) CROSS JOIN LATERAL (
                       SELECT * FROM offers
                       WHERE external_id = j.name AND partner_id IS NOT DISTINCT FROM $1 OFFSET 0) AS o",
    };
    let rows = db.query_all_raw(either(db, sql, [partner.0.into(), json::rows(names)])).await?;
    let rows = rows.iter().map(|row| offers::Model::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut quotas: HashMap<Uuid, Vec<(i32, u32, u32)>> = HashMap::new();
    let sql = Sql {
        sqlite: "SELECT q.offer_id, q.period, q.claimed, q.issued FROM json_each($1) AS j
                 CROSS JOIN quotas q ON q.offer_id = unhex(j.value)",
        postgres: "SELECT q.offer_id, q.period, q.claimed, q.issued FROM quotas q
                   WHERE q.offer_id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))",
    };
    for row in db.query_all_raw(either(db, sql, [json::ids(rows.iter().map(|row| row.id))])).await? {
        let count = |name| row.try_get::<i32>("", name).map(|n| u32::try_from(n).unwrap_or_default());
        let quota = (row.try_get("", "period")?, count("claimed")?, count("issued")?);
        quotas.entry(row.try_get("", "offer_id")?).or_default().push(quota);
    }
    let standing = |row: offers::Model| {
        let name = row.external_id.clone().unwrap_or_default();
        let quotas = quotas.remove(&row.id).unwrap_or_default();
        (name, Standing { row, quotas })
    };
    Ok(rows.into_iter().map(standing).collect())
}

#[derive(Serialize)]
struct NewRow<'a>(String, &'a str, &'static str, &'a OfferDraft, Option<i64>, Option<i64>, Option<i64>, &'a str);

/// Writes new offers; answers whether all of them could be: a name may have been taken meanwhile.
pub async fn create(
    tx: &impl ConnectionTrait,
    partner: PartnerId,
    new: &[New],
    actor: Option<Actor>,
    now: i64,
) -> Result<bool, DbErr> {
    if new.is_empty() {
        return Ok(true);
    }
    let rows: Vec<NewRow> = new
        .iter()
        .map(|New { draft, state, search }| {
            let [starts, ends] = [draft.starts_at, draft.ends_at].map(|at| at.map(to_ms));
            let name = draft.external_id.as_deref().unwrap_or_default();
            NewRow(
                hex_id(Uuid::now_v7()),
                name,
                state.as_str(),
                draft,
                starts,
                ends,
                (*state == OfferState::Published).then_some(now),
                search,
            )
        })
        .collect();
    let into = "INSERT INTO offers (id, partner_id, external_id, state, draft, starts_at, ends_at, version, created_at,
                updated_at, published_at, action, actor_id, actor_key, search)";
    let sql = Sql {
        sqlite: &format!(
            "{into} SELECT unhex(j.value ->> 0), $2, j.value ->> 1, j.value ->> 2, j.value -> 3, j.value ->> 4,
             j.value ->> 5, 1, $3, $3, j.value ->> 6, '{ACTION}', $4, $5, j.value ->> 7
             FROM json_each($1) AS j WHERE TRUE ON CONFLICT DO NOTHING"
        ),
        postgres: &format!(
            "{into} SELECT (j.value ->> 0)::uuid, $2, j.value ->> 1, j.value ->> 2, j.value -> 3,
             (j.value ->> 4)::bigint, (j.value ->> 5)::bigint, 1, $3, $3, (j.value ->> 6)::bigint, '{ACTION}', $4, $5,
             j.value ->> 7 FROM jsonb_array_elements($1::jsonb) AS j ON CONFLICT DO NOTHING"
        ),
    };
    let [user, key] = by(actor);
    let done = tx.execute_raw(either(tx, sql, [json::rows(&rows), partner.0.into(), now.into(), user, key])).await?;
    Ok(done.rows_affected() == new.len() as u64)
}

/// Who it was, as two columns.
fn by(actor: Option<Actor>) -> [DbValue; 2] {
    let user: Option<Uuid> = actor.and_then(Actor::user).map(Into::into);
    let key: Option<Uuid> = actor.and_then(Actor::key).map(Into::into);
    [user.into(), key.into()]
}

#[derive(Serialize)]
struct ChangedRow<'a> {
    id: String,
    version: i32,
    state: &'a str,
    draft: &'a serde_json::Value,
    pending: &'a Option<serde_json::Value>,
    pending_at: Option<i64>,
    rejection: &'a Option<String>,
    starts_at: Option<i64>,
    ends_at: Option<i64>,
    published_at: Option<i64>,
    search: &'a Option<String>,
}

/// Writes the next versions of offers, and the quotas of those that count from now on; answers whether none of them
/// was changed by somebody else meanwhile.
pub async fn update(
    tx: &impl ConnectionTrait,
    changes: &[Change],
    actor: Option<Actor>,
    now: i64,
) -> Result<bool, DbErr> {
    if changes.is_empty() {
        return Ok(true);
    }
    store::archive(tx, changes.iter().map(|change| change.after.id)).await?;
    let rows: Vec<ChangedRow> = changes
        .iter()
        .map(|Change { after, .. }| ChangedRow {
            id: hex_id(after.id),
            version: after.version,
            state: &after.state,
            draft: &after.draft,
            pending: &after.pending,
            pending_at: after.pending_at,
            rejection: &after.rejection,
            starts_at: after.starts_at,
            ends_at: after.ends_at,
            published_at: after.published_at,
            search: &after.search,
        })
        .collect();
    let same = "version = j.version, state = j.state, draft = j.draft, pending = j.pending, pending_at = j.pending_at,
        rejection = j.rejection, starts_at = j.starts_at, ends_at = j.ends_at, published_at = j.published_at,
        search = j.search";
    let sqlite_same = same
        .split(',')
        .map(|set| {
            let (name, _) = set.trim().split_once(" = ").unwrap_or_default();
            // A document stays text, and an edit that is not there is no text `null`.
            match name {
                "draft" => "draft = j.value -> 'draft'".to_owned(),
                "pending" => "pending = nullif(j.value -> 'pending', 'null')".to_owned(),
                _ => format!("{name} = j.value ->> '{name}'"),
            }
        })
        .collect::<Vec<_>>()
        .join(", ");
    let mark = format!("updated_at = $2, action = '{ACTION}', actor_id = $3, actor_key = $4");
    let sql = Sql {
        sqlite: &format!(
            "UPDATE offers SET {sqlite_same}, {mark} FROM json_each($1) AS j
             WHERE offers.id = unhex(j.value ->> 'id') AND offers.version = (j.value ->> 'version') - 1"
        ),
        postgres: &format!(
            "UPDATE offers AS o SET {same}, {mark} FROM jsonb_to_recordset($1::jsonb) AS j (id uuid, version int,
             state text, draft jsonb, pending jsonb, pending_at bigint, rejection text, starts_at bigint, ends_at bigint,
             published_at bigint, search text) WHERE o.id = j.id AND o.version = j.version - 1"
        ),
    };
    let [user, key] = by(actor);
    let done = tx.execute_raw(either(tx, sql, [json::rows(&rows), now.into(), user, key])).await?;
    if done.rows_affected() != changes.len() as u64 {
        return Ok(false);
    }
    let quotas = changes.iter().filter_map(|change| Some((hex_id(change.after.id), change.quota?)));
    let quotas: Vec<(String, i32, Option<u32>)> = quotas.map(|(id, (period, quota))| (id, period, quota)).collect();
    if !quotas.is_empty() {
        // Should more be claimed meanwhile, the table's own rule refuses, and the batch is decided again.
        let [sqlite_warned, warned] = ["(j.value ->> 2)", "(j.value ->> 2)::int"].map(store::warned);
        let sql = Sql {
            sqlite: &format!(
                "UPDATE quotas SET quota = j.value ->> 2, warned = {sqlite_warned} FROM json_each($1) AS j
                 WHERE quotas.offer_id = unhex(j.value ->> 0) AND quotas.period = j.value ->> 1"
            ),
            postgres: &format!(
                "UPDATE quotas SET quota = (j.value ->> 2)::int, warned = {warned}
                 FROM jsonb_array_elements($1::jsonb) AS j
                 WHERE quotas.offer_id = (j.value ->> 0)::uuid AND quotas.period = (j.value ->> 1)::int"
            ),
        };
        tx.execute_raw(either(tx, sql, [json::rows(&quotas)])).await?;
    }
    Ok(true)
}

/// Offers that end, or go back to being drafts, when a whole assortment is uploaded without them: those that are open
/// and those in review. Offers without a name of the partner's own are not in any assortment.
const MISSING: &str = "o.partner_id = $1 AND o.external_id IS NOT NULL
    AND o.state IN ('in_review', 'scheduled', 'announced', 'published', 'paused')";
/// … of which the upload says nothing.
const NOT_NAMED: &str =
    "NOT EXISTS (SELECT 1 FROM import_ids i WHERE i.import_id = $2 AND i.external_id = o.external_id)";

/// How many offers of a partner an assortment is about.
pub async fn count_open(db: &impl ConnectionTrait, partner: PartnerId) -> Result<i64, DbErr> {
    let sql = format!("SELECT count(*) AS n FROM offers o WHERE {MISSING}");
    let row = db.query_one_raw(statement(db, &sql, [partner.0.into()])).await?;
    row.map_or(Ok(0), |row| row.try_get("", "n"))
}

/// How many of them an upload does not name.
pub async fn count_missing(db: &impl ConnectionTrait, partner: PartnerId, import: Uuid) -> Result<i64, DbErr> {
    let sql = format!("SELECT count(*) AS n FROM offers o WHERE {MISSING} AND {NOT_NAMED}");
    let row = db.query_one_raw(statement(db, &sql, [partner.0.into(), import.into()])).await?;
    row.map_or(Ok(0), |row| row.try_get("", "n"))
}

/// The next offers that an upload does not name, in the order of their ids.
pub async fn missing(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    import: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>, DbErr> {
    let sql = format!("SELECT o.id FROM offers o WHERE {MISSING} AND {NOT_NAMED} AND o.id > $3 ORDER BY o.id LIMIT $4");
    let values = [partner.0.into(), import.into(), after.unwrap_or(Uuid::nil()).into(), limit.into()];
    db.query_all_raw(statement(db, &sql, values)).await?.iter().map(|row| row.try_get("", "id")).collect()
}

/// Ends offers, and takes those in review back; answers how many.
pub async fn end(tx: &impl ConnectionTrait, ids: &[Uuid], actor: Option<Actor>, now: i64) -> Result<u64, DbErr> {
    store::archive(tx, ids.iter().copied()).await?;
    let set = format!(
        "state = CASE state WHEN 'in_review' THEN 'draft' ELSE 'ended' END, version = version + 1, pending = NULL,
         pending_at = NULL, published_at = CASE state WHEN 'in_review' THEN published_at
         ELSE coalesce(published_at, $2) END, updated_at = $2, action = '{ACTION}', actor_id = $3, actor_key = $4"
    );
    let open = "state IN ('in_review', 'scheduled', 'announced', 'published', 'paused')";
    let sql = Sql {
        sqlite: &format!("UPDATE offers SET {set} WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND {open}"),
        postgres: &format!(
            "UPDATE offers SET {set} WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)) AND {open}"
        ),
    };
    let [user, key] = by(actor);
    let done = tx.execute_raw(either(tx, sql, [json::ids(ids.iter().copied()), now.into(), user, key])).await?;
    Ok(done.rows_affected())
}
