//! The statements of redemptions. Each that changes something says in its condition what must still be true, and its
//! caller looks whether it was. Locks are taken in one order: redemptions, then claims.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, Value,
};
use shared::{PartnerId, RedemptionId, UserId, claim::ClaimState, code::ClaimCode};
use uuid::Uuid;

use super::{list::Filter, till::Place};
use crate::store::{
    Sql, either,
    entities::{claims, members, partners, redemptions},
    json, statement,
};

/// The most partners that one person works for.
const MEMBERSHIPS: u64 = 200;

/// A partner by its id.
pub async fn partner(db: &impl ConnectionTrait, id: PartnerId) -> Result<Option<partners::Model>, DbErr> {
    partners::Entity::find_by_id(id.0).one(db).await
}

/// The partners that somebody works for.
pub async fn memberships(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<partners::Model>, DbErr> {
    let rows = members::Entity::find().filter(members::Column::UserId.eq(user.0)).limit(MEMBERSHIPS).all(db).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = rows.into_iter().map(|row| row.partner_id);
    partners::Entity::find().filter(partners::Column::Id.is_in(ids)).order_by_asc(partners::Column::Slug).all(db).await
}

/// A claim as a till finds it.
#[derive(Debug)]
pub struct Found {
    pub claim: claims::Model,
    /// The draft of its offer, as text.
    pub draft: String,
    /// Who holds it, and until when.
    pub hold: Option<(Uuid, i64)>,
}

/// A claim of one of the partner's offers, by its code. Plan: two look-ups by unique index, one by that of holds.
pub async fn by_code(db: &impl ConnectionTrait, partner: PartnerId, code: &ClaimCode) -> Result<Option<Found>, DbErr> {
    let sql = "SELECT c.*, CAST(o.draft AS TEXT) AS draft, h.id AS hold_id, h.expires_at AS hold_until
               FROM claims c JOIN offers o ON o.id = c.offer_id
               LEFT JOIN redemptions h ON h.claim_id = c.id AND h.state = 'held'
               WHERE c.code = $1 AND o.partner_id = $2";
    let row = db.query_one_raw(statement(db, sql, [code.as_str().into(), partner.0.into()])).await?;
    row.map(|row| {
        let hold = row.try_get::<Option<Uuid>>("", "hold_id")?.zip(row.try_get("", "hold_until")?);
        Ok(Found { claim: claims::Model::from_query_result(&row, "")?, draft: row.try_get("", "draft")?, hold })
    })
    .transpose()
}

/// A redemption with what is shown of its claim and offer.
#[derive(Debug)]
pub struct Row {
    pub redemption: redemptions::Model,
    pub code: String,
    pub claim_state: String,
    pub claimed: i32,
    pub redeemed: i32,
    pub claim_expires_at: i64,
    pub draft: String,
    pub slug: String,
}

impl Row {
    const SELECT: &str = "SELECT r.*, c.code, c.state AS claim_state, c.quantity AS claimed, c.redeemed,
        c.expires_at AS claim_expires_at, CAST(o.draft AS TEXT) AS draft, COALESCE(live.slug, p.slug) AS slug
        FROM redemptions r JOIN claims c ON c.id = r.claim_id JOIN offers o ON o.id = r.offer_id
        JOIN partners p ON p.id = r.partner_id LEFT JOIN partners live ON live.id = p.sandbox_of";

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            redemption: redemptions::Model::from_query_result(row, "")?,
            code: row.try_get("", "code")?,
            claim_state: row.try_get("", "claim_state")?,
            claimed: row.try_get("", "claimed")?,
            redeemed: row.try_get("", "redeemed")?,
            claim_expires_at: row.try_get("", "claim_expires_at")?,
            draft: row.try_get("", "draft")?,
            slug: row.try_get("", "slug")?,
        })
    }
}

/// A redemption of a partner.
pub async fn find(db: &impl ConnectionTrait, partner: PartnerId, id: Uuid) -> Result<Option<Row>, DbErr> {
    let sql = format!("{} WHERE r.id = $1 AND r.partner_id = $2", Row::SELECT);
    let row = db.query_one_raw(statement(db, &sql, [id.into(), partner.0.into()])).await?;
    row.as_ref().map(Row::read).transpose()
}

