//! Webhooks: what a partner's programs are told, and what became of telling them.
//!
//! A message follows the Standard Webhooks specification: a POST with the headers `webhook-id`, `webhook-timestamp` and
//! `webhook-signature`, whose body is a [`Message`]. A receiver answers with a 2xx within 15 seconds, and takes a
//! `webhook-id` that it knows already for the same message sent again.

mod delivery;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::delivery::{Attempt, Delivery, Message, SentHeader};
use crate::{
    characters,
    id::WebhookId,
    names::names,
    problem::FieldCode,
    validate::{Validate, Violations},
};

/// The longest address, in characters.
pub const URL_MAX: usize = 500;
/// The longest description, in characters.
pub const DESCRIPTION_MAX: usize = 120;
/// Webhooks that a partner may have; its sandbox has as many of its own.
pub const WEBHOOKS_MAX: usize = 10;
/// Hours that the former secret goes on signing after a rotation, when nothing is said.
pub const GRACE_HOURS_DEFAULT: u8 = 24;
/// The most hours that the former secret goes on signing.
pub const GRACE_HOURS_MAX: u8 = 72;
/// Bytes of an answer that the log keeps.
pub const ANSWER_MAX: usize = 4096;

names! {
    /// What happened.
    EventKind {
        /// Somebody claimed an offer.
        ClaimCreated = "claim.created",
        /// A claimant gave a claim back.
        ClaimCancelled = "claim.cancelled",
        /// A claim was not used in time.
        ClaimExpired = "claim.expired",
        /// A till holds a claim.
        RedemptionHeld = "redemption.held",
        /// A hold was released, or ran out.
        RedemptionReleased = "redemption.released",
        /// A claim was redeemed, whole or in part.
        RedemptionConfirmed = "redemption.confirmed",
        /// A redemption was undone.
        RedemptionUndone = "redemption.undone",
        /// Half, nine tenths or all of an offer's quota is claimed.
        QuotaWarning = "quota.warning",
        /// Half, a tenth or none of an offer's own codes are left.
        CodesLow = "codes.low",
        /// An upload has been worked through, or stopped.
        ImportFinished = "import.finished",
        /// The ministry approved or refused an offer, or an edit of one.
        OfferReviewed = "offer.reviewed",
        /// Sent by the test button.
        Test = "test",
    }

    /// Why nothing is sent to a webhook.
    DisabledReason {
        /// Somebody switched it off.
        ByHand = "by_hand",
        /// Nothing got through for about three days.
        Failing = "failing",
        /// The receiver answered 410 Gone: it wants no more messages.
        Gone = "gone",
    }

    /// Where a delivery stands.
    DeliveryState {
        /// It is to be sent, for the first time or again.
        Waiting = "waiting",
        /// The receiver answered with a 2xx.
        Delivered = "delivered",
        /// It was tried for about three days, or the receiver is gone; it can be sent again by hand.
        Failed = "failed",
    }

    /// Why an attempt did not get through.
    AttemptFailure {
        /// The answer was not a 2xx; redirects are not followed.
        Status = "status",
        /// There was no answer within 15 seconds.
        Timeout = "timeout",
        /// Nobody took the connection, or it broke.
        NoConnection = "no_connection",
        /// The host's name has no address.
        NoAddress = "no_address",
        /// The host is not on the public internet.
        PrivateAddress = "private_address",
        /// The certificate is not valid, or TLS failed in another way.
        Tls = "tls",
        /// Nothing was sent: the webhook's secret cannot be read here any more. A new one mends that.
        Secret = "secret",
        /// Nothing was sent: the message cannot be read here.
        Unreadable = "unreadable",
    }
}

/// A webhook as it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Where messages go: an `https` address on the public internet, without a user name or password in it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500, example = "https://example.com/market"))]
    pub url: String,
    /// What it is for, for the people at the desk.
    #[serde(default, deserialize_with = "characters::read_optional")]
    #[cfg_attr(feature = "openapi", schema(max_length = 120))]
    pub description: Option<String>,
    /// What is told; at least one. `test` is told anyway.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 11))]
    pub kinds: Vec<EventKind>,
}

/// A change of a webhook: what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeWebhook {
    /// As on making it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500))]
    pub url: Option<String>,
    /// As on making it; an empty one removes it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "characters::read_optional")]
    #[cfg_attr(feature = "openapi", schema(max_length = 120))]
    pub description: Option<String>,
    /// As on making it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 11))]
    pub kinds: Option<Vec<EventKind>>,
    /// Switches it off or on; on, what waits is sent at once, and failures are forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    /// The webhook.
    pub id: WebhookId,
    /// Where messages go.
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// What is told.
    pub kinds: Vec<EventKind>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Why nothing is sent, if so.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when nothing is sent.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Since when every attempt has failed; null while messages get through.
    pub failing_since: Option<DateTime<Utc>>,
    /// Deliveries that wait to be sent, for the first time or again.
    pub waiting: u32,
    /// Until when the former secret signs, too, after a rotation.
    pub old_secret_until: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Its version, also in the `ETag`, for `If-Match`.
    pub version: u32,
}

