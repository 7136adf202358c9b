//! Making and changing webhooks.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde::Deserialize;
use serde_json::json;
use shared::{
    Code, FieldCode, Page, PartnerId, WebhookId,
    webhook::{
        ChangeWebhook, DisabledReason, EventKind, NewWebhook, RotateSecret, WEBHOOKS_MAX, Webhook, WebhookSecret,
    },
};
use uuid::Uuid;

use super::{
    Webhooks,
    address::{self, Unfit},
    listening::{self, PUT_DOWN},
    signature::{new_secret, secret_text},
    store,
};
use crate::{
    audit,
    error::{Error, Result},
    http::{cursor, etag::IfMatch, query::Paging},
    partners::Actor,
    store::{
        clock::{from_ms, to_ms},
        entities::webhooks,
        revisions::{self, Revision},
    },
};

/// Tells this list's cursors from others.
const LIST: &str = "webhooks";

/// Who works at which partner's webhooks.
#[derive(Clone, Debug)]
pub struct Doing {
    pub actor: Actor,
    pub partner: PartnerId,
    /// The partner's name in addresses.
    pub slug: String,
    pub now: DateTime<Utc>,
}

/// A page of a partner's webhooks, the oldest first. There are ten at most, so all are read.
pub async fn list(hooks: &Webhooks, partner: PartnerId, paging: &Paging) -> Result<Page<Webhook>> {
    let mut rows = store::all(hooks.store.fresh(), partner).await?;
    if let Some(after) = cursor::decode::<Uuid>(LIST, paging.cursor.as_deref())? {
        rows.retain(|webhook| webhook.id > after);
    }
    let next_cursor = cursor::cut(LIST, &mut rows, paging.limit(), |last| last.id);
    let ids: Vec<Uuid> = rows.iter().map(|w| w.id).collect();
    let waiting = store::waiting(hooks.store.fresh(), &ids).await?;
    let now = hooks.clock.now();
    let show = |w: &webhooks::Model| view(w, waiting.get(&w.id).copied().unwrap_or_default(), now);
    Ok(Page { items: rows.iter().map(show).collect::<Result<_>>()?, next_cursor })
}

/// A webhook of a partner.
pub async fn find(hooks: &Webhooks, partner: PartnerId, id: WebhookId) -> Result<webhooks::Model> {
    store::find(hooks.store.fresh(), partner, id).await?.ok_or_else(|| Code::NotFound.into())
}

/// A webhook as it is shown, with what waits for it.
pub async fn shown(hooks: &Webhooks, webhook: &webhooks::Model) -> Result<Webhook> {
    let waiting = store::waiting(hooks.store.fresh(), &[webhook.id]).await?;
    view(webhook, waiting.get(&webhook.id).copied().unwrap_or_default(), hooks.clock.now())
}

fn view(webhook: &webhooks::Model, waiting: u32, now: DateTime<Utc>) -> Result<Webhook> {
    let old_secret_until = webhook.old_secret_until.map(from_ms).filter(|until| *until > now);
    Ok(Webhook {
        id: WebhookId(webhook.id),
        url: webhook.url.clone(),
        description: webhook.description.clone(),
        kinds: Vec::deserialize(&webhook.kinds).map_err(Error::internal)?,
        enabled: webhook.disabled_at.is_none(),
        disabled_reason: webhook.disabled_reason.as_deref().and_then(DisabledReason::from_name),
        disabled_at: webhook.disabled_at.map(from_ms),
        failing_since: webhook.failing_since.map(from_ms),
        waiting,
        old_secret_until,
        created_at: from_ms(webhook.created_at),
        version: u32::try_from(webhook.version).unwrap_or_default(),
    })
}

/// Makes a webhook; its secret is shown this once.
pub async fn create(hooks: &Webhooks, doing: &Doing, new: &NewWebhook) -> Result<WebhookSecret> {
    let url = check_url(hooks, &new.url)?;
    let (id, secret) = (Uuid::now_v7(), new_secret());
    let webhook = webhooks::Model {
        id,
        partner_id: doing.partner.0,
        url,
        description: told(new.description.as_deref()),
        kinds: json!(sorted(&new.kinds)),
        secret: hooks.vault.seal(id, &secret)?,
        old_secret: None,
        old_secret_until: None,
        disabled_at: None,
        disabled_reason: None,
        failing_since: None,
        created_at: to_ms(doing.now),
        version: 1,
    };
    hooks
        .store
        .transaction(async |tx| {
            store::hold(tx, doing.partner).await?;
            if store::all(tx, doing.partner).await?.len() >= WEBHOOKS_MAX {
                return Err(Error::new(Code::LimitReached).with("max", WEBHOOKS_MAX));
            }
            store::insert(tx, webhook.clone()).await?;
            Ok(note(tx, doing, &webhook, "webhook.create").await?)
        })
        .await?;
    listening::refresh(hooks.store.fresh()).await?;
    Ok(WebhookSecret { webhook: view(&webhook, 0, doing.now)?, secret: secret_text(&secret) })
}

