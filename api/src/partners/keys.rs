//! Making, rotating and revoking keys. All is done under the partner's lock, so that keys that are made at once count
//! each other.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use serde_json::json;
use shared::{
    ApiKeyId, Code, Page, PartnerId, UserId,
    partner::{
        ApiKeyView, GRACE_HOURS, KEY_DAYS, KEY_ERRORS, KeyError, KeyMode, KeyState, LIVE_KEYS, MadeApiKey, NewApiKey,
        PartnerState, RotateApiKey, Scope,
    },
};
use uuid::Uuid;

use super::{Actor, key::KeyText, profile::one_line, store};
use crate::{
    audit,
    error::{Error, Result},
    http::cursor,
    store::{
        Store, Transaction,
        clock::{from_ms, to_ms},
        entities::{api_keys, partners},
    },
};

/// Tells this list's cursors from others.
const LIST: &str = "api-keys";

/// Makes a key. With the first test key of a partner, its sandbox is made.
pub async fn make(
    tx: &Transaction,
    actor: Actor,
    partner: PartnerId,
    input: &NewApiKey,
    now: DateTime<Utc>,
) -> Result<MadeApiKey> {
    let partner = store::lock(tx, partner).await?.ok_or(Code::NotFound)?;
    check_room(tx, &partner, input.mode, 0, now).await?;
    if input.mode == KeyMode::Test {
        make_sandbox(tx, &partner, now).await?;
    }
    let days = input.expires_in_days.unwrap_or(KEY_DAYS);
    let (row, text) = new(actor, partner.id, (&input.name, input.mode, &input.scopes), days, now)?;
    store::add_key(tx, row.clone()).await?;
    note(tx, actor, &row, "key.create", now).await?;
    Ok(MadeApiKey { key: view(row, Fare::default(), now)?, text })
}

fn new(
    actor: Actor,
    partner: Uuid,
    (name, mode, scopes): (&str, KeyMode, &[Scope]),
    days: u16,
    now: DateTime<Utc>,
) -> Result<(api_keys::Model, String)> {
    let key = KeyText::generate(mode);
    let row = api_keys::Model {
        id: key.id.into(),
        partner_id: partner,
        name: one_line(name),
        mode: mode.as_str().to_owned(),
        scopes: serde_json::to_value(scopes).map_err(Error::internal)?,
        hash: key.hash(),
        created_by: actor.user().map(Into::into),
        created_at: to_ms(now),
        expires_at: to_ms(now + TimeDelta::days(i64::from(days))),
        revoked_at: None,
        last_used_at: None,
    };
    Ok((row, key.text().to_owned()))
}

/// Refuses a third live key of a mode; `leaving` of the live ones end with the change.
async fn check_room(
    tx: &impl ConnectionTrait,
    partner: &partners::Model,
    mode: KeyMode,
    leaving: u64,
    now: DateTime<Utc>,
) -> Result<()> {
    let live = store::live_keys(tx, partner.id, mode, to_ms(now)).await?;
    if live.saturating_sub(leaving) >= u64::from(LIVE_KEYS) {
        return Err(Error::new(Code::TooManyKeys).with("max", LIVE_KEYS).with("mode", mode));
    }
    Ok(())
}

/// The partner's sandbox is a partner of its own, under a name that no address can have.
async fn make_sandbox(tx: &impl ConnectionTrait, partner: &partners::Model, now: DateTime<Utc>) -> Result<()> {
    let sandbox = partners::Model {
        id: Uuid::now_v7(),
        slug: format!("{}.sandbox", partner.slug),
        name: partner.name.clone(),
        about: None,
        website: None,
        created_at: to_ms(now),
        state: PartnerState::Sandbox.as_str().to_owned(),
        sandbox_of: Some(partner.id),
    };
    store::add(tx, sandbox).await?;
    Ok(())
}

/// Replaces a key by a new one with the same name, mode and scopes; the old one goes on for a while.
pub async fn rotate(
    tx: &Transaction,
    actor: Actor,
    partner: PartnerId,
    id: ApiKeyId,
    input: RotateApiKey,
    now: DateTime<Utc>,
) -> Result<MadeApiKey> {
    let partner = store::lock(tx, partner).await?.ok_or(Code::NotFound)?;
    let old = store::key(tx, PartnerId(partner.id), id).await?.ok_or(Code::NotFound)?;
    let state = state_of(&old, now);
    if state != KeyState::Live {
        return Err(Error::new(Code::StateConflict).with("state", state));
    }
    let grace = input.grace_hours.unwrap_or(GRACE_HOURS);
    let mode = mode_of(&old)?;
    check_room(tx, &partner, mode, u64::from(grace == 0), now).await?;
    let days = input.expires_in_days.unwrap_or(KEY_DAYS);
    let (row, text) = new(actor, partner.id, (&old.name, mode, &scopes_of(&old)?), days, now)?;
    store::add_key(tx, row.clone()).await?;
    store::revoke_key(tx, old.id, to_ms(now + TimeDelta::hours(i64::from(grace)))).await?;
    note(tx, actor, &old, "key.rotate", now).await?;
    note(tx, actor, &row, "key.create", now).await?;
    Ok(MadeApiKey { key: view(row, Fare::default(), now)?, text })
}

