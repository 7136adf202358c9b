//! Partners, as everybody sees them.

use serde::{Deserialize, Serialize};

use crate::{id::PartnerId, text::LocalText};

/// A partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerView {
    /// The partner.
    pub id: PartnerId,
    /// Its name in addresses: small letters, digits, dashes.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is, if it has told.
    pub about: Option<LocalText>,
    /// Its own site.
    pub website: Option<String>,
    /// Offers that everybody sees now.
    pub offers: u32,
}
