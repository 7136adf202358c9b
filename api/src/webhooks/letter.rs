//! Making a letter of what was taken: opening the secrets that sign it, and writing its body.

use chrono::{DateTime, Utc};
use shared::webhook::{AttemptFailure, EventKind, Message};

use super::{
    Webhooks, message_id,
    outbox::{Due, Parcel},
    send::Letter,
};
use crate::{
    error::{Error, Result},
    store::clock::{from_ms, to_ms},
};

/// A parcel with what is needed to send it, or why it cannot be sent.
pub fn letter(hooks: &Webhooks, webhook: &Due, parcel: &Parcel, now: DateTime<Utc>) -> Result<Letter, AttemptFailure> {
    let open = |secret: &[u8]| hooks.vault.unseal(webhook.id, secret).map_err(|_| AttemptFailure::Secret);
    let mut secrets = vec![open(&webhook.secret)?];
    // A former secret that cannot be opened is missed by those alone who have not taken the new one yet.
    let old = webhook.old_secret.as_ref().filter(|_| webhook.old_secret_until > Some(to_ms(now)));
    secrets.extend(old.and_then(|old| open(old).ok()));
    let data = serde_json::from_str(&parcel.data).map_err(|_| AttemptFailure::Unreadable)?;
    let body = body(&parcel.kind, parcel.at, data).map_err(|_| AttemptFailure::Unreadable)?;
    Ok(Letter { url: webhook.url.clone(), secrets, message_id: message_id(parcel.event_id), body })
}

/// The body of a message, the same each time it is sent.
pub fn body(kind: &str, at: i64, data: serde_json::Value) -> Result<String> {
    let kind = EventKind::from_name(kind).ok_or_else(|| Error::internal(format!("an event of the kind {kind}")))?;
    serde_json::to_string(&Message { kind, timestamp: from_ms(at), data }).map_err(Error::internal)
}
