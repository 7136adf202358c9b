//! What the catalogue reads: the offers that are listed, and those that changed.

use futures_util::{Stream, StreamExt};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, QueryResult, StreamTrait};
use shared::{OfferId, PartnerId, offer::OfferState};

use crate::store::statement;

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

/// Offers that changed at or after an instant, whatever their state, and all of partners that did: a partner's name and
/// standing show on its offers. They come one after the other, since an upload changes 100,000 of them, and those that
/// are not listed without their drafts. Plan: the indexes of both times, and of the partner's offers.
pub async fn changed_since(
    db: &DatabaseConnection,
    ms: i64,
) -> Result<impl Stream<Item = Result<Listed, DbErr>>, DbErr> {
    let (columns, listed) = (Listed::COLUMNS, listed_states());
    let sql = format!(
        "SELECT id, partner_id, state, CASE WHEN state IN ({listed}) THEN draft ELSE '' END, starts_at, ends_at,
         created_at, published_at FROM (
             SELECT {columns} FROM offers WHERE updated_at >= $1 UNION ALL
             SELECT {columns} FROM offers WHERE updated_at < $1
             AND partner_id IN (SELECT partner_id FROM partner_profiles WHERE shown_at >= $1)
         ) AS changed"
    );
    let rows = db.stream_raw(statement(db, &sql, [ms.into()])).await?;
    Ok(rows.map(|row| Listed::read(&row?)))
}

/// The names of the states that the list shows, as SQL writes them.
fn listed_states() -> String {
    let names = OfferState::ALL.into_iter().filter(|s| s.is_listed()).map(|s| format!("'{}'", s.as_str()));
    names.collect::<Vec<_>>().join(", ")
}
