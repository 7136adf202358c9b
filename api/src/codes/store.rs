//! The queries of pools. Those of the claim desk take a whole batch as one JSON parameter.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use shared::{ClaimId, OfferId, PartnerId, pool::CodeStock};

use super::upload::Line;
use crate::store::{
    Sql, either,
    json::{self, hex_id},
    statement,
};

/// A pool's counters: codes are free from `next` to `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    pub next: u32,
    pub last: u32,
    /// Free codes after the last upload.
    pub filled: u32,
}

impl Default for Pool {
    /// Nobody has uploaded anything.
    fn default() -> Self {
        Self { next: 1, last: 0, filled: 0 }
    }
}

impl Pool {
    /// Codes that are not handed out.
    pub const fn left(self) -> u32 {
        (self.last + 1).saturating_sub(self.next)
    }

    /// Hands the next code out; answers its place.
    pub fn take(&mut self) -> Option<u32> {
        (self.left() > 0).then(|| {
            self.next += 1;
            self.next - 1
        })
    }

    /// For people.
    pub fn stock(self) -> CodeStock {
        CodeStock::new(self.last, self.left(), self.filled)
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let count = |name| row.try_get::<i32>("", name).map(|n| u32::try_from(n).unwrap_or_default());
        Ok(Self { next: count("next_place")?, last: count("last_place")?, filled: count("filled")? })
    }
}

/// An offer's pool.
pub async fn pool(db: &impl ConnectionTrait, offer: OfferId) -> Result<Pool, DbErr> {
    let sql = "SELECT next_place, last_place, filled FROM code_pools WHERE offer_id = $1";
    let row = db.query_one_raw(statement(db, sql, [offer.0.into()])).await?;
    row.as_ref().map_or_else(|| Ok(Pool::default()), Pool::read)
}

/// The pools of a batch's offers, locked in the order of their ids until the transaction ends. An offer without codes
/// has none.
pub async fn lock(db: &impl ConnectionTrait, offers: &[OfferId]) -> Result<HashMap<OfferId, Pool>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT p.offer_id, p.next_place, p.last_place, p.filled FROM json_each($1) AS j
                 CROSS JOIN code_pools p ON p.offer_id = unhex(j.value)",
        postgres: "SELECT p.offer_id, p.next_place, p.last_place, p.filled FROM code_pools p
                   JOIN json_array_elements_text($1::json) AS j ON p.offer_id = j.value::uuid
                   ORDER BY p.offer_id FOR UPDATE OF p",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(offers.iter().map(|o| o.0))])).await?;
    rows.iter().map(|row| Ok((OfferId(row.try_get("", "offer_id")?), Pool::read(row)?))).collect()
}

/// Makes an offer's pool where there is none, and locks it.
pub async fn open(db: &impl ConnectionTrait, offer: OfferId) -> Result<Pool, DbErr> {
    let sql = "INSERT INTO code_pools (offer_id) VALUES ($1) ON CONFLICT DO NOTHING";
    db.execute_raw(statement(db, sql, [offer.0.into()])).await?;
    Ok(lock(db, &[offer]).await?.remove(&offer).unwrap_or_default())
}

/// A code for a claim: the offer, the code's place in its pool, the claim.
pub type Grant = (OfferId, u32, ClaimId);

/// Hands codes out; answers each claim's. Plan: one look-up by primary key for each.
pub async fn hand_out(
    db: &impl ConnectionTrait,
    grants: &[Grant],
    now: i64,
) -> Result<HashMap<ClaimId, String>, DbErr> {
    let sql = Sql {
        sqlite: "UPDATE pool_codes SET claim_id = unhex(j.value ->> 2), handed_out_at = $2 FROM json_each($1) AS j
                 WHERE pool_codes.offer_id = unhex(j.value ->> 0) AND pool_codes.place = j.value ->> 1
                   AND pool_codes.claim_id IS NULL
                 RETURNING claim_id, code",
        postgres: "UPDATE pool_codes SET claim_id = (j.value ->> 2)::uuid, handed_out_at = $2
                   FROM json_array_elements($1::json) AS j
                   WHERE pool_codes.offer_id = (j.value ->> 0)::uuid AND pool_codes.place = (j.value ->> 1)::int
                     AND pool_codes.claim_id IS NULL
                   RETURNING claim_id, code",
    };
    let rows: Vec<_> = grants.iter().map(|(offer, place, claim)| (hex_id(offer.0), place, hex_id(claim.0))).collect();
    let rows = db.query_all_raw(either(db, sql, [json::rows(&rows), now.into()])).await?;
    rows.iter().map(|row| Ok((ClaimId(row.try_get("", "claim_id")?), row.try_get("", "code")?))).collect()
}