/// A redemption of a partner by the till's own number for it.
pub async fn by_reference(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    reference: &str,
) -> Result<Option<Row>, DbErr> {
    let sql = format!("{} WHERE r.partner_id = $1 AND r.reference = $2", Row::SELECT);
    let row = db.query_one_raw(statement(db, &sql, [partner.0.into(), reference.into()])).await?;
    row.as_ref().map(Row::read).transpose()
}

/// Redemptions by their ids.
pub async fn all(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Row>, DbErr> {
    let select = Row::SELECT;
    let sql = Sql {
        sqlite: &format!("{select} WHERE r.id IN (SELECT unhex(value) FROM json_each($1))"),
        postgres: &format!("{select} WHERE r.id IN (SELECT value::uuid FROM json_array_elements_text($1::json))"),
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().copied())])).await?;
    rows.iter().map(Row::read).collect()
}

/// The next `limit` redemptions that a filter lets through, the newest first. Plan: the index of the partner's (or of
/// all) redemptions by time, from the cursor on.
pub async fn page(db: &impl ConnectionTrait, filter: &Filter, limit: usize) -> Result<Vec<Row>, DbErr> {
    let mut values: Vec<Value> = Vec::new();
    let mut wanted: Vec<String> = Vec::new();
    let mut want = |condition: &str, value: Option<Value>| {
        if let Some(value) = value {
            values.push(value);
            wanted.push(format!("{condition} ${}", values.len()));
        }
    };
    want("r.partner_id =", filter.partner.map(|partner| partner.0.into()));
    want("r.offer_id =", filter.offer.map(|offer| offer.0.into()));
    want("r.state =", filter.state.map(|state| state.as_str().into()));
    want("r.created_at >=", filter.from.map(Into::into));
    want("r.created_at <", filter.to.map(Into::into));
    if filter.partner.is_none() {
        wanted.push("p.sandbox_of IS NULL".to_owned());
    }
    if let Some((at, id)) = filter.before {
        values.extend([at.into(), id.into()]);
        wanted.push(format!("(r.created_at, r.id) < (${}, ${})", values.len() - 1, values.len()));
    }
    let sql =
        format!("{} WHERE {} ORDER BY r.created_at DESC, r.id DESC LIMIT {limit}", Row::SELECT, wanted.join(" AND "));
    db.query_all_raw(statement(db, &sql, values)).await?.iter().map(Row::read).collect()
}

