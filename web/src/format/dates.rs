//! Days and times, in Baku.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike, Utc};
use shared::{
    Lang,
    month::{BAKU_OFFSET_SECONDS, day_of},
};

const MONTHS: [[&str; 12]; 3] = [
    ["yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avqust", "sentyabr", "oktyabr", "noyabr", "dekabr"],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
];

/// Months of Russian as they stand alone.
const RU_ALONE: [&str; 12] = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
];

fn name(month: u32, lang: Lang) -> &'static str {
    let names = MONTHS.get(lang as usize).unwrap_or(&MONTHS[0]);
    names.get(month.saturating_sub(1) as usize).copied().unwrap_or_default()
}

/// `1 dekabr 2026`.
pub fn day(day: NaiveDate, lang: Lang) -> String {
    format!("{}\u{a0}{}\u{a0}{}", day.day(), name(day.month(), lang), day.year())
}

/// The day in Baku, with its year.
pub fn date(at: DateTime<Utc>, lang: Lang) -> String {
    day(day_of(at), lang)
}

/// The day in Baku, without its year: `1 dekabr`.
pub fn day_month(at: DateTime<Utc>, lang: Lang) -> String {
    let day = day_of(at);
    format!("{}\u{a0}{}", day.day(), name(day.month(), lang))
}

/// The time of day in Baku: `18:30`.
pub fn time(at: DateTime<Utc>) -> String {
    let local =
        FixedOffset::east_opt(BAKU_OFFSET_SECONDS).map_or(at.naive_utc(), |o| at.with_timezone(&o).naive_local());
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// A month written as `2026-11`, in words: `noyabr 2026`.
pub fn month(period: &str, lang: Lang) -> String {
    let Some(first) = format!("{period}-01").parse::<NaiveDate>().ok() else { return period.to_owned() };
    let name = match lang {
        Lang::Ru => RU_ALONE.get(first.month0() as usize).copied().unwrap_or_default(),
        _ => name(first.month(), lang),
    };
    format!("{name} {}", first.year())
}

/// A day as calendars want it: `20261201`.
pub fn calendar_day(day: NaiveDate) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// A day and a time, in one line.
pub fn moment(at: DateTime<Utc>, lang: Lang) -> String {
    format!("{},\u{a0}{}", date(at, lang), time(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_baku() {
        let at = DateTime::parse_from_rfc3339("2026-11-30T20:00:00Z").unwrap().to_utc();
        assert_eq!(date(at, Lang::Az), "1\u{a0}dekabr\u{a0}2026");
        assert_eq!(day_month(at, Lang::Ru), "1\u{a0}декабря");
        assert_eq!(time(at), "00:00");
        assert_eq!(month("2026-11", Lang::Ru), "ноябрь 2026");
    }
}
