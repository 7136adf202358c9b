//! The statements of claims. Each of the queue's takes a whole batch as one JSON parameter, so that their number does not
//! depend on how many claims or offers are in it, and each has one text, so that it is prepared once.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::{
    ClaimId, OfferId, PartnerId, UserId,
    account::Role,
    claim::ClaimState,
    eligibility::Standing,
    offer::{OfferDraft, OfferState},
};
use uuid::Uuid;

use super::told::Owner;
use crate::store::{
    Sql,
    clock::from_ms,
    either,
    entities::claims,
    json::{self, hex_id},
    statement,
};

/// An offer's row, as far as it changes without its draft.
#[derive(Debug)]
pub struct OfferRow {
    pub id: OfferId,
    pub partner: PartnerId,
    pub state: OfferState,
    pub version: i32,
    pub starts_at: Option<chrono::DateTime<chrono::Utc>>,
    pub ends_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// The offers of a batch; those of a suspended partner count as paused. Plan: two look-ups by primary key for each id.
pub async fn offers(db: &impl ConnectionTrait, ids: &[OfferId]) -> Result<Vec<OfferRow>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT o.id, o.partner_id, CASE p.state WHEN 'suspended' THEN 'paused' ELSE o.state END AS state, o.version,
                        o.starts_at, o.ends_at
                 FROM json_each($1) AS j CROSS JOIN offers o ON o.id = unhex(j.value)
                 CROSS JOIN partners p ON p.id = o.partner_id",
        postgres: "SELECT o.id, o.partner_id, CASE p.state WHEN 'suspended' THEN 'paused' ELSE o.state END AS state, o.version,
                          o.starts_at, o.ends_at
                   FROM offers o JOIN partners p ON p.id = o.partner_id
                   WHERE o.id = ANY (ARRAY(SELECT j.value::uuid FROM jsonb_array_elements_text($1::jsonb) AS j))",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().map(|i| i.0))])).await?;
    rows.into_iter()
        .map(|row| {
            let state: String = row.try_get("", "state")?;
            Ok(OfferRow {
                id: OfferId(row.try_get("", "id")?),
                partner: PartnerId(row.try_get("", "partner_id")?),
                state: OfferState::from_name(&state).ok_or_else(|| DbErr::Type(format!("offer state {state}")))?,
                version: row.try_get("", "version")?,
                starts_at: row.try_get::<Option<i64>>("", "starts_at")?.map(from_ms),
                ends_at: row.try_get::<Option<i64>>("", "ends_at")?.map(from_ms),
            })
        })
        .collect()
}

/// The drafts of offers, with the versions that they are.
pub async fn drafts(db: &impl ConnectionTrait, ids: &[OfferId]) -> Result<Vec<(OfferId, (i32, OfferDraft))>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT o.id, o.version, o.draft FROM json_each($1) AS j CROSS JOIN offers o ON o.id = unhex(j.value)",
        postgres: "SELECT o.id, o.version, o.draft FROM offers o
                   WHERE o.id = ANY (ARRAY(SELECT j.value::uuid FROM jsonb_array_elements_text($1::jsonb) AS j))",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().map(|i| i.0))])).await?;
    rows.into_iter()
        .map(|row| {
            let draft: serde_json::Value = row.try_get("", "draft")?;
            let draft = json::read(&draft).map_err(|e| DbErr::Json(e.to_string()))?;
            Ok((OfferId(row.try_get("", "id")?), (row.try_get("", "version")?, draft)))
        })
        .collect()
}

/// Who the claimants of a batch are, locked in the order of `ids` against being deleted until the transaction ends; those
/// who are gone are missing. Plan: one look-up by primary key for each id.
pub async fn lock_claimants(db: &impl ConnectionTrait, ids: &[UserId]) -> Result<Vec<(UserId, Standing)>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT u.id, u.role, u.role_verified, u.email_verified_at IS NOT NULL AS email_verified
                 FROM json_each($1) AS j CROSS JOIN users u ON u.id = unhex(j.value)",
        postgres: "SELECT u.id, u.role, u.role_verified, u.email_verified_at IS NOT NULL AS email_verified
                   FROM users u WHERE u.id = ANY (ARRAY(SELECT j.value::uuid FROM jsonb_array_elements_text($1::jsonb) AS j))
                   ORDER BY u.id FOR KEY SHARE",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().map(|i| i.0))])).await?;
    rows.into_iter()
        .map(|row| {
            let role: String = row.try_get("", "role")?;
            let standing = Standing {
                role: Role::from_name(&role).ok_or_else(|| DbErr::Type(format!("role {role}")))?,
                role_verified: row.try_get("", "role_verified")?,
                email_verified: row.try_get("", "email_verified")?,
            };
            Ok((UserId(row.try_get("", "id")?), standing))
        })
        .collect()
}

