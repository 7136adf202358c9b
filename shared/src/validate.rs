//! Checking input, the same way in the page (beside the field) and in the server (as `errors` of a 422).

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use serde::Serialize;

use crate::{
    characters::{first_invisible, has_mixed_scripts, has_visible},
    numerals,
    problem::{FieldCode, FieldError},
    text::Lang,
};

/// The years that a time may lie in. Programs that read times differ outside of them: many have no year before 1970, and
/// RFC 3339 has four digits for one (§5.6).
pub const YEARS: [i32; 2] = [1970, 9999];

/// One wrong place, not yet in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// JSON pointer into the body (RFC 6901), or `?name` for a query parameter.
    pub pointer: String,
    /// What is wrong.
    pub code: FieldCode,
    /// The least that is allowed, where the code speaks of it; the code point of a character that nobody sees.
    pub min: i64,
    /// The most that is allowed, where the code speaks of it.
    pub max: i64,
}

impl Violation {
    /// A violation without bounds.
    pub fn new(pointer: impl Into<String>, code: FieldCode) -> Self {
        Self { pointer: pointer.into(), code, min: 0, max: 0 }
    }

    /// In words of `lang`.
    pub fn localised(&self, lang: Lang) -> FieldError {
        let message = fill(self.code.template(lang), self.min, self.max);
        FieldError { pointer: self.pointer.clone(), code: self.code, message }
    }
}

/// A sentence with what it is about: `{min}` and `{max}` are bounds, `{point}` the code point of a character (`U+202E`).
pub(crate) fn fill(sentence: &str, min: i64, max: i64) -> String {
    let sentence = numerals::fill(&numerals::fill(sentence, "min", &min.to_string()), "max", &max.to_string());
    sentence.replace("{point}", &format!("U+{min:04X}"))
}

/// What is wrong with an input: empty when nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Notes a violation without bounds.
    pub fn add(&mut self, pointer: &str, code: FieldCode) {
        self.0.push(Violation::new(pointer, code));
    }

    /// Notes `code` at `pointer` unless `holds`.
    pub fn require(&mut self, holds: bool, pointer: &str, code: FieldCode) {
        if !holds {
            self.add(pointer, code);
        }
    }

    /// A text that people write and others read: as [`Self::typed`], with something to see in it, and nothing that nobody
    /// sees or that turns the text around.
    pub fn text(&mut self, pointer: &str, text: &str, min: usize, max: usize) {
        let before = self.len();
        self.typed(pointer, text, min, max);
        if self.len() > before {
            return;
        }
        if min > 0 && !has_visible(text) {
            self.add(pointer, FieldCode::Required);
        } else if let Some(hidden) = first_invisible(text) {
            self.bounded(pointer, FieldCode::InvisibleCharacter, i64::from(u32::from(hidden)), 0);
        }
    }

    /// The name of a person or a company: a text in one line, no word of which mixes alphabets to look like another one.
    pub fn name(&mut self, pointer: &str, name: &str, max: usize) {
        let before = self.len();
        self.text(pointer, name, 1, max);
        if self.len() > before {
            return;
        }
        if name.contains(['\n', '\r', '\t']) {
            self.add(pointer, FieldCode::InvalidFormat);
        } else {
            self.require(!has_mixed_scripts(name), pointer, FieldCode::MixedScripts);
        }
    }

    /// A text that is only compared with others, such as a code or what is searched for: of `min` to `max` characters, not
    /// counting white space around it, and without control characters other than line breaks and tabs.
    pub fn typed(&mut self, pointer: &str, text: &str, min: usize, max: usize) {
        let length = text.trim().chars().count();
        let bounds = |v: usize| i64::try_from(v).unwrap_or(i64::MAX);
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.add(pointer, FieldCode::InvalidFormat);
        } else if length == 0 && min > 0 {
            self.add(pointer, FieldCode::Required);
        } else if length < min {
            self.bounded(pointer, FieldCode::TooShort, bounds(min), bounds(max));
        } else if text.chars().count() > max {
            self.bounded(pointer, FieldCode::TooLong, bounds(min), bounds(max));
        }
    }

    /// An instant within [`YEARS`], and no leap second, which most programs cannot read.
    pub fn time(&mut self, pointer: &str, at: Option<DateTime<Utc>>) {
        let Some(at) = at else { return };
        self.year(pointer, at.year());
        self.require(at.nanosecond() < 1_000_000_000, pointer, FieldCode::InvalidFormat);
    }

    /// A day within [`YEARS`].
    pub fn day(&mut self, pointer: &str, day: Option<NaiveDate>) {
        if let Some(day) = day {
            self.year(pointer, day.year());
        }
    }

    fn year(&mut self, pointer: &str, year: i32) {
        let [first, last] = YEARS.map(i64::from);
        self.range(pointer, i64::from(year), first, last);
    }

    /// A whole number from `min` to `max`.
    pub fn range(&mut self, pointer: &str, value: i64, min: i64, max: i64) {
        if value < min || value > max {
            self.bounded(pointer, FieldCode::OutOfRange, min, max);
        }
    }

    /// At most `max` entries, none twice.
    pub fn set<T: PartialEq>(&mut self, pointer: &str, entries: &[T], max: usize) {
        if entries.len() > max {
            self.bounded(pointer, FieldCode::TooLong, 0, i64::try_from(max).unwrap_or(i64::MAX));
        }
        for (index, entry) in entries.iter().enumerate().take(max) {
            if entries[..index].contains(entry) {
                self.add(&format!("{pointer}/{index}"), FieldCode::Duplicate);
            }
        }
    }

    fn bounded(&mut self, pointer: &str, code: FieldCode, min: i64, max: i64) {
        self.0.push(Violation { pointer: pointer.to_owned(), code, min, max });
    }

    /// The violations, in the order in which they were found.
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }

    /// How much is wrong.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first violation at `pointer`, in words: what stands beside the field.
    pub fn message(&self, pointer: &str, lang: Lang) -> Option<String> {
        self.0.iter().find(|v| v.pointer == pointer).map(|v| v.localised(lang).message)
    }
}

