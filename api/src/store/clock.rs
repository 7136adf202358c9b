//! The one clock. Rules get the time as an argument; only the edges ask the clock. In the database an instant is a
//! BIGINT of milliseconds since 1970-01-01T00:00Z: the same bytes and the same order in both databases.

use chrono::{DateTime, TimeDelta, Utc};

/// The clock. Tests may set it ahead, in demo mode alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    ahead: TimeDelta,
}

impl Clock {
    /// A clock that goes `seconds` ahead of the machine's.
    pub fn ahead(seconds: i64) -> Self {
        Self { ahead: TimeDelta::try_seconds(seconds).unwrap_or_default() }
    }

    /// The present instant, in whole milliseconds, as the database keeps it.
    pub fn now(&self) -> DateTime<Utc> {
        from_ms(to_ms(Utc::now() + self.ahead))
    }
}

/// As the database keeps it.
pub const fn to_ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// As the rules use it.
pub fn from_ms(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// Days since 1970-01-01 of the Baku calendar day at `at`: the key of daily rows.
pub fn day_number(at: DateTime<Utc>) -> i32 {
    shared::month::day_of(at)
        .signed_duration_since(chrono::NaiveDate::default())
        .num_days()
        .try_into()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, Offset, TimeZone};

    /// The page reckons with a fixed offset; the server's database of time zones must agree, for the coming decade.
    #[test]
    fn baku_is_where_the_page_thinks_it_is() {
        for year in 2020..=2036 {
            for month in 1..=12 {
                let noon = NaiveDate::from_ymd_opt(year, month, 1).unwrap().and_hms_opt(12, 0, 0).unwrap();
                let offset = chrono_tz::Asia::Baku.offset_from_utc_datetime(&noon).fix().local_minus_utc();
                assert_eq!(offset, shared::month::BAKU_OFFSET_SECONDS, "{year}-{month}");
            }
        }
    }
}