/// A webhook with its secret, which is shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookSecret {
    /// The webhook.
    pub webhook: Webhook,
    /// Signs its messages: `whsec_` and 32 bytes in base64.
    #[cfg_attr(feature = "openapi", schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))]
    pub secret: String,
}

/// A new secret for a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RotateSecret {
    /// Hours that the former secret goes on signing beside the new one; 0 ends it at once.
    #[serde(default = "usual_grace")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 72, default = 24))]
    pub grace_hours: u8,
}

fn usual_grace() -> u8 {
    GRACE_HOURS_DEFAULT
}

impl Default for RotateSecret {
    fn default() -> Self {
        Self { grace_hours: usual_grace() }
    }
}

impl Validate for NewWebhook {
    fn check(&self, v: &mut Violations) {
        check_url(v, &self.url);
        if let Some(description) = &self.description {
            v.text("/description", description, 0, DESCRIPTION_MAX);
        }
        check_kinds(v, &self.kinds);
    }
}

impl Validate for ChangeWebhook {
    fn check(&self, v: &mut Violations) {
        if let Some(url) = &self.url {
            check_url(v, url);
        }
        if let Some(description) = &self.description {
            v.text("/description", description, 0, DESCRIPTION_MAX);
        }
        if let Some(kinds) = &self.kinds {
            check_kinds(v, kinds);
        }
    }
}

impl Validate for RotateSecret {
    fn check(&self, v: &mut Violations) {
        v.range("/grace_hours", i64::from(self.grace_hours), 0, i64::from(GRACE_HOURS_MAX));
    }
}

/// The form of an address. Whether it is `https` and on the public internet is for the server to say, which may be told
/// to allow others in a demo.
fn check_url(v: &mut Violations, url: &str) {
    let before = v.len();
    v.typed("/url", url, 1, URL_MAX);
    if v.len() > before {
        return;
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#', '\\']).next()).unwrap_or_default();
    let plain = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    v.require(!host.is_empty() && !host.contains('@') && plain, "/url", FieldCode::InvalidFormat);
}

fn check_kinds(v: &mut Violations, kinds: &[EventKind]) {
    v.require(!kinds.is_empty(), "/kinds", FieldCode::Required);
    v.set("/kinds", kinds, EventKind::ALL.len() - 1);
    for (index, _) in kinds.iter().enumerate().filter(|(_, kind)| **kind == EventKind::Test) {
        v.add(&format!("/kinds/{index}"), FieldCode::NotAllowed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(url: &str, kinds: &[EventKind]) -> Vec<(String, FieldCode)> {
        let webhook = NewWebhook { url: url.to_owned(), description: None, kinds: kinds.to_vec() };
        webhook.violations().into_vec().into_iter().map(|v| (v.pointer, v.code)).collect()
    }

    #[test]
    fn addresses_and_kinds_are_held_to_their_form() {
        let claims = [EventKind::ClaimCreated];
        for good in ["https://a.az", "https://a.az:8443/x?y=1#z", "http://127.0.0.1:1/", "https://[2001:db8::1]/a@b"] {
            assert_eq!(wrong(good, &claims), [], "{good}");
        }
        for bad in
            ["a.az", "ftp://a.az", "https://", "https:///x", "https://kim@a.az", "https://k:p@a.az/", "https://a b"]
        {
            assert_eq!(wrong(bad, &claims), [("/url".to_owned(), FieldCode::InvalidFormat)], "{bad}");
        }
        assert_eq!(wrong("", &claims), [("/url".to_owned(), FieldCode::Required)]);
        let long = format!("https://a.az/{}", "x".repeat(URL_MAX));
        assert_eq!(wrong(&long, &claims), [("/url".to_owned(), FieldCode::TooLong)]);
        assert_eq!(wrong("https://a.az", &[]), [("/kinds".to_owned(), FieldCode::Required)]);
        let twice = [EventKind::ClaimCreated, EventKind::Test, EventKind::ClaimCreated];
        let expected = [("/kinds/2".to_owned(), FieldCode::Duplicate), ("/kinds/1".to_owned(), FieldCode::NotAllowed)];
        assert_eq!(wrong("https://a.az", &twice), expected);
    }
}
