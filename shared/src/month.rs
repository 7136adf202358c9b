//! Calendar months in Asia/Baku, as the periods of monthly offers.

use std::fmt;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, TimeZone, Utc};

/// Asia/Baku is UTC+04:00, without summer time, since 2016 (IANA tz database, zone `Asia/Baku`). The offset stands here
/// so that the page agrees with the server without carrying a time-zone database over a weak connection; a test of the
/// server holds it against that database.
pub const BAKU_OFFSET_SECONDS: i32 = 4 * 3600;

fn baku() -> FixedOffset {
    // In range for any i32 below a day; UTC is the harmless fallback that the type asks for.
    FixedOffset::east_opt(BAKU_OFFSET_SECONDS).unwrap_or(FixedOffset::east_opt(0).unwrap_or_else(|| Utc.fix()))
}

use chrono::Offset as _;

/// A calendar month in Baku; its number is year × 100 + month (`202611`), which sorts as months do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month that `at` falls into.
    pub fn of(at: DateTime<Utc>) -> Self {
        let local = at.with_timezone(&baku());
        Self(local.year() * 100 + i32::try_from(local.month()).unwrap_or(1))
    }

    /// Its number, `202611` for November 2026.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The first day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0 / 100, u32::try_from(self.0 % 100).unwrap_or(1), 1).unwrap_or_default()
    }

    /// The instant at which it begins.
    pub fn starts_at(self) -> DateTime<Utc> {
        start_of_day(self.first_day())
    }

    /// The instant at which the next one begins.
    pub fn ends_at(self) -> DateTime<Utc> {
        start_of_day(self.first_day().checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX))
    }
}

impl fmt::Display for Month {
    /// As `2026-11`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 100, self.0 % 100)
    }
}

/// The calendar day in Baku that `at` falls on.
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&baku()).date_naive()
}

/// The instant at which a day begins in Baku.
pub fn start_of_day(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(0, 0, 0)
        .and_then(|midnight| baku().from_local_datetime(&midnight).single())
        .map_or(DateTime::<Utc>::MAX_UTC, |at| at.with_timezone(&Utc))
}

/// The day `days` before this one.
pub fn days_before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_in_baku() {
        let last = "2026-11-30T19:59:59Z".parse().unwrap();
        let first = "2026-11-30T20:00:00Z".parse().unwrap();
        assert_eq!(Month::of(last).number(), 202_611);
        assert_eq!(Month::of(first).number(), 202_612);
        assert_eq!(Month::of(last).ends_at(), first);
        assert_eq!(Month::of(first).ends_at(), "2026-12-31T20:00:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(Month::of(first).to_string(), "2026-12");
    }
}
