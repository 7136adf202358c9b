//! Claims: one claimant's right to one offer in one period.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    code::ClaimCode,
    id::{ClaimId, OfferId},
    offer::{Fulfilment, Kind, PartnerRef, Period},
    text::LocalText,
    validate::{Validate, Violations},
};

/// The states of a claim: `active` → `held` → `redeemed`, or `cancelled`, or `expired`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
    /// The code may be used.
    Active,
    /// A till is about to redeem it.
    Held,
    /// The code has been used: all its units, or some of them before the rest was given back.
    Redeemed,
    /// The claimant gave it back.
    Cancelled,
    /// It was not used in time.
    Expired,
}

impl ClaimState {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Active, Self::Held, Self::Redeemed, Self::Cancelled, Self::Expired];

    /// As it stands in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Held => "held",
            Self::Redeemed => "redeemed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether it takes a unit of the quota and keeps its claimant from claiming again.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Active | Self::Held | Self::Redeemed)
    }

    /// Whether its claimant may give it back.
    pub const fn can_cancel(self) -> bool {
        matches!(self, Self::Active)
    }
}

/// Claims an offer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewClaim {
    /// How many units; more than one only where the offer allows it.
    #[serde(default = "one")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000, default = 1))]
    pub quantity: u32,
}

const fn one() -> u32 {
    1
}

impl Default for NewClaim {
    fn default() -> Self {
        Self { quantity: one() }
    }
}

impl Validate for NewClaim {
    fn check(&self, violations: &mut Violations) {
        violations.range("/quantity", i64::from(self.quantity), 1, 1000);
    }
}

/// A claim as its claimant sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimView {
    /// The claim.
    pub id: ClaimId,
    /// What was claimed, as it was called then.
    pub offer: ClaimedOffer,
    /// Where it stands.
    pub state: ClaimState,
    /// Units. Where some were used and the rest was given back or not used in time, those that were used.
    pub quantity: u32,
    /// Units that have been used.
    pub redeemed: u32,
    /// What to show at the till, in groups of four.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "7KQ4-M2XB-9TRD", pattern = "^[2-9A-HJ-NP-TV-Z]{4}-[2-9A-HJ-NP-TV-Z]{4}-[2-9A-HJ-NP-TV-Z]{4}$"))]
    pub code: ClaimCode,
    /// The code as a QR code: an SVG document, black on white.
    pub qr: String,
    /// For `code_pool`: the partner's own code, as long as the claim stands.
    pub partner_code: Option<String>,
    /// The month for which it was claimed, as `2026-11`; null when the offer is claimed once.
    pub period: Option<String>,
    /// When it was claimed.
    pub created_at: DateTime<Utc>,
    /// Until when the code may be used.
    pub expires_at: Option<DateTime<Utc>>,
    /// When units of it were last used.
    pub redeemed_at: Option<DateTime<Utc>>,
    /// When it was given back.
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// The part of an offer that belongs on a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimedOffer {
    /// The offer.
    pub id: OfferId,
    /// Its kind.
    pub kind: Kind,
    /// Who gives it.
    pub partner: PartnerRef,
    /// Its title.
    pub title: LocalText,
    /// How the claim is turned into the thing.
    pub fulfilment: Fulfilment,
    /// Where that happens, for `link`.
    pub link: Option<String>,
    /// How to use it, step by step.
    pub how_to_use: Vec<LocalText>,
}

/// A benefit that can be claimed every month, and when next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Allowance {
    /// The offer.
    pub offer_id: OfferId,
    /// Its title.
    pub title: LocalText,
    /// Who gives it.
    pub partner: PartnerRef,
    /// `once` or `monthly`.
    pub period: Period,
    /// The claim in the present period, if there is one.
    pub claim_id: Option<ClaimId>,
    /// Whether it could be claimed now (units left, not claimed yet).
    pub available: bool,
    /// When it can be claimed next: now or earlier if `available`; null if never again.
    pub next_available_at: Option<DateTime<Utc>>,
}
