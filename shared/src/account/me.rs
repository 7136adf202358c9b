//! One's own account.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{NAME_MAX, Role, check_password};
use crate::{
    characters,
    id::{ClaimId, OfferId, SessionId, UserId},
    problem::FieldCode,
    text::Lang,
    validate::{Validate, Violations},
};

/// Somebody's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account.
    pub id: UserId,
    /// Where mails go, and the name for signing in.
    pub email: String,
    /// Whether the link in the confirmation was followed.
    pub email_verified: bool,
    /// How to address them.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Whether the ministry has confirmed the role (always true of learners and admins).
    pub role_verified: bool,
    /// The language of mails.
    pub lang: Lang,
    /// When they signed up.
    pub created_at: DateTime<Utc>,
    /// Where they are signed in.
    pub sessions: Vec<SessionView>,
}

/// A sign-in on one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// For `POST /auth/logout`.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The browser or program, as it named itself.
    pub user_agent: Option<String>,
    /// The sign-in.
    pub created_at: DateTime<Utc>,
    /// The last renewal.
    pub last_used_at: DateTime<Utc>,
}

/// Ends sessions.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Logout {
    /// Another of one's own sessions; the present one when left out.
    #[serde(default)]
    pub session_id: Option<SessionId>,
    /// All of one's sessions.
    #[serde(default)]
    pub everywhere: bool,
}

impl Validate for Logout {
    fn check(&self, violations: &mut Violations) {
        violations.require(!(self.everywhere && self.session_id.is_some()), "/session_id", FieldCode::NotAllowed);
    }
}

/// Changes one's own account; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeMe {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "characters::read_optional")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub name: Option<String>,
    /// Another language for mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<Lang>,
    /// A new password; signs out all other sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 10, max_length = 128, format = "password"))]
    pub new_password: Option<String>,
    /// Needed with `new_password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, format = "password"))]
    pub current_password: Option<String>,
}

impl Validate for ChangeMe {
    fn check(&self, violations: &mut Violations) {
        if let Some(name) = &self.name {
            violations.name("/name", name, NAME_MAX);
        }
        if let Some(password) = &self.new_password {
            check_password("/new_password", password, &[], violations);
            violations.require(self.current_password.is_some(), "/current_password", FieldCode::Required);
        }
    }
}

/// Deletes one's own account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteMe {
    /// The present password, so that an unlocked phone is not enough.
    #[cfg_attr(feature = "openapi", schema(format = "password", min_length = 1, max_length = 128))]
    pub current_password: String,
}

impl Validate for DeleteMe {
    fn check(&self, violations: &mut Violations) {
        violations.require(!self.current_password.is_empty(), "/current_password", FieldCode::Required);
    }
}

/// Everything that is kept about somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Export {
    /// The account and where it is signed in.
    pub account: Me,
    /// The last day (Asia/Baku) on which they were here.
    pub last_active_on: Option<NaiveDate>,
    /// All claims, the oldest first.
    pub claims: Vec<ExportedClaim>,
}

/// A claim as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedClaim {
    /// The claim.
    pub id: ClaimId,
    /// What was claimed.
    pub offer_id: OfferId,
    /// The month for which it was claimed, as `202611`; 0 when the offer is claimed once.
    pub period: i32,
    /// Units.
    pub quantity: i32,
    /// The code, without dashes.
    pub code: String,
    /// The partner's own code, where the offer hands out those.
    pub partner_code: Option<String>,
    /// Where it stands.
    pub state: String,
    /// When it was claimed.
    pub created_at: DateTime<Utc>,
    /// Until when the code may be used.
    pub expires_at: DateTime<Utc>,
    /// When it was used, given back or expired.
    pub ended_at: Option<DateTime<Utc>>,
}
