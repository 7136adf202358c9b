//! Messages, and what became of sending them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AttemptFailure, DeliveryState, EventKind};
use crate::id::{DeliveryId, WebhookId};

/// One message to one webhook, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// The delivery.
    pub id: DeliveryId,
    /// To which webhook.
    pub webhook_id: WebhookId,
    /// The message's name, the same each time it is sent: the header `webhook-id`.
    pub message_id: String,
    /// What happened.
    pub kind: EventKind,
    /// What it happened to: messages of one subject arrive in order.
    pub subject: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it was put down to be sent.
    pub created_at: DateTime<Utc>,
    /// When it is tried next, if it is.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// The delivery that this one repeats by hand.
    pub repeats: Option<DeliveryId>,
    /// What is sent, byte by byte.
    pub body: String,
    /// The attempts that have ended, the first one first. One that the server did not survive is not among them.
    pub attempts: Vec<Attempt>,
}

/// One attempt to get a message through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// Milliseconds until the answer was there, or until it was given up.
    pub duration_ms: u32,
    /// The headers that were sent.
    pub headers: Vec<SentHeader>,
    /// The status that was answered, if any was.
    pub status: Option<u16>,
    /// The beginning of the answer, up to 4 KiB.
    pub answer: Option<String>,
    /// Why it did not get through, if so.
    pub failure: Option<AttemptFailure>,
}

/// A header that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The body of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When it happened.
    pub timestamp: DateTime<Utc>,
    /// What is told of it.
    pub data: serde_json::Value,
}
