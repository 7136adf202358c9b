//! Writing what was decided: new offers, and the next versions of those that are there.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Value};
use serde::Serialize;
use serde_json::value::RawValue;
use shared::{OfferId, PartnerId};
use uuid::Uuid;

use super::{ACTION, Change, New, by};
use crate::{
    offers::store,
    partners::Actor,
    quotas::{self, Edit},
    store::{
        Sql,
        clock::from_ms,
        either, is_duplicate,
        json::{self, hex_id},
    },
};

/// A new offer without its draft, or on SQLite with it.
#[derive(Serialize)]
struct NewRow<'a>(String, &'a str, &'static str, Option<i64>, Option<i64>, &'a str, Option<&'a RawValue>);

impl<'a> NewRow<'a> {
    fn of(new: &'a New, with_draft: bool) -> Self {
        let New { name, state, starts_at, ends_at, draft, search } = new;
        let draft = with_draft.then_some(draft.as_ref());
        Self(hex_id(Uuid::now_v7()), name, state.as_str(), *starts_at, *ends_at, search, draft)
    }
}

/// New offers as the parameters of the statement that writes them. They are made where it is decided about them, so that
/// the transaction does not wait for it.
#[derive(Debug, Default)]
pub struct Creation {
    count: usize,
    rows: Option<Value>,
    /// PostgreSQL gets the drafts apart.
    drafts: Option<Value>,
}

impl Creation {
    /// Of offers that are new.
    pub fn of(new: &[New], backend: DbBackend) -> Self {
        let apart = backend == DbBackend::Postgres;
        Self {
            count: new.len(),
            rows: (!new.is_empty())
                .then(|| json::rows(&new.iter().map(|new| NewRow::of(new, !apart)).collect::<Vec<_>>())),
            drafts: apart.then(|| json::lines(new.iter().map(|new| &new.draft))),
        }
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// Writes new offers; answers whether all of them could be: a name may have been taken meanwhile. Then the transaction is
/// spoilt.
pub async fn create(
    tx: &impl ConnectionTrait,
    partner: PartnerId,
    new: &Creation,
    actor: Option<Actor>,
    now: i64,
) -> Result<bool, DbErr> {
    let Some(rows) = new.rows.clone() else { return Ok(true) };
    let into = "INSERT INTO offers (id, partner_id, external_id, state, starts_at, ends_at, version, created_at,
                updated_at, published_at, action, actor_id, actor_key, search, draft)";
    let published = "CASE j.value ->> 2 WHEN 'published' THEN $3 END";
    let sql = Sql {
        sqlite: &format!(
            "{into} SELECT unhex(j.value ->> 0), $2, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, 1, $3, $3,
             {published}, '{ACTION}', $4, $5, j.value ->> 5, j.value -> 6 FROM json_each($1) AS j"
        ),
        postgres: &format!(
            "{into} SELECT (j.value ->> 0)::uuid, $2, j.value ->> 1, j.value ->> 2, (j.value ->> 3)::bigint,
             (j.value ->> 4)::bigint, 1, $3, $3, {published}, '{ACTION}', $4, $5, j.value ->> 5, j.draft::jsonb
             FROM ROWS FROM (jsonb_array_elements($1::jsonb), string_to_table($6, E'\\n')) AS j (value, draft)"
        ),
    };
    let [user, key] = by(actor);
    let values = [rows, partner.0.into(), now.into(), user, key].into_iter().chain(new.drafts.clone());
    match tx.execute_raw(either(tx, sql, values)).await {
        Err(error) if is_duplicate(&error) => Ok(false),
        done => done.map(|_| true),
    }
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
    let ids: Vec<OfferId> = changes.iter().map(|change| OfferId(change.after.id)).collect();
    store::lock(tx, &ids).await?;
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
    // Should more be claimed meanwhile, the batch is decided again.
    let edits: Vec<Edit> = changes.iter().filter_map(|change| change.edit).collect();
    Ok(edits.is_empty() || quotas::apply_edits(tx, &edits, from_ms(now)).await?.is_empty())
}