/// The claims that the claimants of a batch hold already, or used with an account that they have deleted. Plan: the partial unique index, one look-up for each.
pub async fn find_holdings(
    db: &impl ConnectionTrait,
    keys: &[(OfferId, UserId, i32)],
) -> Result<Vec<((OfferId, UserId), ClaimId)>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT c.offer_id, c.claimant_id, c.id FROM json_each($1) AS j
                 CROSS JOIN claims c ON c.offer_id = unhex(j.value ->> 0) AND c.claimant_id = unhex(j.value ->> 1)
                 AND c.period = j.value ->> 2 AND c.state IN ('active', 'held', 'redeemed')
                 UNION ALL SELECT s.offer_id, s.claimant_id, s.claim_id FROM json_each($1) AS j
                 CROSS JOIN spent_claims s ON s.offer_id = unhex(j.value ->> 0) AND s.claimant_id = unhex(j.value ->> 1)
                 AND s.period = j.value ->> 2",
        postgres: "SELECT c.offer_id, c.claimant_id, c.id FROM jsonb_array_elements($1::jsonb) AS j
                   JOIN claims c ON c.offer_id = (j.value ->> 0)::uuid AND c.claimant_id = (j.value ->> 1)::uuid
                   AND c.period = (j.value ->> 2)::int AND c.state IN ('active', 'held', 'redeemed')
                   UNION ALL SELECT s.offer_id, s.claimant_id, s.claim_id FROM jsonb_array_elements($1::jsonb) AS j
                   JOIN spent_claims s ON s.offer_id = (j.value ->> 0)::uuid AND s.claimant_id = (j.value ->> 1)::uuid
                   AND s.period = (j.value ->> 2)::int",
    };
    let rows: Vec<_> = keys.iter().map(|(o, u, p)| (hex_id(o.0), hex_id(u.0), *p)).collect();
    let rows = db.query_all_raw(either(db, sql, [json::rows(&rows)])).await?;
    rows.into_iter()
        .map(|row| {
            let key = (OfferId(row.try_get("", "offer_id")?), UserId(row.try_get("", "claimant_id")?));
            Ok((key, ClaimId(row.try_get("", "id")?)))
        })
        .collect()
}

/// Writes new claims; returns how many. A row that breaks a uniqueness rule is left out, which the caller notices.
pub async fn insert_claims(db: &impl ConnectionTrait, claims: &[&claims::Model]) -> Result<u64, DbErr> {
    let sql = Sql {
        sqlite: "INSERT INTO claims (id, offer_id, claimant_id, period, sequence, code, quantity, state, created_at, expires_at, partner_code)
                 SELECT unhex(j.value ->> 0), unhex(j.value ->> 1), unhex(j.value ->> 2), j.value ->> 3, j.value ->> 4,
                        j.value ->> 5, j.value ->> 6, 'active', j.value ->> 7, j.value ->> 8, j.value ->> 9
                 FROM json_each($1) AS j WHERE TRUE ON CONFLICT DO NOTHING",
        postgres: "INSERT INTO claims (id, offer_id, claimant_id, period, sequence, code, quantity, state, created_at, expires_at, partner_code)
                   SELECT (j.value ->> 0)::uuid, (j.value ->> 1)::uuid, (j.value ->> 2)::uuid, (j.value ->> 3)::int,
                          (j.value ->> 4)::int, j.value ->> 5, (j.value ->> 6)::int, 'active', (j.value ->> 7)::bigint,
                          (j.value ->> 8)::bigint, j.value ->> 9
                   FROM jsonb_array_elements($1::jsonb) AS j ON CONFLICT DO NOTHING",
    };
    let rows: Vec<_> = claims
        .iter()
        .map(|c| {
            let (id, offer, claimant) = (hex_id(c.id), hex_id(c.offer_id), hex_id(c.claimant_id));
            (
                id,
                offer,
                claimant,
                c.period,
                c.sequence,
                &c.code,
                c.quantity,
                c.created_at,
                c.expires_at,
                &c.partner_code,
            )
        })
        .collect();
    Ok(db.execute_raw(either(db, sql, [json::rows(&rows)])).await?.rows_affected())
}

/// A claim of a person.
pub async fn find(db: &impl ConnectionTrait, claimant: UserId, id: ClaimId) -> Result<Option<claims::Model>, DbErr> {
    claims::Entity::find_by_id(id.0).filter(claims::Column::ClaimantId.eq(claimant.0)).one(db).await
}

