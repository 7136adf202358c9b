//! The queries of webhooks and of their log. Every finder takes the partner.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Value, sea_query::Expr,
};
use shared::{
    DeliveryId, PartnerId, WebhookId,
    webhook::{DeliveryState, EventKind},
};
use uuid::Uuid;

use crate::store::{Sql, either, entities::webhooks, json, statement};

/// A webhook that listens.
#[derive(Clone, Debug)]
pub struct Listener {
    pub id: Uuid,
    pub partner: Uuid,
    pub kinds: Vec<EventKind>,
}

/// The webhooks that are switched on, of some partners or of all. One whose kinds cannot be read listens to nothing, and
/// is named in the log: this is asked where claims are made, which it must not stop.
pub async fn listeners(db: &impl ConnectionTrait, partners: Option<Vec<Uuid>>) -> Result<Vec<Listener>, DbErr> {
    let rows: Vec<(Uuid, Uuid, String)> = webhooks::Entity::find()
        .select_only()
        .columns([webhooks::Column::Id, webhooks::Column::PartnerId])
        .expr(Expr::col(webhooks::Column::Kinds).cast_as("text"))
        .filter(webhooks::Column::DisabledAt.is_null())
        .apply_if(partners, |query, partners| query.filter(webhooks::Column::PartnerId.is_in(partners)))
        .order_by_asc(webhooks::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let listener = |(id, partner, kinds): (Uuid, Uuid, String)| match serde_json::from_str(&kinds) {
        Ok(kinds) => Some(Listener { id, partner, kinds }),
        Err(error) => {
            tracing::error!(webhook = %id, %partner, %error, "webhook.kinds_unreadable");
            None
        }
    };
    Ok(rows.into_iter().filter_map(listener).collect())
}

/// Whose a webhook is, and where its messages go.
pub async fn address(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<(Uuid, String)>, DbErr> {
    let address = webhooks::Entity::find_by_id(id).select_only();
    address.columns([webhooks::Column::PartnerId, webhooks::Column::Url]).into_tuple().one(db).await
}

/// A webhook of a partner.
pub async fn find(
    db: &impl ConnectionTrait,
    owner: PartnerId,
    id: WebhookId,
) -> Result<Option<webhooks::Model>, DbErr> {
    webhooks::Entity::find_by_id(id.0).filter(webhooks::Column::PartnerId.eq(owner.0)).one(db).await
}

/// All webhooks of a partner, the oldest first: there are few.
pub async fn all(db: &impl ConnectionTrait, owner: PartnerId) -> Result<Vec<webhooks::Model>, DbErr> {
    let mine = webhooks::Entity::find().filter(webhooks::Column::PartnerId.eq(owner.0));
    mine.order_by_asc(webhooks::Column::Id).all(db).await
}

/// Holds a partner's row until the transaction ends, so that two webhooks are never made at once.
pub async fn hold(db: &impl ConnectionTrait, owner: PartnerId) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "SELECT 1 FROM partners WHERE id = $1",
        postgres: "SELECT 1 FROM partners WHERE id = $1 FOR NO KEY UPDATE",
    };
    db.query_all_raw(either(db, sql, [owner.0.into()])).await?;
    Ok(())
}

/// Adds a webhook.
pub async fn insert(db: &impl ConnectionTrait, webhook: webhooks::Model) -> Result<(), DbErr> {
    webhooks::Entity::insert(webhook.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Writes a webhook's next version; false when it is no longer in the version before.
pub async fn update(db: &impl ConnectionTrait, next: &webhooks::Model) -> Result<bool, DbErr> {
    let sql = Sql {
        sqlite: "UPDATE webhooks SET url = $3, description = $4, kinds = $5, secret = $6, old_secret = $7,
                 old_secret_until = $8, disabled_at = $9, disabled_reason = $10, failing_since = $11, version = $2
                 WHERE id = $1 AND version = $2 - 1",
        postgres: "UPDATE webhooks SET url = $3, description = $4, kinds = $5::jsonb, secret = $6, old_secret = $7,
                   old_secret_until = $8, disabled_at = $9, disabled_reason = $10, failing_since = $11, version = $2
                   WHERE id = $1 AND version = $2 - 1",
    };
    let w = next.clone();
    let values: [Value; 11] = [
        w.id.into(),
        w.version.into(),
        w.url.into(),
        w.description.into(),
        w.kinds.to_string().into(),
        w.secret.into(),
        w.old_secret.into(),
        w.old_secret_until.into(),
        w.disabled_at.into(),
        w.disabled_reason.into(),
        w.failing_since.into(),
    ];
    Ok(db.execute_raw(either(db, sql, values)).await?.rows_affected() == 1)
}

/// Removes a webhook in a version; what waited for it is not sent any more.
pub async fn delete(db: &impl ConnectionTrait, id: Uuid, version: i32) -> Result<bool, DbErr> {
    let sql = "DELETE FROM webhooks WHERE id = $1 AND version = $2";
    Ok(db.execute_raw(statement(db, sql, [id.into(), version.into()])).await?.rows_affected() == 1)
}

/// How many deliveries of each webhook wait.
pub async fn waiting(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, u32>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT d.webhook_id, count(*) AS waiting FROM webhook_deliveries d
                 WHERE d.state = 'waiting' AND d.webhook_id IN (SELECT unhex(value) FROM json_each($1))
                 GROUP BY d.webhook_id",
        postgres: "SELECT d.webhook_id, count(*) AS waiting FROM webhook_deliveries d
                   WHERE d.state = 'waiting'
                     AND d.webhook_id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS j)
                   GROUP BY d.webhook_id",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().copied())])).await?;
    rows.iter()
        .map(|row| {
            let waiting: i64 = row.try_get("", "waiting")?;
            Ok((row.try_get("", "webhook_id")?, u32::try_from(waiting).unwrap_or(u32::MAX)))
        })
        .collect()
}

/// Lets everything that waits for a webhook be sent now.
pub async fn hurry(db: &impl ConnectionTrait, webhook: Uuid, now: i64) -> Result<(), DbErr> {
    let sql = "UPDATE webhook_deliveries SET next_at = $2 WHERE webhook_id = $1 AND state = 'waiting' AND next_at > $2";
    db.execute_raw(statement(db, sql, [webhook.into(), now.into()])).await?;
    Ok(())
}

/// Lets what waits for a webhook about one subject be sent now.
pub async fn hurry_subject(db: &impl ConnectionTrait, delivery: &Logged, now: i64) -> Result<(), DbErr> {
    let sql = "UPDATE webhook_deliveries SET next_at = $3
               WHERE webhook_id = $1 AND subject = $2 AND state = 'waiting' AND next_at > $3";
    let values = [delivery.webhook_id.into(), delivery.subject.into(), now.into()];
    db.execute_raw(statement(db, sql, values)).await?;
    Ok(())
}

/// A delivery as the log has it, with its event.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Logged {
    pub seq: i64,
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub event_id: Uuid,
    pub subject: Uuid,
    pub state: String,
    /// Attempts that were begun.
    pub attempts: i32,
    pub next_at: i64,
    pub leased_until: i64,
    pub repeats: Option<Uuid>,
    pub created_at: i64,
    pub kind: String,
    pub data: serde_json::Value,
    pub at: i64,
}

