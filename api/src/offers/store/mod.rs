//! The queries of offers. Finders take the owner, except where their name says `public_` or `admin_`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    ExprTrait, QueryFilter, QueryResult, QuerySelect, QueryTrait, StreamTrait,
};
use shared::{
    OfferId, PartnerId,
    offer::{Fulfilment, OfferDraft, OfferState, PartnerRef, Period},
    partner::PartnerState,
    pool::CodeStock,
};
use uuid::Uuid;

use super::document::{Count, period_number, search_text};
use crate::{
    partners::{Actor, is_public},
    store::{
        Sql, either,
        entities::{offers, partners},
        json, statement,
    },
};

/// An offer of a partner.
pub async fn find(db: &impl ConnectionTrait, partner: PartnerId, id: OfferId) -> Result<Option<offers::Model>, DbErr> {
    offers::Entity::find_by_id(id.0).filter(offers::Column::PartnerId.eq(partner.0)).one(db).await
}

/// An offer of a partner by the partner's own name for it.
pub async fn find_external(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    external_id: &str,
) -> Result<Option<offers::Model>, DbErr> {
    let named = offers::Column::PartnerId.eq(partner.0).and(offers::Column::ExternalId.eq(external_id));
    offers::Entity::find().filter(named).one(db).await
}

/// An offer that everybody may see, with its partner. Of a suspended partner it looks paused.
pub async fn public_find(db: &impl ConnectionTrait, id: OfferId) -> Result<Option<(offers::Model, PartnerRef)>, DbErr> {
    let Some((mut offer, partner)) = admin_find(db, id).await? else { return Ok(None) };
    let state = OfferState::from_name(&offer.state);
    let public = state.is_some_and(OfferState::is_public) && is_public(&partner);
    if state.is_some_and(OfferState::is_listed) && partner.state == PartnerState::Suspended.as_str() {
        OfferState::Paused.as_str().clone_into(&mut offer.state);
    }
    Ok(public.then_some((offer, reference(&partner))))
}

/// Any offer, with its partner.
pub async fn admin_find(
    db: &impl ConnectionTrait,
    id: OfferId,
) -> Result<Option<(offers::Model, partners::Model)>, DbErr> {
    let Some(offer) = offers::Entity::find_by_id(id.0).one(db).await? else { return Ok(None) };
    let partner = partners::Entity::find_by_id(offer.partner_id).one(db).await?;
    Ok(partner.map(|partner| (offer, partner)))
}

/// A partner as it stands on its offers.
pub fn reference(partner: &partners::Model) -> PartnerRef {
    PartnerRef { slug: partner.slug.clone(), name: partner.name.clone() }
}

/// Those of some ids that there are: of one partner, or of all but sandboxes.
pub async fn many(
    db: &impl ConnectionTrait,
    partner: Option<PartnerId>,
    ids: &[OfferId],
) -> Result<Vec<offers::Model>, DbErr> {
    let owned = match partner {
        Some(partner) => offers::Column::PartnerId.eq(partner.0),
        None => offers::Column::PartnerId.not_in_subquery(sandboxes()),
    };
    offers::Entity::find().filter(offers::Column::Id.is_in(ids.iter().map(|id| id.0))).filter(owned).all(db).await
}

/// The ids of all sandboxes.
fn sandboxes() -> sea_orm::sea_query::SelectStatement {
    partners::Entity::find()
        .select_only()
        .column(partners::Column::Id)
        .filter(partners::Column::SandboxOf.is_not_null())
        .into_query()
}

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
            state: OfferState::from_name(&state).ok_or_else(|| DbErr::Type(format!("offer state {state}")))?,
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

/// Offers whose time has come, at most `limit`: scheduled ones to open, open ones to end. Plan: the indexes of those two
/// times, whose conditions are repeated here.
pub async fn due(db: &impl ConnectionTrait, now: i64, limit: u64) -> Result<Vec<offers::Model>, DbErr> {
    let sql = format!(
        "SELECT * FROM offers WHERE (state = 'scheduled' AND starts_at <= $1)
         OR (state IN ('scheduled', 'announced', 'published', 'paused') AND ends_at <= $1) LIMIT {limit}"
    );
    offers::Entity::find().from_raw_sql(statement(db, &sql, [now.into()])).all(db).await
}

/// Offers and edits that wait for the ministry, of those that were handed in after one instant and up to another.
pub async fn waiting(db: &impl ConnectionTrait, after: i64, up_to: i64) -> Result<i64, DbErr> {
    let sql = "SELECT count(*) AS n FROM offers WHERE updated_at > $1 AND updated_at <= $2
               AND (state = 'in_review' OR pending_at > $1)
               AND partner_id NOT IN (SELECT id FROM partners WHERE sandbox_of IS NOT NULL)";
    let row = db.query_one_raw(statement(db, sql, [after.into(), up_to.into()])).await?;
    row.map_or(Ok(0), |row| row.try_get("", "n"))
}