/// Ends a key at once, in every process: keys are looked up with each call. Again is fine.
pub async fn revoke(
    tx: &Transaction,
    actor: Actor,
    partner: PartnerId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<()> {
    let partner = store::lock(tx, partner).await?.ok_or(Code::NotFound)?;
    let row = store::key(tx, PartnerId(partner.id), id).await?.ok_or(Code::NotFound)?;
    if state_of(&row, now) != KeyState::Revoked {
        store::revoke_key(tx, row.id, to_ms(now)).await?;
        note(tx, actor, &row, "key.revoke", now).await?;
    }
    Ok(())
}

async fn note(
    tx: &impl ConnectionTrait,
    actor: Actor,
    row: &api_keys::Model,
    action: &'static str,
    now: DateTime<Utc>,
) -> Result<()> {
    let detail = json!({"key": row.id, "name": row.name, "mode": row.mode, "scopes": row.scopes});
    audit::record(tx, actor.user(), action, format!("partner:{}", row.partner_id), detail, now).await?;
    Ok(())
}

/// A page of a partner's keys with how they fare, the newest first.
pub async fn list(
    db: &Store,
    partner: PartnerId,
    limit: usize,
    after: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Page<ApiKeyView>> {
    let before = cursor::decode::<Uuid>(LIST, after)?;
    let mut rows = store::keys(db.fresh(), partner, before, limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut rows, limit, |last| last.id);
    let mut fares = fares(db, &rows).await?;
    let owners: HashSet<Uuid> = store::owners(db.fresh(), &[partner.0]).await?.iter().map(|o| o.user_id).collect();
    let views = rows.into_iter().map(|row| {
        let fare = fares.remove(&row.id).unwrap_or_default();
        let maker_left = !row.created_by.is_some_and(|maker| owners.contains(&maker));
        Ok(ApiKeyView { maker_left, ..view(row, fare, now)? })
    });
    Ok(Page { items: views.collect::<Result<_>>()?, next_cursor })
}

/// How a key fares.
#[derive(Debug, Default)]
struct Fare {
    calls: u64,
    refusals: u64,
    errors: Vec<KeyError>,
}

async fn fares(db: &Store, rows: &[api_keys::Model]) -> Result<HashMap<Uuid, Fare>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut fares: HashMap<Uuid, Fare> = HashMap::new();
    for (key, calls, refusals) in store::key_counts(db.fresh(), &ids).await? {
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        fares.insert(key, Fare { calls: count(calls), refusals: count(refusals), errors: Vec::new() });
    }
    for error in store::key_errors(db.fresh(), &ids).await? {
        let errors = &mut fares.entry(error.key_id).or_default().errors;
        let code = Code::ALL.iter().copied().find(|code| code.as_str() == error.code);
        if let Some(code) = code.filter(|_| errors.len() < KEY_ERRORS) {
            let status = u16::try_from(error.status).unwrap_or_default();
            errors.push(KeyError { at: from_ms(error.at), operation: error.operation, status, code });
        }
    }
    Ok(fares)
}

fn state_of(row: &api_keys::Model, now: DateTime<Utc>) -> KeyState {
    let now = to_ms(now);
    match row.revoked_at {
        Some(at) if at <= now => KeyState::Revoked,
        _ if row.expires_at <= now => KeyState::Expired,
        Some(_) => KeyState::Ending,
        None => KeyState::Live,
    }
}

fn mode_of(row: &api_keys::Model) -> Result<KeyMode> {
    KeyMode::from_name(&row.mode).ok_or_else(|| Error::internal("unknown mode of a key"))
}

fn scopes_of(row: &api_keys::Model) -> Result<Vec<Scope>> {
    Vec::<Scope>::deserialize(&row.scopes).map_err(Error::internal)
}

/// The view of a key whose maker is an owner.
fn view(row: api_keys::Model, fare: Fare, now: DateTime<Utc>) -> Result<ApiKeyView> {
    Ok(ApiKeyView {
        id: ApiKeyId(row.id),
        mode: mode_of(&row)?,
        scopes: scopes_of(&row)?,
        state: state_of(&row, now),
        created_by: row.created_by.map(UserId),
        maker_left: false,
        created_at: from_ms(row.created_at),
        expires_at: from_ms(row.expires_at),
        revoked_at: row.revoked_at.map(from_ms),
        last_used_at: row.last_used_at.map(from_ms),
        calls: fare.calls,
        refusals: fare.refusals,
        last_errors: fare.errors,
        name: row.name,
    })
}
