//! The till: how a claim is turned into the thing that was promised.

mod sandbox;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::sandbox::{NewSandboxClaim, SandboxClaim};
use crate::{
    characters,
    claim::ClaimState,
    id::{ClaimId, OfferId, RedemptionId},
    names::names,
    offer::Kind,
    problem::FieldCode,
    text::LocalText,
    validate::{Validate, Violations},
};

names! {
    /// Where a redemption stands.
    RedemptionState {
        /// A till holds the claim; nobody else can use it until the hold runs out.
        Held = "held",
        /// The units have been used.
        Confirmed = "confirmed",
        /// The hold was released, or ran out: nothing was used.
        Released = "released",
        /// It was confirmed by mistake and taken back.
        Undone = "undone",
    }

    /// Why a code cannot be redeemed.
    NotRedeemable {
        /// It was typed or read wrongly: the signs do not fit together.
        Mistyped = "mistyped",
        /// There is no such code at this partner.
        Unknown = "unknown",
        /// Another till holds it.
        Held = "held",
        /// It has been used.
        Redeemed = "redeemed",
        /// The claimant gave it back.
        Cancelled = "cancelled",
        /// Its time is over.
        Expired = "expired",
    }
}

/// Seconds for which a till may hold a claim: the least, the usual, the most.
pub const HOLD_SECONDS: [u16; 3] = [30, 300, 900];
/// The longest receipt number.
pub const REFERENCE_MAX: usize = 64;
/// The longest text that is looked at as a code: twelve signs, with what people put in between.
pub const CODE_MAX: usize = 64;
/// The most units of one claim.
const QUANTITY_MAX: i64 = 1000;

/// Asks whether a code can be redeemed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckCode {
    /// The code as it was typed or scanned; small letters, what stands between the signs, and the keyboard do not matter.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, example = "7KQ4-M2XB-9TRD"))]
    pub code: String,
    /// The partner's name in addresses; only needed by people who work for several.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub partner: Option<String>,
}

/// What a code is worth now. Nothing in it says whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckedCode {
    /// Whether units of it can be redeemed now.
    pub valid: bool,
    /// Why not.
    pub reason: Option<NotRedeemable>,
    /// What it is for; null for a code that is not this partner's.
    pub offer: Option<RedeemedOffer>,
    /// Where the claim stands.
    pub state: Option<ClaimState>,
    /// Units that were claimed.
    pub quantity: Option<u32>,
    /// Units that can still be redeemed.
    pub left: Option<u32>,
    /// Until when the code may be used.
    pub expires_at: Option<DateTime<Utc>>,
    /// When units of it were last used.
    pub redeemed_at: Option<DateTime<Utc>>,
}

/// The part of an offer that a till shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RedeemedOffer {
    /// The offer.
    pub id: OfferId,
    /// The partner's own name for it.
    pub external_id: Option<String>,
    /// Its kind.
    pub kind: Kind,
    /// Its title.
    pub title: LocalText,
}

/// Holds a claim while the customer stands at the till: nobody else can use it, and its claimant cannot give it back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HoldCode {
    /// The code as it was typed or scanned.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, example = "7KQ4-M2XB-9TRD"))]
    pub code: String,
    /// The partner's name in addresses; only needed by people who work for several.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub partner: Option<String>,
    /// Units; all that are left where it is not said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub quantity: Option<u32>,
    /// For how long.
    #[serde(default = "usual_hold")]
    #[cfg_attr(feature = "openapi", schema(minimum = 30, maximum = 900, default = 300))]
    pub ttl_seconds: u16,
    /// The till's own number for it, such as that of the receipt; one redemption each. Sending it again for the same
    /// code answers the same redemption.
    #[serde(default, deserialize_with = "characters::read_optional")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub reference: Option<String>,
}

const fn usual_hold() -> u16 {
    HOLD_SECONDS[1]
}

