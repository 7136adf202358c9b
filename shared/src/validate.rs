//! Checking input, the same way in the page (beside the field) and in the server (as `errors` of a 422).

use serde::Serialize;

use crate::{
    problem::{FieldCode, FieldError},
    text::Lang,
};

/// One wrong place, not yet in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// JSON pointer into the body (RFC 6901), or `?name` for a query parameter.
    pub pointer: String,
    /// What is wrong.
    pub code: FieldCode,
    /// The least that is allowed, where the code speaks of it.
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
        let message =
            self.code.template(lang).replace("{min}", &self.min.to_string()).replace("{max}", &self.max.to_string());
        FieldError { pointer: self.pointer.clone(), code: self.code, message }
    }
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

    /// A text of `min` to `max` characters, not counting white space around it, and without control characters
    /// other than line breaks and tabs.
    pub fn text(&mut self, pointer: &str, text: &str, min: usize, max: usize) {
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

/// An e-mail address as mail servers take it in practice: something, an at sign, a domain with a dot, no blanks
/// (a subset of RFC 5321 §4.1.2; whether it exists, only a mail can tell).
pub fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    address.len() <= 254
        && (1..=64).contains(&local.len())
        && local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && domain.split('.').all(label)
        && domain.rsplit('.').next().is_some_and(|tld| tld.chars().any(|c| c.is_ascii_alphabetic()))
}

/// An address that a person may be sent to: `https`, a host, no blanks, no user name in it.
pub fn is_https(link: &str) -> bool {
    link.len() <= 500
        && link.strip_prefix("https://").is_some_and(|rest| {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            host.contains('.') && !host.contains('@') && !link.chars().any(|c| c.is_whitespace() || c.is_control())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses() {
        for good in ["a@b.az", "aygun.m+x@mekteb-12.edu.az"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "a b@c.az", "a@-b.az", "a@b..az", ".a@b.az", "a@b.1", "ə@b.az", "a\n@b.az"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn messages_name_the_bounds() {
        let mut violations = Violations::default();
        violations.range("/quota", 0, 1, 9);
        assert_eq!(violations.message("/quota", Lang::En).as_deref(), Some("It must be from 1 to 9"));
        assert_eq!(violations.message("/other", Lang::En), None);
    }
}