/// Changes a webhook. Where it is switched on, failures are forgotten, and what waits is sent now.
pub async fn change(
    hooks: &Webhooks,
    doing: &Doing,
    webhook: &webhooks::Model,
    expected: &IfMatch,
    change: ChangeWebhook,
) -> Result<Webhook> {
    expected.check(u32::try_from(webhook.version).unwrap_or_default())?;
    let mut next = webhooks::Model { version: webhook.version + 1, ..webhook.clone() };
    if let Some(url) = change.url {
        next.url = check_url(hooks, &url)?;
    }
    if let Some(description) = change.description {
        next.description = told(Some(&description));
    }
    if let Some(kinds) = change.kinds {
        next.kinds = json!(sorted(&kinds));
    }
    match change.enabled {
        Some(false) if next.disabled_at.is_none() => {
            next.disabled_at = Some(to_ms(doing.now));
            next.disabled_reason = Some(DisabledReason::ByHand.as_str().to_owned());
        }
        Some(true) => {
            next.disabled_at = None;
            next.disabled_reason = None;
            next.failing_since = None;
        }
        _ => {}
    }
    hooks
        .store
        .transaction(async |tx| {
            if !store::update(tx, &next).await? {
                return Err(Code::StaleVersion.into());
            }
            if change.enabled == Some(true) {
                store::hurry(tx, next.id, to_ms(doing.now)).await?;
            }
            Ok(note(tx, doing, &next, "webhook.change").await?)
        })
        .await?;
    listening::refresh(hooks.store.fresh()).await?;
    PUT_DOWN.notify_one();
    shown(hooks, &next).await
}

/// Removes a webhook. What waits for it is not sent, and its log is no longer seen.
pub async fn delete(hooks: &Webhooks, doing: &Doing, webhook: &webhooks::Model, expected: &IfMatch) -> Result<()> {
    expected.check(u32::try_from(webhook.version).unwrap_or_default())?;
    hooks
        .store
        .transaction(async |tx| {
            if !store::delete(tx, webhook.id, webhook.version).await? {
                return Err(Code::StaleVersion.into());
            }
            Ok(note(tx, doing, webhook, "webhook.delete").await?)
        })
        .await?;
    Ok(listening::refresh(hooks.store.fresh()).await?)
}

/// Gives a webhook a new secret, which is shown this once; the former one signs, too, for as long as is asked.
pub async fn rotate(
    hooks: &Webhooks,
    doing: &Doing,
    webhook: &webhooks::Model,
    rotate: RotateSecret,
) -> Result<WebhookSecret> {
    let secret = new_secret();
    let until = (rotate.grace_hours > 0).then(|| to_ms(doing.now + TimeDelta::hours(i64::from(rotate.grace_hours))));
    let next = webhooks::Model {
        version: webhook.version + 1,
        secret: hooks.vault.seal(webhook.id, &secret)?,
        old_secret: until.map(|_| webhook.secret.clone()),
        old_secret_until: until,
        ..webhook.clone()
    };
    hooks
        .store
        .transaction(async |tx| {
            if !store::update(tx, &next).await? {
                return Err(Code::StaleVersion.into());
            }
            if webhook.failing_since.is_some() {
                // It may be the secret that could not be read.
                store::hurry(tx, next.id, to_ms(doing.now)).await?;
                tx.on_commit(|| PUT_DOWN.notify_one());
            }
            Ok(note(tx, doing, &next, "webhook.rotate_secret").await?)
        })
        .await?;
    Ok(WebhookSecret { webhook: shown(hooks, &next).await?, secret: secret_text(&secret) })
}

fn check_url(hooks: &Webhooks, url: &str) -> Result<String> {
    let read = address::read(url, hooks.allow_private).map_err(|unfit| match unfit {
        Unfit::Form => Error::invalid_at("/url", FieldCode::InvalidFormat),
        Unfit::Plain => Error::invalid_at("/url", FieldCode::HttpsOnly),
        Unfit::Private => Error::invalid_at("/url", FieldCode::PrivateAddress),
    })?;
    Ok(read.into())
}

/// A description that says something.
fn told(description: Option<&str>) -> Option<String> {
    description.map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// Kinds in the order in which they are shown.
fn sorted(kinds: &[EventKind]) -> Vec<EventKind> {
    EventKind::ALL.iter().copied().filter(|kind| kinds.contains(kind)).collect()
}

/// Notes a deed in the audit log, and lets other processes know. Of the address only the host is noted: the rest may
/// hold a secret.
async fn note(
    tx: &impl ConnectionTrait,
    doing: &Doing,
    webhook: &webhooks::Model,
    action: &'static str,
) -> Result<(), DbErr> {
    let host = reqwest::Url::parse(&webhook.url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned));
    let mut detail = json!({"partner": doing.slug, "host": host, "version": webhook.version});
    if let Some(key) = doing.actor.key() {
        detail["api_key"] = json!(key);
    }
    audit::record(tx, doing.actor.user(), action, format!("webhook:{}", webhook.id), detail, doing.now).await?;
    revisions::raise(tx, Revision::Webhooks).await
}