/// A new offer.
pub async fn insert(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    draft: &OfferDraft,
    actor: Option<Actor>,
    now: i64,
) -> Result<offers::Model, DbErr> {
    let new = offers::ActiveModel {
        id: Set(Uuid::now_v7()),
        partner_id: Set(partner.0),
        external_id: Set(draft.external_id.clone()),
        state: Set(OfferState::Draft.as_str().to_owned()),
        draft: Set(serde_json::to_value(draft).unwrap_or_default()),
        starts_at: Set(draft.starts_at.map(|t| t.timestamp_millis())),
        ends_at: Set(draft.ends_at.map(|t| t.timestamp_millis())),
        rejection: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        published_at: Set(None),
        pending: Set(None),
        pending_at: Set(None),
        action: Set("offer.create".to_owned()),
        actor_id: Set(actor.and_then(Actor::user).map(Into::into)),
        actor_key: Set(actor.and_then(Actor::key).map(Into::into)),
        search: Set(Some(search_text(draft))),
    };
    new.insert(db).await
}

/// Keeps the present versions of offers that are about to change; one statement however many there are.
pub async fn archive(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = Uuid>) -> Result<(), DbErr> {
    let columns = "o.id, o.version, o.state, o.draft, o.pending, o.action, o.actor_id, o.actor_key, o.updated_at";
    let into = "INSERT INTO offer_versions (offer_id, version, state, draft, pending, action, actor_id, actor_key, at)";
    let sql = Sql {
        sqlite: &format!(
            "{into} SELECT {columns} FROM json_each($1) AS j CROSS JOIN offers o ON o.id = unhex(j.value)
             WHERE TRUE ON CONFLICT DO NOTHING"
        ),
        postgres: &format!(
            "{into} SELECT {columns} FROM offers o
             WHERE o.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
             ON CONFLICT DO NOTHING"
        ),
    };
    db.execute_raw(either(db, sql, [json::ids(ids)])).await?;
    Ok(())
}

/// Writes a changed offer, if nobody else changed it since it was read; answers whether.
pub async fn update(db: &impl ConnectionTrait, before: &offers::Model, after: offers::Model) -> Result<bool, DbErr> {
    let (id, version) = (after.id, before.version);
    let mut change: offers::ActiveModel = after.into();
    change = change.reset_all();
    change.not_set(offers::Column::Id);
    let done = offers::Entity::update_many()
        .set(change)
        .filter(offers::Column::Id.eq(id).and(offers::Column::Version.eq(version)))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes an offer in a version, with its history and its codes; answers whether.
pub async fn delete(db: &impl ConnectionTrait, offer: &offers::Model) -> Result<bool, DbErr> {
    let this = offers::Column::Id.eq(offer.id).and(offers::Column::Version.eq(offer.version));
    if offers::Entity::delete_many().filter(this).exec(db).await?.rows_affected != 1 {
        return Ok(false);
    }
    for table in ["offer_versions", "pool_codes", "code_pools"] {
        let sql = format!("DELETE FROM {table} WHERE offer_id = $1");
        db.execute_raw(statement(db, &sql, [offer.id.into()])).await?;
    }
    Ok(true)
}

/// Offers whose words are not written down yet, by paths that write only drafts.
pub async fn without_words(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<offers::Model>, DbErr> {
    offers::Entity::find().filter(offers::Column::Search.is_null()).limit(limit).all(db).await
}

/// Writes down the words of offers, unless they changed since they were read; the offers stay as they are.
pub async fn write_words(db: &impl ConnectionTrait, words: &[(Uuid, i32, String)]) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "UPDATE offers SET search = j.value ->> 2 FROM json_each($1) AS j
                 WHERE offers.id = unhex(j.value ->> 0) AND offers.version = j.value ->> 1",
        postgres: "UPDATE offers SET search = j.value ->> 2 FROM json_array_elements($1::json) AS j
                   WHERE offers.id = (j.value ->> 0)::uuid AND offers.version = (j.value ->> 1)::int",
    };
    let rows: Vec<_> = words.iter().map(|(id, version, words)| (json::hex_id(*id), version, words)).collect();
    db.execute_raw(either(db, sql, [json::rows(&rows)])).await?;
    Ok(())
}

/// How much of an offer with this text is taken in the period that runs now.
pub async fn count(
    db: &impl ConnectionTrait,
    offer: &offers::Model,
    draft: &OfferDraft,
    now: DateTime<Utc>,
) -> Result<Count, DbErr> {
    let (claimed, _) = counts(db, OfferId(offer.id), period_number(draft.period, now)).await?;
    let codes = if draft.fulfilment == Fulfilment::CodePool {
        let stocks = stocks(db, [offer.id]).await?;
        Some(stocks.get(&offer.id).map_or(0, |stock| stock.left))
    } else {
        None
    };
    Ok(Count { claimed, codes })
}

/// The pools of codes of some offers.
pub async fn stocks(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, CodeStock>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT p.* FROM json_each($1) AS j CROSS JOIN code_pools p ON p.offer_id = unhex(j.value)",
        postgres: "SELECT p.* FROM json_array_elements_text($1::json) AS j
                   JOIN code_pools p ON p.offer_id = j.value::uuid",
    };
    db.query_all_raw(either(db, sql, [json::ids(ids)])).await?.iter().map(stock).collect()
}