/// A new redemption.
pub async fn insert(db: &impl ConnectionTrait, new: redemptions::Model) -> Result<(), DbErr> {
    redemptions::Entity::insert(new.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Confirms what is held; answers whether it still was.
pub async fn confirm_held(
    db: &impl ConnectionTrait,
    id: RedemptionId,
    quantity: i32,
    reference: Option<&str>,
    place: &Place,
    now: i64,
) -> Result<bool, DbErr> {
    let sql = "UPDATE redemptions SET state = 'confirmed', quantity = $2, reference = COALESCE($3, reference),
               confirmed_at = $4, actor_id = $5, actor_key = $6
               WHERE id = $1 AND state = 'held' AND quantity >= $2 AND expires_at > $4";
    let [actor, key] = by(place);
    let values = [id.0.into(), quantity.into(), reference.into(), now.into(), actor, key];
    Ok(db.execute_raw(statement(db, sql, values)).await?.rows_affected() == 1)
}

/// Marks redemptions as released that are still held; answers their ids.
pub async fn release(db: &impl ConnectionTrait, ids: &[Uuid], now: i64) -> Result<Vec<Uuid>, DbErr> {
    let sql = Sql {
        sqlite: "UPDATE redemptions SET state = 'released', ended_at = $1
                 WHERE state = 'held' AND id IN (SELECT unhex(value) FROM json_each($2)) RETURNING id",
        postgres: "UPDATE redemptions SET state = 'released', ended_at = $1 WHERE state = 'held'
                   AND id IN (SELECT value::uuid FROM json_array_elements_text($2::json)) RETURNING id",
    };
    let rows = db.query_all_raw(either(db, sql, [now.into(), json::ids(ids.iter().copied())])).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// Marks a redemption as undone, if it was confirmed after `since`; answers whether.
pub async fn undo(
    db: &impl ConnectionTrait,
    id: RedemptionId,
    reason: Option<&str>,
    place: &Place,
    [now, since]: [i64; 2],
) -> Result<bool, DbErr> {
    let sql = "UPDATE redemptions SET state = 'undone', ended_at = $2, reason = $3, actor_id = $4, actor_key = $5
               WHERE id = $1 AND state = 'confirmed' AND confirmed_at > $6";
    let [actor, key] = by(place);
    let values = [id.0.into(), now.into(), reason.into(), actor, key, since.into()];
    Ok(db.execute_raw(statement(db, sql, values)).await?.rows_affected() == 1)
}

/// Who does it, as two columns.
fn by(place: &Place) -> [Value; 2] {
    [place.actor.user().map(Uuid::from).into(), place.actor.key().map(Uuid::from).into()]
}

/// Holds that have run out without `except`, at most `limit`, the longest over first.
pub async fn overdue(db: &impl ConnectionTrait, except: &[Uuid], now: i64, limit: u32) -> Result<Vec<Uuid>, DbErr> {
    let sql = |except: &str| {
        format!(
            "SELECT id FROM redemptions WHERE state = 'held' AND expires_at <= $1 AND id NOT IN ({except})
             ORDER BY expires_at LIMIT {limit}"
        )
    };
    let sqlite = sql("SELECT unhex(value) FROM json_each($2)");
    let postgres = sql("SELECT value::uuid FROM json_array_elements_text($2::json)");
    let sql = Sql { sqlite: &sqlite, postgres: &postgres };
    let rows = db.query_all_raw(either(db, sql, [now.into(), json::ids(except.iter().copied())])).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// Locks those of some holds that still are, in the order of their ids; those that another process is at are left out.
pub async fn lock_held(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT id FROM redemptions WHERE state = 'held' AND id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "SELECT id FROM redemptions WHERE state = 'held'
                   AND id IN (SELECT value::uuid FROM json_array_elements_text($1::json))
                   ORDER BY id FOR UPDATE SKIP LOCKED",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().copied())])).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// Uses units of a claim, active or held, if they are still there; answers whether.
pub async fn use_units(
    db: &impl ConnectionTrait,
    claim: Uuid,
    quantity: i32,
    from: ClaimState,
    now: i64,
) -> Result<bool, DbErr> {
    let sql = "UPDATE claims SET redeemed = redeemed + $2, redeemed_at = $3,
                   state = CASE WHEN redeemed + $2 = quantity THEN 'redeemed' ELSE 'active' END,
                   ended_at = CASE WHEN redeemed + $2 = quantity THEN $3 ELSE NULL END
               WHERE id = $1 AND state = $4 AND redeemed + $2 <= quantity AND (state = 'held' OR expires_at > $3)";
    let values = [claim.into(), quantity.into(), now.into(), from.as_str().into()];
    Ok(db.execute_raw(statement(db, sql, values)).await?.rows_affected() == 1)
}

/// Holds an active claim that has so many units left; answers whether.
pub async fn hold_claim(db: &impl ConnectionTrait, claim: Uuid, quantity: i32, now: i64) -> Result<bool, DbErr> {
    let sql = "UPDATE claims SET state = 'held'
               WHERE id = $1 AND state = 'active' AND expires_at > $3 AND redeemed + $2 <= quantity";
    Ok(db.execute_raw(statement(db, sql, [claim.into(), quantity.into(), now.into()])).await?.rows_affected() == 1)
}

/// Lets go of held claims. Those whose time is over are closed by the next sweep of claims.
pub async fn let_go(db: &impl ConnectionTrait, claims: impl IntoIterator<Item = Uuid>) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "UPDATE claims SET state = 'active'
                 WHERE state = 'held' AND id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "UPDATE claims SET state = 'active' WHERE state = 'held'
                   AND id IN (SELECT value::uuid FROM json_array_elements_text($1::json))",
    };
    db.execute_raw(either(db, sql, [json::ids(claims)])).await?;
    Ok(())
}

/// Gives used units back to their claim; answers whether. A claim whose time is over is closed by the next sweep.
pub async fn unuse_units(db: &impl ConnectionTrait, claim: Uuid, quantity: i32) -> Result<bool, DbErr> {
    let sql = "UPDATE claims SET redeemed = redeemed - $2, ended_at = NULL,
                   state = CASE WHEN state = 'held' THEN 'held' ELSE 'active' END,
                   redeemed_at = (SELECT MAX(r.confirmed_at) FROM redemptions r
                                  WHERE r.claim_id = $1 AND r.state = 'confirmed')
               WHERE id = $1 AND state IN ('active', 'held', 'redeemed') AND redeemed >= $2";
    Ok(db.execute_raw(statement(db, sql, [claim.into(), quantity.into()])).await?.rows_affected() == 1)
}
