//! Which passwords are good enough.

use crate::{characters::composed, problem::FieldCode, validate::Violations};

/// Shortest password, in characters (NIST SP 800-63B §5.1.1.2 asks for 8; we ask for more and for no composition).
pub const PASSWORD_MIN: usize = 10;
/// Longest password, in characters.
pub const PASSWORD_MAX: usize = 128;

/// Passwords that are tried first by anyone who guesses (the head of the public lists), folded.
const COMMON: [&str; 16] = [
    "password",
    "parol",
    "qwerty",
    "azerbaycan",
    "azerbaijan",
    "1234567890",
    "0123456789",
    "iloveyou",
    "letmein",
    "welcome",
    "123456",
    "abcdefghij",
    "mekteb",
    "muellim",
    "virtualmarket",
    "111111",
];

/// Long enough, and not one that is guessed first: a common word with some digits, one repeated character, or the
/// person's own name or address (NIST SP 800-63B §5.1.1.2).
pub fn check_password(pointer: &str, password: &str, personal: &[&str], violations: &mut Violations) {
    let password = &*composed(password.to_owned());
    let length = password.chars().count();
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        violations.typed(
            pointer,
            &password.replace(|c: char| c.is_whitespace() || c.is_control(), "x"),
            PASSWORD_MIN,
            PASSWORD_MAX,
        );
        return;
    }
    let folded: String = crate::fold::words(password).collect();
    let stem = folded.trim_matches(|c: char| c.is_ascii_digit());
    let mut chars = password.chars();
    let first = chars.next();
    let weak = chars.all(|c| Some(c) == first)
        || COMMON.iter().any(|c| stem == *c || folded == *c || folded.strip_prefix(*c).is_some_and(|r| r == *c))
        || personal.iter().any(|p| {
            let own: String = crate::fold::words(p.split('@').next().unwrap_or_default()).collect();
            own.len() >= 4 && (folded == own || stem == own)
        });
    violations.require(!weak, pointer, FieldCode::WeakPassword);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weak(password: &str) -> bool {
        let mut violations = Violations::default();
        check_password("/password", password, &["aygun.mammadova@mekteb.az", "Aygün Məmmədova"], &mut violations);
        !violations.is_empty()
    }

    #[test]
    fn guessable_passwords_are_refused() {
        for bad in ["short", "aaaaaaaaaaaa", "Password123", "azerbaycan2026", "aygunmammadova", "1234567890"] {
            assert!(weak(bad), "{bad}");
        }
        for good in ["correct horse battery", "Bakı-küləyi-1918", "t7#kQ!29xvB"] {
            assert!(!weak(good), "{good}");
        }
    }
}
