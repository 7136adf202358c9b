//! The history of an offer: who changed what, and when.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use shared::{
    Code, OfferId, Page,
    account::Role,
    offer::{Author, AuthorKind, OfferDraft, OfferState, OfferVersion, OfferVersionView, changes},
};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    http::cursor,
    store::{
        Store,
        clock::from_ms,
        entities::{api_keys, offers, users},
        json, statement,
    },
};

/// Tells this list's cursors from others.
const LIST: &str = "versions";

/// A version as it is kept: the present one in `offers`, those before in `offer_versions`.
#[derive(Debug, FromQueryResult)]
struct Row {
    version: i32,
    state: String,
    draft: serde_json::Value,
    pending: Option<serde_json::Value>,
    action: String,
    actor_id: Option<Uuid>,
    actor_key: Option<Uuid>,
    at: i64,
}

impl Row {
    fn draft(&self) -> Result<OfferDraft> {
        json::read(&self.draft).map_err(Error::internal)
    }

    fn pending(&self) -> Result<Option<OfferDraft>> {
        self.pending.as_ref().map(json::read).transpose().map_err(Error::internal)
    }

    /// What the partner wrote last.
    fn latest(&self) -> Result<OfferDraft> {
        self.pending()?.map_or_else(|| self.draft(), Ok)
    }

    fn line(&self, before: Option<&Self>, who: Author) -> Result<OfferVersion> {
        let changed = match before {
            Some(before) => changes(&before.latest()?, &self.latest()?),
            None => Vec::new(),
        };
        Ok(OfferVersion {
            version: u32::try_from(self.version).unwrap_or_default(),
            at: from_ms(self.at),
            who,
            action: self.action.clone(),
            state: OfferState::from_name(&self.state).ok_or(Code::Internal)?,
            waiting: self.pending.is_some(),
            changed: changed.into_iter().map(|change| change.pointer).collect(),
        })
    }
}

/// A page of an offer's history, the newest first.
pub async fn page(db: &Store, offer: &offers::Model, limit: usize, after: Option<&str>) -> Result<Page<OfferVersion>> {
    let below = cursor::decode(LIST, after)?.unwrap_or(i32::MAX);
    // One more to know whether there is a next page; it is also what the last one is compared with.
    let rows = rows(db.fresh(), OfferId(offer.id), below, limit + 1).await?;
    let authors = authors(db.fresh(), &rows).await?;
    let shown = rows.iter().take(limit).enumerate();
    let items = shown.map(|(at, row)| row.line(rows.get(at + 1), authors.of(row))).collect::<Result<Vec<_>>>()?;
    let more = rows.len() > limit;
    let next_cursor = items.last().filter(|_| more).map(|last| cursor::encode(LIST, &last.version));
    Ok(Page { items, next_cursor })
}

/// One version in full.
pub async fn version(db: &Store, offer: &offers::Model, version: u32) -> Result<OfferVersionView> {
    let version = i32::try_from(version).ok().and_then(|v| v.checked_add(1)).ok_or(Code::NotFound)?;
    let rows = rows(db.fresh(), OfferId(offer.id), version, 2).await?;
    let row = rows.first().filter(|row| row.version + 1 == version).ok_or(Code::NotFound)?;
    let who = authors(db.fresh(), &rows).await?.of(row);
    Ok(OfferVersionView { line: row.line(rows.get(1), who)?, offer: row.draft()?, pending: row.pending()? })
}

/// The next `limit` versions below one, the newest first. Plan: both primary keys. An image of the present version may
/// have been kept, too, by an action that came to nothing.
async fn rows(db: &impl ConnectionTrait, id: OfferId, below: i32, limit: usize) -> Result<Vec<Row>, DbErr> {
    let sql = "SELECT version, state, draft, pending, action, actor_id, actor_key, updated_at AS at
               FROM offers WHERE id = $1 AND version < $2
               UNION ALL
               SELECT version, state, draft, pending, action, actor_id, actor_key, at
               FROM offer_versions WHERE offer_id = $1 AND version < $2
               AND version < (SELECT version FROM offers WHERE id = $1)
               ORDER BY version DESC LIMIT $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db.query_all_raw(statement(db, sql, [id.0.into(), below.into(), limit.into()])).await?;
    rows.iter().map(|row| Row::from_query_result(row, "")).collect()
}

/// Who made versions, by name.
struct Authors {
    people: HashMap<Uuid, (String, bool)>,
    keys: HashMap<Uuid, String>,
}

impl Authors {
    fn of(&self, row: &Row) -> Author {
        if let Some(key) = row.actor_key {
            return Author { kind: AuthorKind::Program, name: self.keys.get(&key).cloned() };
        }
        match row.actor_id.map(|id| self.people.get(&id)) {
            // Whoever works for the ministry speaks for it, not for themselves.
            Some(Some((_, true))) => Author { kind: AuthorKind::Ministry, name: None },
            Some(person) => Author { kind: AuthorKind::Member, name: person.map(|(name, _)| name.clone()) },
            None => Author { kind: AuthorKind::Platform, name: None },
        }
    }
}

async fn authors(db: &impl ConnectionTrait, rows: &[Row]) -> Result<Authors, DbErr> {
    let people: HashSet<Uuid> = rows.iter().filter_map(|row| row.actor_id).collect();
    let keys: HashSet<Uuid> = rows.iter().filter_map(|row| row.actor_key).collect();
    let people = users::Entity::find().filter(users::Column::Id.is_in(people)).all(db).await?;
    let keys: Vec<(Uuid, String)> = api_keys::Entity::find()
        .select_only()
        .columns([api_keys::Column::Id, api_keys::Column::Name])
        .filter(api_keys::Column::Id.is_in(keys))
        .into_tuple()
        .all(db)
        .await?;
    let person = |user: users::Model| (user.id, (user.name, Role::from_name(&user.role) == Some(Role::Admin)));
    Ok(Authors { people: people.into_iter().map(person).collect(), keys: keys.into_iter().collect() })
}
