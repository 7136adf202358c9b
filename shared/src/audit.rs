//! What ministry staff did.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::UserId;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// The entry.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; null for the operator at the command line.
    pub actor_id: Option<UserId>,
    /// What, as `user.change`.
    #[cfg_attr(feature = "openapi", schema(example = "user.change"))]
    pub action: String,
    /// To what, as `users/019a…`.
    pub subject: String,
    /// What belongs to the action, such as the values before and after.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub detail: serde_json::Value,
}
