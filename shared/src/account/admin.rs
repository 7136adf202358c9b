//! Accounts as the ministry sees them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Role;
use crate::{
    id::UserId,
    validate::{Validate, Violations},
};

/// An account as the ministry sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminUser {
    /// The account.
    pub id: UserId,
    /// Its address.
    pub email: String,
    /// Whether the address is confirmed.
    pub email_verified: bool,
    /// The name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Whether the ministry has confirmed the role.
    pub role_verified: bool,
    /// When they signed up.
    pub created_at: DateTime<Utc>,
}

/// Changes what somebody is; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// Another role. It counts as unverified unless `role_verified` says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Confirms the role, or takes that back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_verified: Option<bool>,
}

impl Validate for ChangeUser {
    fn check(&self, _: &mut Violations) {}
}
