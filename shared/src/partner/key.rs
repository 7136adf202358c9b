//! The keys of a partner's programs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{KeyMode, Scope};
use crate::{
    characters,
    id::{ApiKeyId, UserId},
    names::names,
    problem::{Code, FieldCode},
    validate::{Validate, Violations},
};

/// Longest name of a key, in characters.
pub const KEY_NAME_MAX: usize = 80;
/// Days that a key lasts when nothing else is said.
pub const KEY_DAYS: u16 = 90;
/// Days that a key can last, at most.
pub const KEY_DAYS_MAX: u16 = 365;
/// Live keys of one mode at once: two, so that one can be replaced without a gap.
pub const LIVE_KEYS: u32 = 2;
/// Hours that the old key goes on after it was rotated, when nothing else is said.
pub const GRACE_HOURS: u16 = 24;
/// Hours that it can go on, at most.
pub const GRACE_HOURS_MAX: u16 = 72;
/// Errors of a key that are shown, the newest first.
pub const KEY_ERRORS: usize = 5;

names! {
    /// Whether a key works.
    KeyState {
        /// It works.
        Live = "live",
        /// It was rotated, and works for some hours more: `revoked_at` says until when.
        Ending = "ending",
        /// Its time is over.
        Expired = "expired",
        /// It was revoked.
        Revoked = "revoked",
    }
}

/// Makes a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for, in your own words.
    #[serde(deserialize_with = "characters::read")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 80))]
    pub name: String,
    /// Where it works: `live`, or `test` in the partner's sandbox alone.
    pub mode: KeyMode,
    /// What it lets a program do; at least one.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 6))]
    pub scopes: Vec<Scope>,
    /// Days that it lasts: 1 to 365; 90 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 365, default = 90))]
    pub expires_in_days: Option<u16>,
}

impl Validate for NewApiKey {
    fn check(&self, v: &mut Violations) {
        v.text("/name", &self.name, 1, KEY_NAME_MAX);
        v.require(!self.scopes.is_empty(), "/scopes", FieldCode::Required);
        v.set("/scopes", &self.scopes, Scope::ALL.len());
        check_days(self.expires_in_days, v);
    }
}

fn check_days(days: Option<u16>, v: &mut Violations) {
    if let Some(days) = days {
        v.range("/expires_in_days", i64::from(days), 1, i64::from(KEY_DAYS_MAX));
    }
}

/// Replaces a key by a new one with the same name, mode and scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RotateApiKey {
    /// Hours that the old key goes on working: 0 to 72; 24 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 72, default = 24))]
    pub grace_hours: Option<u16>,
    /// Days that the new key lasts: 1 to 365; 90 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 365, default = 90))]
    pub expires_in_days: Option<u16>,
}

impl Validate for RotateApiKey {
    fn check(&self, v: &mut Violations) {
        if let Some(hours) = self.grace_hours {
            v.range("/grace_hours", i64::from(hours), 0, i64::from(GRACE_HOURS_MAX));
        }
        check_days(self.expires_in_days, v);
    }
}

/// A key and how it fares; never its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyView {
    /// The key; it also stands in its text.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// Where it works.
    pub mode: KeyMode,
    /// What it lets a program do.
    pub scopes: Vec<Scope>,
    /// Whether it works.
    pub state: KeyState,
    /// Who made it, while that account is there.
    pub created_by: Option<UserId>,
    /// Whether whoever made it no longer owns the partner: it should be replaced or revoked.
    pub maker_left: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it lasts.
    pub expires_at: DateTime<Utc>,
    /// From when it was revoked; in the future while it is `ending`.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The last call, some seconds late.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Calls with it.
    pub calls: u64,
    /// Calls that were answered with 400 or above.
    pub refusals: u64,
    /// The last five of them, the newest first.
    pub last_errors: Vec<KeyError>,
}

/// A call with a key that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyError {
    /// When.
    pub at: DateTime<Utc>,
    /// What was called, as the OpenAPI document writes it: `POST /api/v1/partners/{slug}/offers`.
    pub operation: String,
    /// The status of the answer.
    pub status: u16,
    /// Why.
    pub code: Code,
}

/// A key that was just made. Its text is here this once and kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeApiKey {
    /// The key.
    pub key: ApiKeyView,
    /// Its text, for `Authorization: Bearer`.
    #[cfg_attr(feature = "openapi", schema(example = "vm_live_<id>_<secret>_<crc>"))]
    pub text: String,
}
