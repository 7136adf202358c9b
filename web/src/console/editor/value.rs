//! A single value of the draft as it is typed, and back.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;
use shared::{FieldCode, month::BAKU_OFFSET_SECONDS};

use super::spec::Holds;

/// A text as a value; nothing is null.
pub fn parse(holds: Holds, text: &str) -> Result<Value, FieldCode> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let number = |places| scaled(text, places).ok_or(FieldCode::InvalidFormat);
    Ok(match holds {
        Holds::Line | Holds::Words | Holds::Prose | Holds::Day | Holds::One(_) => text.into(),
        Holds::Whole => small(number(0)?)?.into(),
        Holds::Gigabytes => small(number(3)?)?.into(),
        Holds::Percent => small(number(2)?)?.into(),
        Holds::Manat => serde_json::json!({"amount_minor": number(2)?, "currency": "AZN"}),
        Holds::Moment => {
            let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
                .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"))
                .map_err(|_| FieldCode::InvalidFormat)?;
            let at = local.checked_sub_signed(chrono::TimeDelta::seconds(BAKU_OFFSET_SECONDS.into()));
            serde_json::to_value(at.ok_or(FieldCode::InvalidFormat)?.and_utc()).map_err(|_| FieldCode::InvalidFormat)?
        }
        Holds::Some(_) => text.split(',').filter(|name| !name.is_empty()).collect(),
    })
}

/// What fits into the smallest whole number of the terms; the rules say the rest.
fn small(number: i64) -> Result<i64, FieldCode> {
    if (0..=65_535).contains(&number) || u32::try_from(number).is_ok() {
        Ok(number)
    } else {
        Err(FieldCode::InvalidFormat)
    }
}

/// A decimal number as people type it (`1 250,50`), times ten to the power of `places`; nothing if it is none.
pub fn scaled(text: &str, places: usize) -> Option<i64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == ',' { '.' } else { c }).collect();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > places || whole.len() > 12 {
        return None;
    }
    format!("{whole}{fraction:0<places$}").parse().ok()
}

/// A number of minor units as it is typed: `12,50`, `10`.
fn unscaled(minor: i64, places: u32) -> String {
    let unit = 10_i64.pow(places);
    let fraction = format!("{:0width$}", (minor % unit).abs(), width = places as usize);
    // Money has two places or none; other numbers have as many as they need.
    let fraction = if places == 2 && minor % unit != 0 { &fraction } else { fraction.trim_end_matches('0') };
    if fraction.is_empty() { (minor / unit).to_string() } else { format!("{},{fraction}", minor / unit) }
}

/// A value as it is typed.
pub fn show(holds: Holds, value: &Value) -> String {
    let number = |value: &Value, places| value.as_i64().map(|n| unscaled(n, places)).unwrap_or_default();
    match holds {
        Holds::Whole => value.as_i64().map(|n| n.to_string()).unwrap_or_default(),
        Holds::Gigabytes => number(value, 3),
        Holds::Percent => number(value, 2),
        Holds::Manat => value.get("amount_minor").map(|minor| number(minor, 2)).unwrap_or_default(),
        Holds::Moment => {
            let at = value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
            at.and_then(|at| at.naive_utc().checked_add_signed(chrono::TimeDelta::seconds(BAKU_OFFSET_SECONDS.into())))
                .map(|local| local.format("%Y-%m-%dT%H:%M").to_string())
                .unwrap_or_default()
        }
        Holds::Some(_) => {
            let names = value.as_array().map(|all| all.iter().filter_map(Value::as_str).collect::<Vec<_>>());
            names.unwrap_or_default().join(",")
        }
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        assert_eq!(scaled("1 250,5", 2), Some(125_050));
        assert_eq!(scaled("10", 3), Some(10_000));
        for bad in ["", ",5", "1,2,3", "1.234", "-1", "1e3", "abc"] {
            assert_eq!(scaled(bad, 2), None, "{bad}");
        }
    }
}