/// Whether a person holds a claim of an offer in a period.
pub async fn holds(db: &impl ConnectionTrait, offer: OfferId, claimant: UserId, period: i32) -> Result<bool, DbErr> {
    Ok(!find_holdings(db, &[(offer, claimant, period)]).await?.is_empty())
}

/// The next `limit` claims of a person, the newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    claimant: UserId,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<claims::Model>, DbErr> {
    let mut find = claims::Entity::find().filter(claims::Column::ClaimantId.eq(claimant.0));
    if let Some(before) = before {
        find = find.filter(claims::Column::Id.lt(before));
    }
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    find.order_by_desc(claims::Column::Id).limit(limit).all(db).await
}

/// The claims of a person that count in a period.
pub async fn of_period(db: &impl ConnectionTrait, claimant: UserId, period: i32) -> Result<Vec<claims::Model>, DbErr> {
    let counting = ClaimState::ALL.into_iter().filter(|s| s.counts()).map(ClaimState::as_str);
    claims::Entity::find()
        .filter(claims::Column::ClaimantId.eq(claimant.0))
        .filter(claims::Column::Period.eq(period))
        .filter(claims::Column::State.is_in(counting))
        .all(db)
        .await
}

/// The active claims of a person.
pub async fn active_of(db: &impl ConnectionTrait, claimant: UserId) -> Result<Vec<claims::Model>, DbErr> {
    claims::Entity::find()
        .filter(claims::Column::ClaimantId.eq(claimant.0))
        .filter(claims::Column::State.eq(ClaimState::Active.as_str()))
        .all(db)
        .await
}

/// Lets the time of a person's claims be over that a till holds or has used, or let go of a moment ago. It may still
/// redeem what it holds.
pub async fn end_time_of(db: &impl ConnectionTrait, claimant: UserId, now: i64) -> Result<(), DbErr> {
    let sql = "UPDATE claims SET expires_at = $2
               WHERE claimant_id = $1 AND state IN ('active', 'held', 'redeemed') AND expires_at > $2";
    db.execute_raw(statement(db, sql, [claimant.0.into(), now.into()])).await?;
    Ok(())
}

/// Active claims whose time is over without `except`, at most `limit`.
pub async fn overdue(
    db: &impl ConnectionTrait,
    except: Vec<Uuid>,
    now: i64,
    limit: u64,
) -> Result<Vec<claims::Model>, DbErr> {
    claims::Entity::find()
        .filter(claims::Column::State.eq(ClaimState::Active.as_str()))
        .filter(claims::Column::Id.is_not_in(except))
        .filter(claims::Column::ExpiresAt.lte(now))
        .order_by_asc(claims::Column::ExpiresAt)
        .limit(limit)
        .all(db)
        .await
}

/// Ends an active claim as it was read; returns whether it still was so. One that was partly used shrinks to that.
pub async fn close(
    db: &impl ConnectionTrait,
    claim: &claims::Model,
    state: ClaimState,
    now: i64,
) -> Result<bool, DbErr> {
    let sql = "UPDATE claims SET state = CASE WHEN redeemed = 0 THEN $1 ELSE 'redeemed' END, ended_at = $2,
                   quantity = CASE WHEN redeemed = 0 THEN quantity ELSE redeemed END
               WHERE id = $3 AND state = 'active' AND redeemed = $4";
    let values = [state.as_str().into(), now.into(), claim.id.into(), claim.redeemed.into()];
    Ok(db.execute_raw(statement(db, sql, values)).await?.rows_affected() == 1)
}

/// Whose offers are. Plan: two look-ups by primary key for each id.
pub async fn owners(db: &impl ConnectionTrait, offers: &[Uuid]) -> Result<HashMap<Uuid, Owner>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT o.id, o.partner_id, p.sandbox_of IS NOT NULL AS sandbox FROM json_each($1) AS j
                 CROSS JOIN offers o ON o.id = unhex(j.value) JOIN partners p ON p.id = o.partner_id",
        postgres: "SELECT o.id, o.partner_id, p.sandbox_of IS NOT NULL AS sandbox
                   FROM jsonb_array_elements_text($1::jsonb) AS j JOIN offers o ON o.id = j.value::uuid
                   JOIN partners p ON p.id = o.partner_id",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(offers.iter().copied())])).await?;
    rows.into_iter()
        .map(|row| {
            let owner =
                Owner { partner: PartnerId(row.try_get("", "partner_id")?), sandbox: row.try_get("", "sandbox")? };
            Ok((row.try_get("", "id")?, owner))
        })
        .collect()
}
