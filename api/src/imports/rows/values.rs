//! Texts as people and spreadsheets write them, read as what they stand for. Nothing is guessed: what could be read in
//! two ways is refused.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Asia::Baku;
use serde_json::Value;
use shared::import::RowCode;

use crate::uploads::cell::bare;

/// Blanks that stand between thousands.
const BLANKS: [char; 4] = [' ', '\u{a0}', '\u{202f}', '\u{2009}'];

/// An external id: a text or a whole number.
pub fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(bare(text).to_owned()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// The text of a number in JSON, or a text.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A decimal number as its digits without a point, and how many of them are after it.
struct Decimal {
    negative: bool,
    digits: String,
    scale: usize,
}

/// A number with a point or a comma, with thousands in groups or not, and with a power of ten (`1E+05`).
fn decimal(text: &str) -> Result<Decimal, RowCode> {
    use RowCode::{AmbiguousNumber, InvalidNumber};
    let text = bare(text);
    let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if text.len() > 60 {
        return Err(InvalidNumber);
    }
    if let Some((digits, power)) = text.split_once(['E', 'e']) {
        let power: usize = power.strip_prefix('+').unwrap_or(power).parse().map_err(|_| InvalidNumber)?;
        let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let plain = !whole.is_empty() && format!("{whole}{fraction}").chars().all(|c| c.is_ascii_digit());
        if !plain || power > 18 || fraction.len() > power {
            return Err(InvalidNumber);
        }
        let zeros = "0".repeat(power - fraction.len());
        return Ok(Decimal { negative, digits: format!("{whole}{fraction}{zeros}"), scale: 0 });
    }
    let marks: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    if marks.iter().any(|c| !matches!(c, '.' | ',') && !BLANKS.contains(c)) {
        return Err(InvalidNumber);
    }
    let points: Vec<char> = marks.iter().copied().filter(|c| matches!(c, '.' | ',')).collect();
    let blanks = marks.len() > points.len();
    // The point of the fraction is the last mark, unless the same mark is there again: then both part thousands.
    let fraction = match points.as_slice() {
        [only] if blanks => Some(*only),
        [only] => {
            let (whole, rest) = text.split_once(*only).unwrap_or_default();
            // `0.125` has no thousands.
            if rest.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
                return Err(AmbiguousNumber);
            }
            Some(*only)
        }
        [first, .., last] if first != last => Some(*last),
        _ => None,
    };
    let (whole, rest) = fraction.and_then(|mark| text.rsplit_once(mark)).unwrap_or((text, ""));
    if fraction.is_some() && rest.is_empty() {
        return Err(InvalidNumber);
    }
    let part = |c: char| matches!(c, '.' | ',') || BLANKS.contains(&c);
    let groups: Vec<&str> = whole.split(part).collect();
    let grouped = groups.len() == 1 || (groups[1..].iter().all(|g| g.len() == 3) && (1..=3).contains(&groups[0].len()));
    let one_kind = whole.chars().filter(|c| part(*c)).collect::<std::collections::HashSet<_>>().len() <= 1;
    let numbers = groups.iter().chain([&rest]).all(|g| g.chars().all(|c| c.is_ascii_digit()));
    if !grouped || !one_kind || !numbers || groups[0].is_empty() {
        return Err(InvalidNumber);
    }
    Ok(Decimal { negative, digits: format!("{}{rest}", groups.concat()), scale: rest.len() })
}

impl Decimal {
    /// The number times ten to the `places`, if that is whole; at the end of the range where it is beyond it.
    fn scaled(&self, places: usize) -> Result<i64, RowCode> {
        let digits = if self.scale > places {
            let (kept, cut) = self.digits.split_at(self.digits.len() - (self.scale - places));
            if cut.chars().any(|c| c != '0') {
                return Err(RowCode::InvalidNumber);
            }
            kept.to_owned()
        } else {
            format!("{}{}", self.digits, "0".repeat(places - self.scale))
        };
        let number = digits.parse().unwrap_or(i64::MAX);
        Ok(if self.negative { -number } else { number })
    }
}

/// A whole number.
pub fn whole(text: &str) -> Result<i64, RowCode> {
    decimal(text)?.scaled(0)
}

