//! Claims by nobody, with which programs try their till.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::QUANTITY_MAX;
use crate::{
    code::ClaimCode,
    id::{ClaimId, OfferId},
    validate::{Validate, Violations},
};

/// Claims an offer of the sandbox, so that a program can try its till.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSandboxClaim {
    /// A published offer of the sandbox.
    pub offer_id: OfferId,
    /// How many units.
    #[serde(default = "one")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000, default = 1))]
    pub quantity: u32,
}

const fn one() -> u32 {
    1
}

/// A claim in the sandbox, by nobody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SandboxClaim {
    /// The claim.
    pub id: ClaimId,
    /// What was claimed.
    pub offer_id: OfferId,
    /// What a claimant would show.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "7KQ4-M2XB-9TRD", pattern = "^[2-9A-HJ-NP-TV-Z]{4}-[2-9A-HJ-NP-TV-Z]{4}-[2-9A-HJ-NP-TV-Z]{4}$"))]
    pub code: ClaimCode,
    /// For `code_pool`: the partner's own code.
    pub partner_code: Option<String>,
    /// Units.
    pub quantity: u32,
    /// Until when the code may be used.
    pub expires_at: DateTime<Utc>,
}

impl Validate for NewSandboxClaim {
    fn check(&self, violations: &mut Violations) {
        violations.range("/quantity", i64::from(self.quantity), 1, QUANTITY_MAX);
    }
}
