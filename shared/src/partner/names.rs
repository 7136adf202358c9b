//! What a partner's names and numbers look like.

/// Names in addresses that no partner gets: they are, or may become, pages of the platform, or sound like the state.
const RESERVED: [&str; 33] = [
    "about",
    "account",
    "admin",
    "admins",
    "all",
    "api",
    "azerbaijan",
    "claims",
    "console",
    "demo",
    "docs",
    "edu",
    "gov",
    "health",
    "help",
    "invitation",
    "invitations",
    "join",
    "market",
    "metrics",
    "ministry",
    "nazirlik",
    "new",
    "offers",
    "partner",
    "partners",
    "sandbox",
    "stats",
    "support",
    "system",
    "till",
    "virtual-market",
    "www",
];

/// Whether a text can be a partner's name in addresses: 3 to 40 small letters, digits and dashes, from a letter to a
/// letter or digit.
pub fn is_slug(slug: &str) -> bool {
    (3..=40).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && slug.starts_with(|c: char| c.is_ascii_lowercase())
        && !slug.ends_with('-')
}

/// Whether a name in addresses is kept back.
pub fn is_reserved(slug: &str) -> bool {
    RESERVED.contains(&slug)
}

/// A taxpayer's number (VÖEN): ten digits.
pub fn is_tax_id(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit())
}

/// A telephone number as people write it: 7 to 15 digits (ITU-T E.164 §6.1), perhaps with a plus, blanks, dashes and
/// brackets.
pub fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.len() <= 30
        && (7..=15).contains(&digits)
        && text.strip_prefix('+').unwrap_or(text).bytes().all(|b| b.is_ascii_digit() || b" -()".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_addresses() {
        for good in ["abc", "a-b", "te1", "kitab-evi-2", "a23456789-123456789-123456789-123456789-"] {
            assert_eq!(is_slug(good), !good.ends_with('-'), "{good}");
        }
        for bad in ["", "ab", "1ab", "-ab", "ab-", "Abc", "a_b", "a b", "şirkət", "a.sandbox", &"a".repeat(41)] {
            assert!(!is_slug(bad), "{bad}");
        }
        assert!(RESERVED.is_sorted() && RESERVED.iter().all(|r| is_slug(r)) && is_reserved("api"));
    }

    #[test]
    fn numbers_of_taxes_and_telephones() {
        assert!(is_tax_id("1234567891") && !is_tax_id("123456789") && !is_tax_id("12345678ab"));
        for good in ["+994 12 555-00-00", "(012) 5550000", "1234567"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["", "123456", "12 34 56+78", "+99412555000012345", "call me: 5550000"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }
}
