//! Ending what a whole assortment does not name.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use shared::PartnerId;
use uuid::Uuid;

use super::{ACTION, by};
use crate::{
    offers::store,
    partners::Actor,
    store::{Sql, either, json, statement},
};

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

/// An offer in the version that was seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub id: Uuid,
    pub version: i32,
}

/// Locks the next offers that an upload does not name, in the order of their ids: until the transaction ends nobody
/// makes other versions of them.
pub async fn lock_missing(
    tx: &impl ConnectionTrait,
    partner: PartnerId,
    import: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Seen>, DbErr> {
    let lock = if tx.get_database_backend() == DbBackend::Postgres { "FOR NO KEY UPDATE OF o" } else { "" };
    let sql = format!(
        "SELECT o.id, o.version FROM offers o WHERE {MISSING} AND {NOT_NAMED} AND o.id > $3 ORDER BY o.id LIMIT $4 {lock}"
    );
    let values = [partner.0.into(), import.into(), after.unwrap_or(Uuid::nil()).into(), limit.into()];
    let rows = tx.query_all_raw(statement(tx, &sql, values)).await?;
    rows.iter().map(|row| Ok(Seen { id: row.try_get("", "id")?, version: row.try_get("", "version")? })).collect()
}

/// Ends offers that are locked, and takes those in review back.
pub async fn end(tx: &impl ConnectionTrait, seen: &[Seen], actor: Option<Actor>, now: i64) -> Result<(), DbErr> {
    store::archive(tx, seen.iter().map(|offer| offer.id)).await?;
    let set = format!(
        "state = CASE state WHEN 'in_review' THEN 'draft' ELSE 'ended' END, version = version + 1, pending = NULL,
         pending_at = NULL, published_at = CASE state WHEN 'in_review' THEN published_at
         ELSE coalesce(published_at, $2) END, updated_at = $2, action = '{ACTION}', actor_id = $3, actor_key = $4"
    );
    let sql = Sql {
        sqlite: &format!(
            "UPDATE offers SET {set} FROM json_each($1) AS j
             WHERE offers.id = unhex(j.value ->> 0) AND offers.version = j.value ->> 1"
        ),
        postgres: &format!(
            "UPDATE offers SET {set} FROM jsonb_array_elements($1::jsonb) AS j
             WHERE offers.id = (j.value ->> 0)::uuid AND offers.version = (j.value ->> 1)::int"
        ),
    };
    let [user, key] = by(actor);
    let rows: Vec<_> = seen.iter().map(|offer| (json::hex_id(offer.id), offer.version)).collect();
    let done = tx.execute_raw(either(tx, sql, [json::rows(&rows), now.into(), user, key])).await?;
    if done.rows_affected() != seen.len() as u64 {
        return Err(DbErr::RecordNotUpdated);
    }
    Ok(())
}