/// An amount of money in qəpik: `12,50`, `1 250`, `12.5 AZN`, `₼12`.
pub fn amount(text: &str) -> Result<i64, RowCode> {
    let text = bare(text);
    let text = ["AZN", "azn", "manat", "₼"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text);
    decimal(text.strip_prefix('₼').unwrap_or(text))?.scaled(2)
}

/// Days from 1899-12-30, as spreadsheets count them: 1950 to 2119 are dates, other numbers are not.
fn serial(text: &str) -> Option<NaiveDateTime> {
    let text = text.replace(',', ".");
    if !text.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let days: f64 = text.parse().ok().filter(|days| (18_264.0..80_000.0).contains(days))?;
    // In this range seconds are exact enough and whole numbers fit.
    #[allow(clippy::cast_possible_truncation)]
    let seconds = (days * 86_400.0).round() as i64;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN).checked_add_signed(Duration::seconds(seconds))
}

fn day_of(text: &str) -> Option<NaiveDate> {
    let number = |text: &str, most: usize| {
        let plain = (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
        plain.then(|| text.parse::<u32>().ok()).flatten()
    };
    let year = |text: &str| (text.len() == 4).then(|| number(text, 4)).flatten().and_then(|y| i32::try_from(y).ok());
    let parts = |mark: char| {
        let parts: Vec<&str> = text.split(mark).collect();
        <[&str; 3]>::try_from(parts).ok()
    };
    if let Some([y, m, d]) = parts('-') {
        return NaiveDate::from_ymd_opt(year(y)?, number(m, 2)?, number(d, 2)?);
    }
    if let Some([d, m, y]) = parts('.') {
        return NaiveDate::from_ymd_opt(year(y)?, number(m, 2)?, number(d, 2)?);
    }
    // With strokes, some write the month first: only a day after the 12th tells them apart.
    let [d, m, y] = parts('/')?;
    let day = number(d, 2).filter(|day| *day > 12)?;
    NaiveDate::from_ymd_opt(year(y)?, number(m, 2)?, day)
}

/// A day, and the time where there is one, as people write them.
fn day_and_time(text: &str) -> Option<(NaiveDate, Option<NaiveTime>)> {
    if let Some(at) = serial(text) {
        let time = Some(at.time()).filter(|time| *time != NaiveTime::MIN);
        return Some((at.date(), time));
    }
    let Some((day, time)) = text.split_once([' ', 'T']) else { return Some((day_of(text)?, None)) };
    let time = time.trim();
    let time = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok())?;
    Some((day_of(day)?, Some(time)))
}

/// A day, written as JSON has it.
pub fn day(text: &str) -> Result<String, RowCode> {
    // What the offer itself can read stays as it is.
    if text.parse::<NaiveDate>().is_ok() {
        return Ok(text.to_owned());
    }
    match day_and_time(bare(text)) {
        Some((day, None | Some(NaiveTime::MIN))) => Ok(day.to_string()),
        _ => Err(RowCode::InvalidDate),
    }
}

/// An instant, written as JSON has it. Without a zone it is in Baku; a day alone is its beginning, or its end where
/// something ends.
///
/// # Errors
/// What cannot be read; and midnight at which something ends, where somebody may mean the day's beginning or its end.
pub fn instant(text: &str, ends: bool) -> Result<String, RowCode> {
    if text.parse::<DateTime<Utc>>().is_ok() {
        return Ok(text.to_owned());
    }
    let text = bare(text);
    if text.parse::<DateTime<Utc>>().is_ok() {
        return Ok(text.to_owned());
    }
    let (day, time) = day_and_time(text).ok_or(RowCode::InvalidDate)?;
    // Programs write a day alone as its midnight, with seconds; people do not write seconds.
    let time = time.filter(|time| !(ends && *time == NaiveTime::MIN && text.ends_with("00:00:00")));
    let local = match time {
        Some(NaiveTime::MIN) if ends => return Err(RowCode::AmbiguousTime),
        Some(time) => day.and_time(time),
        None if ends => day.succ_opt().ok_or(RowCode::InvalidDate)?.and_time(NaiveTime::MIN),
        None => day.and_time(NaiveTime::MIN),
    };
    let at = Baku.from_local_datetime(&local).earliest().ok_or(RowCode::InvalidDate)?;
    Ok(at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true))
}