/// Writes the counters of pools that are locked; answers how many.
pub async fn write(db: &impl ConnectionTrait, pools: &[(OfferId, Pool)]) -> Result<u64, DbErr> {
    let sql = Sql {
        sqlite: "UPDATE code_pools SET next_place = j.value ->> 1, last_place = j.value ->> 2, filled = j.value ->> 3
                 FROM json_each($1) AS j WHERE code_pools.offer_id = unhex(j.value ->> 0)",
        postgres: "UPDATE code_pools SET next_place = (j.value ->> 1)::int, last_place = (j.value ->> 2)::int,
                                         filled = (j.value ->> 3)::int
                   FROM json_array_elements($1::json) AS j WHERE code_pools.offer_id = (j.value ->> 0)::uuid",
    };
    let rows: Vec<_> = pools.iter().map(|(offer, pool)| (hex_id(offer.0), pool.next, pool.last, pool.filled)).collect();
    Ok(db.execute_raw(either(db, sql, [json::rows(&rows)])).await?.rows_affected())
}

/// Which of an upload's codes offers of the partner have already. Plan: the unique index, one look-up for each code.
pub async fn known(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    lines: &[Line],
) -> Result<HashMap<String, OfferId>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT c.code, c.offer_id FROM json_each($1) AS j
                 CROSS JOIN pool_codes c ON c.partner_id = $2 AND c.code = j.value",
        postgres: "SELECT c.code, c.offer_id FROM json_array_elements_text($1::json) AS j
                   JOIN pool_codes c ON c.partner_id = $2 AND c.code = j.value",
    };
    let codes: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect();
    let rows = db.query_all_raw(either(db, sql, [json::rows(&codes), partner.0.into()])).await?;
    rows.iter().map(|row| Ok((row.try_get("", "code")?, OfferId(row.try_get("", "offer_id")?)))).collect()
}

/// Puts codes into a pool behind place `last`.
pub async fn insert(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    offer: OfferId,
    last: u32,
    lines: &[Line],
    now: i64,
) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "INSERT INTO pool_codes (offer_id, place, partner_id, code, added_at)
                 SELECT $2, $3 + 1 + j.key, $4, j.value, $5 FROM json_each($1) AS j",
        postgres: "INSERT INTO pool_codes (offer_id, place, partner_id, code, added_at)
                   SELECT $2, $3 + j.place::int, $4, j.code, $5
                   FROM json_array_elements_text($1::json) WITH ORDINALITY AS j(code, place)",
    };
    let codes: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect();
    let last = i32::try_from(last).unwrap_or(i32::MAX);
    let values = [json::rows(&codes), offer.0.into(), last.into(), partner.0.into(), now.into()];
    db.execute_raw(either(db, sql, values)).await?;
    Ok(())
}

/// Codes that are not handed out, behind a place: place, code, when it was added. Plan: a range of the primary key.
pub async fn free(
    db: &impl ConnectionTrait,
    offer: OfferId,
    behind: u32,
    limit: usize,
) -> Result<Vec<(u32, String, i64)>, DbErr> {
    let sql = "SELECT place, code, added_at FROM pool_codes WHERE offer_id = $1 AND place > $2 AND claim_id IS NULL
               ORDER BY place LIMIT $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [offer.0.into(), i32::try_from(behind).unwrap_or(i32::MAX).into(), limit.into()];
    let rows = db.query_all_raw(statement(db, sql, values)).await?;
    rows.iter()
        .map(|row| {
            let place = u32::try_from(row.try_get::<i32>("", "place")?).unwrap_or_default();
            Ok((place, row.try_get("", "code")?, row.try_get("", "added_at")?))
        })
        .collect()
}

/// Removes the codes of a locked pool that are not handed out; answers how many.
pub async fn remove_free(db: &impl ConnectionTrait, offer: OfferId) -> Result<u64, DbErr> {
    let sql = "DELETE FROM pool_codes WHERE offer_id = $1 AND claim_id IS NULL";
    Ok(db.execute_raw(statement(db, sql, [offer.0.into()])).await?.rows_affected())
}
