//! What the catalogue reads: the offers that are listed, and those that changed.

use std::collections::BTreeSet;

use futures_util::{Stream, StreamExt};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, StreamTrait};
use shared::{OfferId, PartnerId, offer::OfferState};
use uuid::Uuid;

use crate::store::{Sql, either, json, statement};

/// An offer that the list shows; its draft as text, since ten thousand are read at every start.
#[derive(Debug)]
pub struct Listed {
    pub id: OfferId,
    pub partner: PartnerId,
    pub state: OfferState,
    pub draft: String,
    pub starts_at: Option<i64>,
    pub ends_at: Option<i64>,
    pub published_at: i64,
}

impl Listed {
    /// Offers of sandboxes and of suspended partners are in no list: to the catalogue they are drafts.
    const COLUMNS: &str = "id, partner_id,
        CASE WHEN partner_id IN (SELECT id FROM partners WHERE state = 'active') THEN state ELSE 'draft' END AS state,
        CAST(draft AS TEXT) AS draft, starts_at, ends_at, created_at, published_at";

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let state: String = row.try_get_by_index(2)?;
        let created: i64 = row.try_get_by_index(6)?;
        Ok(Self {
            id: OfferId(row.try_get_by_index(0)?),
            partner: PartnerId(row.try_get_by_index(1)?),
            // Nothing is listed in a state that only a newer program knows.
            state: OfferState::from_name(&state).unwrap_or(OfferState::Draft),
            draft: row.try_get_by_index(3)?,
            starts_at: row.try_get_by_index(4)?,
            ends_at: row.try_get_by_index(5)?,
            published_at: row.try_get_by_index::<Option<i64>>(7)?.unwrap_or(created),
        })
    }
}

/// All offers that the list shows, one after the other. Plan: the index of states.
pub async fn listed(
    db: &(impl ConnectionTrait + StreamTrait),
) -> Result<impl Stream<Item = Result<Listed, DbErr>>, DbErr> {
    let sql = format!(
        "SELECT {} FROM offers WHERE state IN ({}) AND partner_id IN (SELECT id FROM partners WHERE state = 'active')",
        Listed::COLUMNS,
        listed_states()
    );
    let rows = db.stream_raw(statement(db, &sql, [])).await?;
    Ok(rows.map(|row| Listed::read(&row?)))
}

/// Some offers, whatever their state, and all of some partners, one after the other, since a partner may have 100,000;
/// those that are not listed come without their drafts. Plan: the primary key, and an index of the partner's offers.
pub async fn of(
    db: &(impl ConnectionTrait + StreamTrait),
    offers: &BTreeSet<Uuid>,
    partners: &BTreeSet<Uuid>,
) -> Result<impl Stream<Item = Result<Listed, DbErr>>, DbErr> {
    let (columns, listed) = (Listed::COLUMNS, listed_states());
    let select = format!(
        "SELECT id, partner_id, state, CASE WHEN state IN ({listed}) THEN draft ELSE '' END, starts_at, ends_at,
         created_at, published_at FROM (SELECT {columns} FROM offers"
    );
    let sql = Sql {
        sqlite: &format!(
            "{select} WHERE id IN (SELECT unhex(value) FROM json_each($1))
             OR partner_id IN (SELECT unhex(value) FROM json_each($2))) AS changed"
        ),
        postgres: &format!(
            "{select} WHERE id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
             OR partner_id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($2::jsonb)))) AS changed"
        ),
    };
    let ids = [offers, partners].map(|ids| json::ids(ids.iter().copied()));
    let rows = db.stream_raw(either(db, sql, ids)).await?;
    Ok(rows.map(|row| Listed::read(&row?)))
}

/// The partners of some offers.
pub async fn owners(db: &impl ConnectionTrait, offers: &BTreeSet<Uuid>) -> Result<Vec<Uuid>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT DISTINCT partner_id FROM offers WHERE id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "SELECT DISTINCT partner_id FROM offers
                   WHERE id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(offers.iter().copied())])).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// The names of the states that the list shows, as SQL writes them.
fn listed_states() -> String {
    let names = OfferState::ALL.into_iter().filter(|s| s.is_listed()).map(|s| format!("'{}'", s.as_str()));
    names.collect::<Vec<_>>().join(", ")
}