/// The pools of codes of all offers.
pub async fn all_stocks(db: &impl ConnectionTrait) -> Result<Vec<(Uuid, CodeStock)>, DbErr> {
    db.query_all_raw(statement(db, "SELECT * FROM code_pools", [])).await?.iter().map(stock).collect()
}

fn stock(row: &QueryResult) -> Result<(Uuid, CodeStock), DbErr> {
    let count = |name| row.try_get::<i32>("", name).map(|n| u32::try_from(n).unwrap_or_default());
    let (next, last) = (count("next_place")?, count("last_place")?);
    Ok((row.try_get("", "offer_id")?, CodeStock::new(last, (last + 1).saturating_sub(next), count("filled")?)))
}

/// Units claimed of some offers in the periods that run now.
pub async fn claimed(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
    month: i32,
) -> Result<HashMap<Uuid, u32>, DbErr> {
    // An offer is claimed in one sort of period alone, so there is one row at most.
    let sql = Sql {
        sqlite: "SELECT q.offer_id, q.claimed FROM json_each($1) AS j
                 CROSS JOIN quotas q ON q.offer_id = unhex(j.value) AND q.period IN (0, $2)",
        postgres: "SELECT q.offer_id, q.claimed FROM json_array_elements_text($1::json) AS j
                   JOIN quotas q ON q.offer_id = j.value::uuid AND q.period IN (0, $2)",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids), month.into()])).await?;
    rows.iter()
        .map(|row| {
            let claimed = u32::try_from(row.try_get::<i32>("", "claimed")?).unwrap_or_default();
            Ok((row.try_get("", "offer_id")?, claimed))
        })
        .collect()
}

/// Units claimed in a period, and claims ever made in it.
pub async fn counts(db: &impl ConnectionTrait, id: OfferId, period: i32) -> Result<(u32, u32), DbErr> {
    let sql = "SELECT claimed, issued FROM quotas WHERE offer_id = $1 AND period = $2";
    let row = db.query_one_raw(statement(db, sql, [id.0.into(), period.into()])).await?;
    let Some(row) = row else { return Ok((0, 0)) };
    let count = |name| row.try_get::<i32>("", name).map(|n| u32::try_from(n).unwrap_or_default());
    Ok((count("claimed")?, count("issued")?))
}

/// Which line of a new quota counts as told: the highest that is reached already.
pub fn warned(quota: &str) -> String {
    format!(
        "CASE WHEN {quota} IS NULL THEN 0 WHEN claimed >= {quota} THEN 100 WHEN claimed * 10.0 >= {quota} * 9.0 THEN 90
         WHEN claimed * 2.0 >= {quota} THEN 50 ELSE 0 END"
    )
}

/// Sets the quota of a period that has begun, and which of its lines count as crossed already; answers how many are claimed where that is more.
pub async fn set_quota(
    db: &impl ConnectionTrait,
    id: OfferId,
    period: i32,
    quota: Option<u32>,
) -> Result<Option<u32>, DbErr> {
    let quota = quota.map(|q| i32::try_from(q).unwrap_or(i32::MAX));
    let warned = warned("$1");
    let sql = format!(
        "UPDATE quotas SET quota = $1, warned = {warned}
         WHERE offer_id = $2 AND period = $3 AND (CAST($1 AS INTEGER) IS NULL OR claimed <= $1)"
    );
    let done = db.execute_raw(statement(db, &sql, [quota.into(), id.0.into(), period.into()])).await?;
    if done.rows_affected() == 1 {
        return Ok(None);
    }
    let (claimed, _) = counts(db, id, period).await?;
    Ok(quota.and_then(|q| u32::try_from(q).ok()).filter(|q| claimed > *q).map(|_| claimed))
}

/// Whether the offer has been claimed in any period.
pub async fn is_claimed(db: &impl ConnectionTrait, id: OfferId) -> Result<bool, DbErr> {
    let sql = "SELECT 1 AS one FROM quotas WHERE offer_id = $1 AND issued > 0 LIMIT 1";
    Ok(db.query_one_raw(statement(db, sql, [id.0.into()])).await?.is_some())
}

/// Units claimed in the periods that run now, of every offer that has any.
pub async fn current_counts(db: &impl ConnectionTrait, month: i32) -> Result<Vec<(Uuid, Period, i32)>, DbErr> {
    let sql = "SELECT offer_id, period, claimed FROM quotas WHERE period IN (0, $1)";
    let rows = db.query_all_raw(statement(db, sql, [month.into()])).await?;
    rows.into_iter()
        .map(|row| {
            let period = if row.try_get::<i32>("", "period")? == 0 { Period::Once } else { Period::Monthly };
            Ok((row.try_get("", "offer_id")?, period, row.try_get("", "claimed")?))
        })
        .collect()
}
