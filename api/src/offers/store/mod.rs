//! The queries of offers. Finders take the owner, except where their name says `public_` or `admin_`.

mod counts;
mod listed;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult,
    QueryFilter, QuerySelect, QueryTrait,
};
use shared::{
    OfferId, PartnerId,
    offer::{OfferDraft, OfferState, PartnerRef},
    partner::PartnerState,
};
use uuid::Uuid;

pub use self::{
    counts::{all_stocks, count, stocks},
    listed::{Listed, listed, of as listed_of, owners},
};
use super::document::search_text;
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

/// Offers whose time has come, at most `limit`: scheduled ones to open, open ones to end. Plan: the indexes of those two
/// times, whose conditions are repeated here.
pub async fn due(
    db: &impl ConnectionTrait,
    except: &[Uuid],
    now: i64,
    limit: u64,
) -> Result<Vec<offers::Model>, DbErr> {
    let sql = |except: &str| {
        format!(
            "SELECT * FROM offers WHERE ((state = 'scheduled' AND starts_at <= $1)
             OR (state IN ('scheduled', 'announced', 'published', 'paused') AND ends_at <= $1))
             AND id NOT IN ({except}) LIMIT {limit}"
        )
    };
    let sqlite = sql("SELECT unhex(value) FROM json_each($2)");
    let postgres = sql("SELECT value::uuid FROM json_array_elements_text($2::json)");
    let sql = Sql { sqlite: &sqlite, postgres: &postgres };
    let statement = either(db, sql, [now.into(), json::ids(except.iter().copied())]);
    offers::Entity::find().from_raw_sql(statement).all(db).await
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

/// Locks offers until the transaction ends, in the order of their ids, so that two who change the same offers never wait
/// for each other in a circle; returns them as they are now. (SQLite's one writer holds its lock already.)
pub async fn lock(tx: &impl ConnectionTrait, ids: &[OfferId]) -> Result<Vec<offers::Model>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT o.* FROM json_each($1) AS j CROSS JOIN offers o ON o.id = unhex(j.value)",
        postgres: "SELECT o.* FROM offers o
                   WHERE o.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
                   ORDER BY o.id FOR NO KEY UPDATE",
    };
    let rows = tx.query_all_raw(either(tx, sql, [json::ids(ids.iter().map(|id| id.0))])).await?;
    rows.iter().map(|row| offers::Model::from_query_result(row, "")).collect()
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
pub async fn without_words(
    db: &impl ConnectionTrait,
    except: Vec<Uuid>,
    limit: u64,
) -> Result<Vec<offers::Model>, DbErr> {
    let without = offers::Column::Search.is_null().and(offers::Column::Id.is_not_in(except));
    offers::Entity::find().filter(without).limit(limit).all(db).await
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
