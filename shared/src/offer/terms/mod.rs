//! The typed terms of each kind of offer. A figure that is `null` has not been published yet; it is shown as such.
//!
//! Wherever terms are sent they carry their offer's kind as `kind`, so that a program that reads them knows which they are;
//! in memory the offer's own kind says it.

mod read;
#[cfg(feature = "openapi")]
mod schema;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::read::read_fields;
pub(super) use self::read::{KIND, settled};
use super::names::Kind;
use crate::{
    money::Money,
    problem::FieldCode,
    text::LocalText,
    validate::{Validate, Violations},
};

macro_rules! terms {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            #[serde(deny_unknown_fields, default)]
            pub struct $name {
                $($(#[$fdoc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)+
            }
        )+

        /// The terms of an offer; which ones, their `kind` says, which is the offer's.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Terms {
            $($(#[$doc])* $name($name),)+
        }

        impl Terms {
            /// Their kind.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name(_) => Kind::$name,)+ }
            }

            /// The figures that are published, without their kind.
            pub fn figures(&self) -> Map<String, Value> {
                let written = match self { $(Self::$name(terms) => serde_json::to_value(terms),)+ };
                if let Ok(Value::Object(figures)) = written { figures } else { Map::new() }
            }

            /// Reads the terms of `kind`; notes at which place they are wrong.
            pub fn read(kind: Kind, json: &Map<String, Value>, violations: &mut Violations) -> Option<Self> {
                match kind { $(Kind::$name => read_fields(kind, json, violations).map(Self::$name),)+ }
            }
        }

        impl Validate for Terms {
            fn check(&self, violations: &mut Violations) {
                match self { $(Self::$name(terms) => terms.check(violations),)+ }
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for Terms {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                schema::union(&[$((stringify!($name), Kind::$name)),+])
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for Terms {
            fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
                $(
                    <$name as utoipa::ToSchema>::schemas(schemas);
                    let of_kind = schema::of_kind(<$name as utoipa::PartialSchema>::schema(), Kind::$name);
                    schemas.push((stringify!($name).to_owned(), of_kind));
                )+
            }
        }
    };
}

terms! {
    /// A package of internet.
    InternetPackage {
        /// Data in megabytes (10⁶ bytes), each month.
        data_mb: u32,
        /// Speed in megabits a second.
        speed_mbps: u32,
        /// How many months it lasts.
        months: u16,
        /// What it costs each month; 0 is free.
        price: Money,
    }

    /// A tariff at a lower price.
    DiscountedTariff {
        /// The usual price, each month.
        old_price: Money,
        /// The price for the audience, each month.
        new_price: Money,
        /// Data in megabytes (10⁶ bytes), each month.
        data_mb: u32,
        /// Speed in megabits a second.
        speed_mbps: u32,
        /// How many months the lower price holds.
        months: u16,
    }

    /// Devices as a gift.
    DeviceGrant {
        /// What it is.
        device: LocalText,
        /// What it is for.
        purpose: LocalText,
        /// What it costs; 0 is free.
        price: Money,
    }

    /// A device at a lower price.
    DiscountedDevice {
        /// What it is.
        device: LocalText,
        /// The usual price.
        old_price: Money,
        /// The price for the audience.
        new_price: Money,
        /// Guarantee, in months.
        guarantee_months: u16,
    }

    /// A credit over a long time.
    LongTermCredit {
        /// The least that is lent.
        amount_min: Money,
        /// The most that is lent.
        amount_max: Money,
        /// Over how many months at most.
        months: u16,
        /// Interest a year in hundredths of a per cent: 1250 is 12.5 %.
        yearly_rate_bp: u32,
    }

    /// A course.
    Course {
        /// Hours in all.
        hours: u16,
        /// The first day.
        starts_on: NaiveDate,
        /// The last day.
        ends_on: NaiveDate,
        /// Where; left out when it is online.
        place: LocalText,
        /// What it costs; 0 is free.
        price: Money,
    }

    /// An event.
    Event {
        /// When it begins.
        begins_at: DateTime<Utc>,
        /// Where.
        place: LocalText,
        /// What a ticket costs; 0 is free.
        price: Money,
    }
}

fn money(violations: &mut Violations, pointer: &str, amount: Option<Money>) {
    if let Some(money) = amount {
        violations.range(&format!("{pointer}/amount_minor"), money.amount_minor, 0, Money::MAX_MINOR);
    }
}

fn number(violations: &mut Violations, pointer: &str, value: Option<impl Into<i64>>, min: i64, max: i64) {
    if let Some(value) = value {
        violations.range(pointer, value.into(), min, max);
    }
}

fn text(violations: &mut Violations, pointer: &str, text: Option<&LocalText>) {
    if let Some(text) = text {
        text.check(pointer, 300, violations);
    }
}

fn discount(violations: &mut Violations, old: Option<Money>, new: Option<Money>) {
    money(violations, "/terms/old_price", old);
    money(violations, "/terms/new_price", new);
    if let (Some(old), Some(new)) = (old, new) {
        violations.require(new.amount_minor < old.amount_minor, "/terms/new_price", FieldCode::NotLess);
    }
}

/// Ten terabytes a month: more is a slip of the pen.
const DATA_MAX_MB: i64 = 10_000_000;
const SPEED_MAX_MBPS: i64 = 100_000;
const MONTHS_MAX: i64 = 480;

impl Validate for InternetPackage {
    fn check(&self, v: &mut Violations) {
        number(v, "/terms/data_mb", self.data_mb, 1, DATA_MAX_MB);
        number(v, "/terms/speed_mbps", self.speed_mbps, 1, SPEED_MAX_MBPS);
        number(v, "/terms/months", self.months, 1, MONTHS_MAX);
        money(v, "/terms/price", self.price);
    }
}

impl Validate for DiscountedTariff {
    fn check(&self, v: &mut Violations) {
        discount(v, self.old_price, self.new_price);
        number(v, "/terms/data_mb", self.data_mb, 1, DATA_MAX_MB);
        number(v, "/terms/speed_mbps", self.speed_mbps, 1, SPEED_MAX_MBPS);
        number(v, "/terms/months", self.months, 1, MONTHS_MAX);
    }
}

impl Validate for DeviceGrant {
    fn check(&self, v: &mut Violations) {
        text(v, "/terms/device", self.device.as_ref());
        text(v, "/terms/purpose", self.purpose.as_ref());
        money(v, "/terms/price", self.price);
    }
}

impl Validate for DiscountedDevice {
    fn check(&self, v: &mut Violations) {
        text(v, "/terms/device", self.device.as_ref());
        discount(v, self.old_price, self.new_price);
        number(v, "/terms/guarantee_months", self.guarantee_months, 0, MONTHS_MAX);
    }
}

impl Validate for LongTermCredit {
    fn check(&self, v: &mut Violations) {
        money(v, "/terms/amount_min", self.amount_min);
        money(v, "/terms/amount_max", self.amount_max);
        if let (Some(min), Some(max)) = (self.amount_min, self.amount_max) {
            v.require(min.amount_minor <= max.amount_minor, "/terms/amount_min", FieldCode::NotLess);
        }
        number(v, "/terms/months", self.months, 1, MONTHS_MAX);
        number(v, "/terms/yearly_rate_bp", self.yearly_rate_bp, 0, 10_000);
    }
}

impl LongTermCredit {
    /// The monthly payment in minor units for a credit of `amount_minor`, as an annuity, rounded up; nothing where the
    /// months or the rate are not published.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // Amounts are below 2⁵³ by validation.
    pub fn monthly_payment(&self, amount_minor: i64) -> Option<i64> {
        let months = i32::from(i16::try_from(self.months?).ok()?);
        let rate = f64::from(self.yearly_rate_bp?) / 10_000.0 / 12.0;
        let amount = amount_minor as f64;
        let payment =
            if rate == 0.0 { amount / f64::from(months) } else { amount * rate / (1.0 - (1.0 + rate).powi(-months)) };
        Some(payment.ceil() as i64)
    }
}

impl Validate for Course {
    fn check(&self, v: &mut Violations) {
        number(v, "/terms/hours", self.hours, 1, 10_000);
        text(v, "/terms/place", self.place.as_ref());
        money(v, "/terms/price", self.price);
        v.day("/terms/starts_on", self.starts_on);
        v.day("/terms/ends_on", self.ends_on);
        if let (Some(starts), Some(ends)) = (self.starts_on, self.ends_on) {
            v.require(starts <= ends, "/terms/ends_on", FieldCode::NotAfter);
        }
    }
}

impl Validate for Event {
    fn check(&self, v: &mut Violations) {
        v.time("/terms/begins_at", self.begins_at);
        text(v, "/terms/place", self.place.as_ref());
        money(v, "/terms/price", self.price);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_annuity_pays_the_credit_back() {
        let credit = LongTermCredit { months: Some(12), yearly_rate_bp: Some(1200), ..LongTermCredit::default() };
        assert_eq!(credit.monthly_payment(100_000), Some(8885));
        let free = LongTermCredit { months: Some(10), yearly_rate_bp: Some(0), ..LongTermCredit::default() };
        assert_eq!(free.monthly_payment(100_000), Some(10_000));
        assert_eq!(LongTermCredit::default().monthly_payment(100_000), None);
    }
}
