//! Public figures.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The platform in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// Accounts.
    pub users: u64,
    /// Verified educators.
    pub educators: u64,
    /// People who used the platform in the last 30 days (Asia/Baku days, today included).
    pub active_users_30d: u64,
    /// Partners.
    pub partners: u64,
    /// Offers that can be claimed now.
    pub offers_open: u64,
    /// Claims made in this calendar month that were not given back.
    pub claims_this_month: u64,
    /// Claims made since the beginning that were not given back.
    pub claims_total: u64,
    /// When the figures were read, to the minute.
    pub as_of: DateTime<Utc>,
}
