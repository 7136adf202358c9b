//! The log: what was sent, what was answered, and sending again by hand.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde_json::json;
use shared::{
    Code, DeliveryId, Page, PartnerId, WebhookId,
    webhook::{Attempt, AttemptFailure, Delivery, DeliveryState, EventKind},
};
use uuid::Uuid;

use super::{
    Event, Webhooks,
    letter::body,
    listening::PUT_DOWN,
    manage::Doing,
    message_id,
    outbox::DeliveryRow,
    put,
    send::headers,
    store::{self, Logged, Tried},
    write_down,
};
use crate::{
    error::{Error, Result},
    http::cursor,
    store::{
        Transaction,
        clock::{from_ms, to_ms},
        entities::webhooks,
        json::hex_id,
    },
};

/// Tells this list's cursors from others.
const LIST: &str = "deliveries";

/// A page of a webhook's log, the newest first.
pub async fn page(
    hooks: &Webhooks,
    partner: PartnerId,
    webhook: WebhookId,
    state: Option<DeliveryState>,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<Delivery>> {
    let before = cursor::decode::<i64>(LIST, after)?;
    store::find(hooks.store.fresh(), partner, webhook).await?.ok_or(Code::NotFound)?;
    let mut rows = store::log(hooks.store.fresh(), partner, webhook, state, before, limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut rows, limit, |last| last.seq);
    Ok(Page { items: views(hooks.store.fresh(), rows).await?, next_cursor })
}

/// A delivery of a partner.
pub async fn find(hooks: &Webhooks, partner: PartnerId, id: DeliveryId) -> Result<Delivery> {
    find_in(hooks.store.fresh(), partner, id).await
}

async fn find_in(db: &impl ConnectionTrait, partner: PartnerId, id: DeliveryId) -> Result<Delivery> {
    let row = store::delivery(db, partner, id).await?.ok_or(Code::NotFound)?;
    views(db, vec![row]).await?.pop().ok_or_else(|| Code::NotFound.into())
}

/// Sends a test message to a webhook now, the same way as all others; it is tried once.
pub async fn test(tx: &Transaction, doing: &Doing, webhook: &webhooks::Model) -> Result<Delivery> {
    check_on(webhook)?;
    let event = Event {
        kind: EventKind::Test,
        partner: doing.partner,
        // Each test is for itself, so that one that fails holds up no other.
        subject: Uuid::now_v7(),
        data: json!({"webhook_id": webhook.id, "partner": doing.slug}),
    };
    let (mut rows, mut deliveries) = (Vec::new(), Vec::new());
    put(&mut rows, &mut deliveries, &event, &[webhook.id]);
    write_down(tx, &rows, &deliveries, doing.now).await?;
    tx.on_commit(|| PUT_DOWN.notify_one());
    find_in(tx, doing.partner, written(&deliveries)?).await
}

/// Sends a delivery again: one that waits is tried now, others are put down anew with the same message.
pub async fn redeliver(tx: &Transaction, doing: &Doing, id: DeliveryId) -> Result<Delivery> {
    let old = store::delivery(tx, doing.partner, id).await?.ok_or(Code::NotFound)?;
    let webhook = store::find(tx, doing.partner, WebhookId(old.webhook_id)).await?.ok_or(Code::NotFound)?;
    check_on(&webhook)?;
    let next = if old.state == DeliveryState::Waiting.as_str() {
        store::hurry_subject(tx, &old, to_ms(doing.now)).await?;
        id
    } else {
        let row = DeliveryRow {
            id: hex_id(Uuid::now_v7()),
            webhook_id: hex_id(old.webhook_id),
            event_id: hex_id(old.event_id),
            subject: hex_id(old.subject),
            repeats: Some(hex_id(old.id)),
        };
        let rows = [row];
        write_down(tx, &[], &rows, doing.now).await?;
        written(&rows)?
    };
    tx.on_commit(|| PUT_DOWN.notify_one());
    find_in(tx, doing.partner, next).await
}

/// Nothing is sent to a webhook that is switched off.
fn check_on(webhook: &webhooks::Model) -> Result<()> {
    match &webhook.disabled_reason {
        None => Ok(()),
        Some(reason) => Err(Error::new(Code::StateConflict).with("state", reason)),
    }
}

fn written(rows: &[DeliveryRow]) -> Result<DeliveryId> {
    let id = rows.first().and_then(|row| row.id.parse().ok());
    id.ok_or_else(|| Error::internal("no delivery was written"))
}

async fn views(db: &impl ConnectionTrait, rows: Vec<Logged>) -> Result<Vec<Delivery>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut attempts: HashMap<Uuid, Vec<Tried>> = HashMap::new();
    for tried in store::attempts(db, &ids).await? {
        attempts.entry(tried.delivery_id).or_default().push(tried);
    }
    let view = |row: Logged| {
        let id = row.id;
        view(attempts.remove(&id).unwrap_or_default(), row)
            .inspect_err(|_| tracing::error!(delivery = %id, "webhook.delivery_unreadable"))
            .ok()
    };
    // One that cannot be read hides no other.
    Ok(rows.into_iter().filter_map(view).collect())
}

fn view(attempts: Vec<Tried>, row: Logged) -> Result<Delivery> {
    let unreadable = |what: &str| Error::internal(format!("a delivery of the {what}"));
    let state = DeliveryState::from_name(&row.state).ok_or_else(|| unreadable(&row.state))?;
    let kind = EventKind::from_name(&row.kind).ok_or_else(|| unreadable(&row.kind))?;
    let message_id = message_id(row.event_id);
    // One that ended after the delivery was read belongs to its next state.
    let ended = if row.leased_until == 0 { row.attempts } else { row.attempts - 1 };
    Ok(Delivery {
        id: DeliveryId(row.id),
        webhook_id: WebhookId(row.webhook_id),
        kind,
        subject: row.subject.to_string(),
        state,
        created_at: from_ms(row.created_at),
        next_attempt_at: (state == DeliveryState::Waiting).then(|| from_ms(row.next_at.max(row.leased_until))),
        repeats: row.repeats.map(DeliveryId),
        body: body(&row.kind, row.at, row.data)?,
        attempts: attempts
            .into_iter()
            .filter(|tried| tried.number <= ended)
            .map(|tried| attempt(&message_id, tried))
            .collect(),
        message_id,
    })
}

fn attempt(message_id: &str, tried: Tried) -> Attempt {
    Attempt {
        number: u32::try_from(tried.number).unwrap_or_default(),
        at: from_ms(tried.at),
        duration_ms: u32::try_from(tried.duration_ms).unwrap_or_default(),
        // Nothing was sent without a signature.
        headers: match tried.signature.as_str() {
            "" => Vec::new(),
            signature => headers(message_id, from_ms(tried.at), signature),
        },
        status: tried.status.and_then(|status| u16::try_from(status).ok()),
        answer: tried.answer,
        failure: tried.failure.as_deref().and_then(AttemptFailure::from_name),
    }
}
