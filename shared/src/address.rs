//! Addresses: of mail, and of pages that people are sent to.

use crate::characters::is_invisible;

/// An e-mail address as mail servers take it in practice: something, an at sign, a domain with a dot, no blanks
/// (a subset of RFC 5321 §4.1.2; whether it exists, only a mail can tell).
pub fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    address.len() <= 254
        && (1..=64).contains(&local.len())
        && local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && is_domain(domain)
}

/// The name of a host on the internet: labels of letters, digits and dashes with dots between them, of which the last has a
/// letter (RFC 1123 §2.1).
fn is_domain(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(label)
        && domain.rsplit('.').next().is_some_and(|tld| tld.chars().any(|c| c.is_ascii_alphabetic()))
}

/// An address that a person may be sent to, of up to 500 characters: `https`, the name of a host in the letters of the domain
/// name system, so that none looks like another (RFC 5890 §2.3.2.1), its usual port, and no user name.
pub fn is_https(link: &str) -> bool {
    let Some(rest) = link.strip_prefix("https://") else { return false };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.strip_suffix(":443").unwrap_or(authority);
    link.len() <= 500
        && is_domain(host)
        && !link.chars().any(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
        && is_url(link)
}

/// Whether the parser of URLs reads a link as the rule above does (WHATWG URL Standard).
#[cfg(feature = "server")]
fn is_url(link: &str) -> bool {
    url::Url::parse(link).is_ok_and(|url| {
        let is_plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        url.scheme() == "https" && is_plain && matches!(url.host(), Some(url::Host::Domain(_)))
    })
}

#[cfg(not(feature = "server"))]
const fn is_url(_: &str) -> bool {
    true
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
    fn links() {
        for good in
            ["https://a.az", "https://A-1.xn--e1afmkfd.az:443/x?y=(z)#ə", "https://a.az/?next=https://b.az:8/@c"]
        {
            assert!(is_https(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "https://.",
            "https://a",
            "https://.a.az",
            "https://a.az.",
            "https://a..az",
            "http://a.az",
            "https://a.b:notaport/",
            "https://a.az:8443/",
            "https://a.az:",
            "https://u@a.az",
            "https://u:p@a.az/",
            "https://1.2.3.4/",
            "https://[::1]/",
            "https://a.az/ b",
            "https://a.az/\u{202e}gpj",
            "https://аzercell.com",
            "HTTPS://a.az",
            "https:a.az",
            "javascript:alert(1)",
        ] {
            assert!(!is_https(bad), "{bad}");
        }
    }
}
