//! Ending what a whole assortment does not name.

use sea_orm::{ConnectionTrait, DbErr};
use shared::{OfferId, PartnerId};
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
    let locked: Vec<OfferId> = ids.iter().copied().map(OfferId).collect();
    store::lock(tx, &locked).await?;
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