const LOGGED: &str =
    "SELECT d.seq, d.id, d.webhook_id, d.event_id, d.subject, d.state, d.attempts, d.next_at, d.leased_until,
    d.repeats, d.created_at, e.kind, e.data, e.at
    FROM webhook_deliveries d JOIN events e ON e.id = d.event_id JOIN webhooks w ON w.id = d.webhook_id";

/// A delivery of a partner.
pub async fn delivery(db: &impl ConnectionTrait, owner: PartnerId, id: DeliveryId) -> Result<Option<Logged>, DbErr> {
    let sql = format!("{LOGGED} WHERE d.id = $1 AND w.partner_id = $2");
    let row = db.query_one_raw(statement(db, &sql, [id.0.into(), owner.0.into()])).await?;
    row.map(|row| Logged::from_query_result(&row, "")).transpose()
}

/// The next `limit` deliveries of a partner's webhook, the newest first. Plan: the index by webhook and number.
pub async fn log(
    db: &impl ConnectionTrait,
    owner: PartnerId,
    webhook: WebhookId,
    state: Option<DeliveryState>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Logged>, DbErr> {
    let state_is = if state.is_some() { "AND d.state = $5" } else { "" };
    let sql = format!(
        "{LOGGED} WHERE d.webhook_id = $1 AND w.partner_id = $2 AND d.seq < $3 {state_is} ORDER BY d.seq DESC LIMIT $4"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut values: Vec<Value> =
        vec![webhook.0.into(), owner.0.into(), before.unwrap_or(i64::MAX).into(), limit.into()];
    values.extend(state.map(|state| Value::from(state.as_str())));
    let rows = db.query_all_raw(statement(db, &sql, values)).await?;
    rows.iter().map(|row| Logged::from_query_result(row, "")).collect()
}

/// An attempt as the log has it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Tried {
    pub delivery_id: Uuid,
    pub number: i32,
    pub at: i64,
    pub duration_ms: i32,
    pub signature: String,
    pub status: Option<i32>,
    pub answer: Option<String>,
    pub failure: Option<String>,
}

/// The attempts of deliveries, in order.
pub async fn attempts(db: &impl ConnectionTrait, deliveries: &[Uuid]) -> Result<Vec<Tried>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT a.* FROM webhook_attempts a
                 WHERE a.delivery_id IN (SELECT unhex(value) FROM json_each($1)) ORDER BY a.delivery_id, a.number",
        postgres: "SELECT a.* FROM webhook_attempts a
                   WHERE a.delivery_id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS j)
                   ORDER BY a.delivery_id, a.number",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(deliveries.iter().copied())])).await?;
    rows.iter().map(|row| Tried::from_query_result(row, "")).collect()
}

/// Somebody who is told what concerns a partner.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Owner {
    pub slug: String,
    pub email: String,
    pub lang: String,
}

/// The owners of a partner, or of the partner whose sandbox it is.
pub async fn owners(db: &impl ConnectionTrait, partner: Uuid) -> Result<Vec<Owner>, DbErr> {
    let sql = "SELECT r.slug, u.email, u.lang FROM partners p
               JOIN partners r ON r.id = coalesce(p.sandbox_of, p.id)
               JOIN members m ON m.partner_id = r.id AND m.role = 'owner' JOIN users u ON u.id = m.user_id
               WHERE p.id = $1 AND u.email_verified_at IS NOT NULL ORDER BY u.email";
    let rows = db.query_all_raw(statement(db, sql, [partner.into()])).await?;
    rows.iter().map(|row| Owner::from_query_result(row, "")).collect()
}