/// Redeems a claim: by its code, or what is held by the redemption's id. One of the two.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmRedemption {
    /// The code as it was typed or scanned.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, example = "7KQ4-M2XB-9TRD"))]
    pub code: Option<String>,
    /// What is held.
    #[serde(default)]
    pub redemption_id: Option<RedemptionId>,
    /// The partner's name in addresses; only needed by people who work for several.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub partner: Option<String>,
    /// Units; all that are held or left where it is not said. The rest stays claimed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub quantity: Option<u32>,
    /// The till's own number for it, such as that of the receipt; one redemption each. Sending it again for the same
    /// code answers the same redemption.
    #[serde(default, deserialize_with = "characters::read_optional")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub reference: Option<String>,
}

/// Lets go of a claim that is held.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReleaseRedemption {
    /// What is held.
    pub redemption_id: RedemptionId,
    /// The partner's name in addresses; only needed by people who work for several.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub partner: Option<String>,
}

/// Takes a redemption back: its units can be redeemed again, if the claim's time is not over.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UndoRedemption {
    /// What was confirmed.
    pub redemption_id: RedemptionId,
    /// The partner's name in addresses; only needed by people who work for several.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub partner: Option<String>,
    /// Why, for the partner's own records.
    #[serde(default, deserialize_with = "characters::read_optional")]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub reason: Option<String>,
}

/// A redemption as the partner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RedemptionView {
    /// The redemption.
    pub id: RedemptionId,
    /// The partner's name in addresses.
    pub partner: String,
    /// What was redeemed.
    pub offer: RedeemedOffer,
    /// The claim.
    pub claim_id: ClaimId,
    /// The last group of the claim's code, to tell it from others.
    #[cfg_attr(feature = "openapi", schema(example = "9TRD"))]
    pub code_end: String,
    /// Where it stands.
    pub state: RedemptionState,
    /// Units that are held or were used.
    pub quantity: u32,
    /// Units of the claim that can still be redeemed, beside these.
    pub left: u32,
    /// The till's own number for it.
    pub reference: Option<String>,
    /// When it was held, or confirmed without a hold.
    pub created_at: DateTime<Utc>,
    /// Until when it is held; null where it was never held.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Until when it can be undone; null where it is not confirmed.
    pub undo_until: Option<DateTime<Utc>>,
    /// When it was released or undone.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it was undone.
    pub reason: Option<String>,
}

fn check_code(violations: &mut Violations, code: &str) {
    violations.typed("/code", code, 1, CODE_MAX);
}

fn check_place(violations: &mut Violations, partner: Option<&str>) {
    if let Some(partner) = partner {
        violations.typed("/partner", partner, 1, 64);
    }
}

fn check_deal(violations: &mut Violations, quantity: Option<u32>, reference: Option<&str>) {
    if let Some(quantity) = quantity {
        violations.range("/quantity", i64::from(quantity), 1, QUANTITY_MAX);
    }
    if let Some(reference) = reference {
        violations.text("/reference", reference, 1, REFERENCE_MAX);
    }
}

impl Validate for CheckCode {
    fn check(&self, violations: &mut Violations) {
        check_code(violations, &self.code);
        check_place(violations, self.partner.as_deref());
    }
}

impl Validate for HoldCode {
    fn check(&self, violations: &mut Violations) {
        check_code(violations, &self.code);
        check_place(violations, self.partner.as_deref());
        check_deal(violations, self.quantity, self.reference.as_deref());
        let [least, _, most] = HOLD_SECONDS.map(i64::from);
        violations.range("/ttl_seconds", i64::from(self.ttl_seconds), least, most);
    }
}

impl Validate for ConfirmRedemption {
    fn check(&self, violations: &mut Violations) {
        match (&self.code, self.redemption_id) {
            (Some(code), None) => check_code(violations, code),
            (None, Some(_)) => {}
            (None, None) => violations.add("/code", FieldCode::Required),
            (Some(_), Some(_)) => violations.add("/redemption_id", FieldCode::NotAllowed),
        }
        check_place(violations, self.partner.as_deref());
        check_deal(violations, self.quantity, self.reference.as_deref());
    }
}

impl Validate for ReleaseRedemption {
    fn check(&self, violations: &mut Violations) {
        check_place(violations, self.partner.as_deref());
    }
}

impl Validate for UndoRedemption {
    fn check(&self, violations: &mut Violations) {
        check_place(violations, self.partner.as_deref());
        if let Some(reason) = &self.reason {
            violations.text("/reason", reason, 0, 500);
        }
    }
}