/// Input that knows its own rules.
pub trait Validate {
    /// Notes what is wrong.
    fn check(&self, violations: &mut Violations);

    /// Everything that is wrong.
    fn violations(&self) -> Violations {
        let mut violations = Violations::default();
        self.check(&mut violations);
        violations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lie_between_1970_and_9999() {
        let wrong = |at: &str| {
            let mut violations = Violations::default();
            violations.time("/at", at.parse().ok());
            violations.into_vec().first().map(|v| v.code)
        };
        for good in ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"] {
            assert_eq!(wrong(good), None, "{good}");
        }
        for bad in
            ["1969-12-31T23:59:59Z", "+10000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"]
        {
            assert_eq!(wrong(bad), Some(FieldCode::OutOfRange), "{bad}");
        }
        assert_eq!(wrong("2026-12-31T23:59:60Z"), Some(FieldCode::InvalidFormat));
    }

    #[test]
    fn a_text_has_something_to_see_and_nothing_hidden() {
        let wrong = |text: &str, min| {
            let mut violations = Violations::default();
            violations.text("/text", text, min, 20);
            violations.into_vec().first().map(|v| v.code)
        };
        assert_eq!(wrong("\u{3164}", 1), Some(FieldCode::Required));
        assert_eq!(wrong("\u{3164}", 0), Some(FieldCode::InvisibleCharacter));
        let mut violations = Violations::default();
        violations.text("/text", "Paket \u{202e}gpj.exe", 1, 20);
        let message = violations.message("/text", Lang::En);
        assert!(message.as_deref().is_some_and(|m| m.contains("U+202E")), "{message:?}");
    }

    #[test]
    fn messages_name_the_bounds() {
        let mut violations = Violations::default();
        violations.range("/quota", 0, 1, 9);
        assert_eq!(violations.message("/quota", Lang::En).as_deref(), Some("It must be from 1 to 9"));
        assert_eq!(violations.message("/other", Lang::En), None);
    }
}
