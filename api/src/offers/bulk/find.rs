//! What is there of the names in an upload.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement};
use shared::{OfferId, PartnerId, offer::OfferDraft};

use super::Standing;
use crate::{
    quotas::{self, QuotaKey, QuotaState},
    store::{Sql, either, entities::offers, json},
};

/// For each name of `j` the partner's offer in PostgreSQL. OFFSET keeps it a look-up for each name, and IS NOT DISTINCT FROM
/// the index of names the only one that serves.
const NAMED: &str = "CROSS JOIN LATERAL (
    SELECT o.* FROM offers o WHERE o.external_id = j.name AND o.partner_id IS NOT DISTINCT FROM $1 OFFSET 0) AS o";

/// `columns` of the partner's offers that have these names.
fn named(db: &impl ConnectionTrait, partner: PartnerId, names: &[&str], columns: &str) -> Statement {
    let sql = Sql {
        sqlite: &format!(
            "SELECT {columns} FROM json_each($2) AS j
             CROSS JOIN offers o ON o.partner_id = $1 AND o.external_id = j.value"
        ),
        postgres: &format!("SELECT {columns} FROM jsonb_array_elements_text($2::jsonb) AS j (name) {NAMED}"),
    };
    either(db, sql, [partner.0.into(), json::rows(names)])
}

/// Which of these names a partner has offers of.
pub async fn there(db: &impl ConnectionTrait, partner: PartnerId, names: &[&str]) -> Result<HashSet<String>, DbErr> {
    let rows = db.query_all_raw(named(db, partner, names, "o.external_id")).await?;
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
        sqlite: "SELECT o.external_id FROM json_each($3) AS j
                 CROSS JOIN offers o ON o.partner_id = $1 AND o.external_id = j.value ->> 0
                 WHERE coalesce(o.pending, o.draft) = j.value -> 1 AND NOT ($2 AND o.state = 'draft')",
        postgres: &format!(
            "SELECT o.external_id
             FROM ROWS FROM (jsonb_array_elements_text($3::jsonb), string_to_table($4, E'\\n')) AS j (name, draft) {NAMED}
             WHERE coalesce(o.pending, o.draft) = j.draft::jsonb AND NOT ($2 AND o.state = 'draft')"
        ),
    };
    let mut values = vec![partner.0.into(), submit.into()];
    match db.get_database_backend() {
        DbBackend::Postgres => {
            let (names, drafts): (Vec<_>, Vec<_>) = drafts.iter().copied().unzip();
            values.extend([json::rows(&names), json::lines(drafts)]);
        }
        _ => values.push(json::rows(drafts)),
    }
    let rows = db.query_all_raw(either(db, sql, values)).await?;
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
    let rows = db.query_all_raw(named(db, partner, names, "o.*")).await?;
    let rows = rows.iter().map(|row| offers::Model::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<OfferId> = rows.iter().map(|row| OfferId(row.id)).collect();
    let mut quotas: HashMap<OfferId, Vec<(QuotaKey, QuotaState)>> = HashMap::new();
    for (key, state) in quotas::all_of(db, &ids).await? {
        quotas.entry(key.offer).or_default().push((key, state));
    }
    let standing = |row: offers::Model| {
        let name = row.external_id.clone().unwrap_or_default();
        let quotas = quotas.remove(&OfferId(row.id)).unwrap_or_default();
        (name, Standing { row, quotas })
    };
    Ok(rows.into_iter().map(standing).collect())
}
