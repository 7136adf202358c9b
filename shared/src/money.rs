//! Money as integer minor units (ISO 4217): 12.50 AZN is 1250 qəpik. Never a floating-point number.

use serde::{Deserialize, Serialize};

use crate::object::objects;

/// The currencies that offers may be priced in (ISO 4217).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Currency {
    /// Azerbaijani manat; its minor unit is the qəpik, a hundredth.
    #[default]
    AZN,
}

/// An amount of money, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Money {
    /// Minor units (qəpik): 1250 is 12.50 AZN.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100_000_000_000_i64))]
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

objects!(Money);

impl Money {
    /// The most that a price or a credit may be: a thousand million manat.
    pub const MAX_MINOR: i64 = 100_000_000_000;

    /// So many qəpik.
    pub const fn azn_minor(amount_minor: i64) -> Self {
        Self { amount_minor, currency: Currency::AZN }
    }

    /// Costs nothing.
    pub const fn is_free(self) -> bool {
        self.amount_minor == 0
    }
}
