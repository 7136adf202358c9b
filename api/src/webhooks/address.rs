//! Which hosts messages may go to: those on the public internet, and no others. Otherwise a partner could have the
//! server knock on doors inside its own network (SSRF).
//!
//! What counts is the address that is connected to. It is judged at each connect, so a name that is given another
//! address later (DNS rebinding) gains nothing.

use std::{
    error::Error as StdError,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use url::Host;

/// Whether an address is on the public internet, by the IANA registries of special-purpose addresses (RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Networks of IPv4 that are not the public internet.
const SPECIAL_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),           // "this network"
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared by carriers (CGNAT)
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, and the clouds' metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24), // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24), // AMT
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(192, 175, 48, 0), 24), // AS112
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, and broadcast
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(network, length)| (address.to_bits() ^ network.to_bits()) >> (32 - length) == 0)
}

/// Networks inside the global unicast space of IPv6 that are not the public internet, or that carry an IPv4 address
/// which could be any.
const SPECIAL_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments: Teredo, benchmarks, ORCHID …
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // AS112
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    // Only 2000::/3 is global unicast: that leaves out ::, ::1, IPv4-mapped and -compatible forms, NAT64 (64:ff9b::),
    // unique-local, link-local, site-local and multicast.
    let is_global = bits >> 125 == 1;
    let special = |(network, length): &(Ipv6Addr, u32)| (bits ^ network.to_bits()) >> (128 - length) == 0;
    // ISATAP (RFC 5214 §6.1) carries an IPv4 address behind any prefix.
    let is_isatap = matches!(address.segments()[4..6], [0 | 0x200, 0x5efe]);
    is_global && !SPECIAL_V6.iter().any(special) && !is_isatap
}

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It cannot be read, or has a user name or password in it.
    Form,
    /// Not `https`.
    Plain,
    /// Not on the public internet.
    Private,
}

/// Reads the address of a webhook. Numbers in odd forms (decimal, octal, hexadecimal) are read as the IPv4 address that
/// they are (WHATWG URL §3.5). What a name leads to is judged at connect.
pub fn read(text: &str, allow_private: bool) -> Result<Url, Unfit> {
    let url = Url::parse(text).map_err(|_| Unfit::Form)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Unfit::Form);
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => return Err(Unfit::Plain),
        _ => return Err(Unfit::Form),
    }
    let public = match url.host().ok_or(Unfit::Form)? {
        Host::Ipv4(address) => is_public_v4(address),
        Host::Ipv6(address) => is_public_v6(address),
        Host::Domain(name) => is_public_name(name),
    };
    if public || allow_private { Ok(url) } else { Err(Unfit::Private) }
}

/// Whether a name may be one of the public internet: it has a dot, and does not end in what is kept for local use
/// (RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`).
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let local = ["localhost", "local", "internal", "home.arpa", "test", "invalid", "onion"];
    let is_below = |end: &str| name == end || name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    name.contains('.') && !local.into_iter().any(is_below)
}

/// The host has no address.
#[derive(Clone, Copy, Debug)]
pub struct NoAddress;

/// The host has no address on the public internet.
#[derive(Clone, Copy, Debug)]
pub struct NotPublic;

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host has no address")
    }
}

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host is not on the public internet")
    }
}

impl StdError for NoAddress {}
impl StdError for NotPublic {}

/// Finds the addresses of names, and hands on only those that may be connected to.
#[derive(Clone, Copy, Debug)]
pub struct PublicResolver {
    pub allow_private: bool,
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| NoAddress)?.collect();
            if found.is_empty() {
                return Err(NoAddress.into());
            }
            let fit: Vec<SocketAddr> = found.into_iter().filter(|a| allow_private || is_public(a.ip())).collect();
            if fit.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(fit.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: &str = "\
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1 \
    169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.31.196.1 192.52.193.1 \
    192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 \
    224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::a00:1 ::ffff:127.0.0.1 \
    ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 \
    64:ff9b:1:ffff::10.0.0.1 100::1 100:0:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 \
    2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 2001:db8:ffff::1 2002:7f00:1:: 2002:a00:1::1 \
    2002:808:808::1 2620:4f:8000::1 3fff::1 3fff:fff::1 5f00::1 fc00::1 fd00::1 fdff:ffff::1 fe80::1 febf::1 \
    fec0::1 ff02::1 ff0e::1 4000::1 1000::1 2a00::5efe:10.0.0.1 2a00::200:5efe:127.0.0.1";
    const PUBLIC: &str = "\
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 \
    169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 \
    198.20.0.0 223.255.255.255 2000::1 2001:200::1 2001:4860:4860::8888 2001:db7:ffff::1 2001:db9::1 2003::1 \
    2606:4700::1111 2a00:1450::1 3ffe:ffff::1 3fff:1000::1";

    #[test]
    fn only_the_public_internet_is_public() {
        for address in PRIVATE.split_whitespace() {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in PUBLIC.split_whitespace() {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn odd_forms_of_addresses_are_seen_through() {
        for private in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://0/",
            "https://127.0.0.1./",
            "https://１２７.0.0.1/",
            "https://127。0。0。1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[0:0:0:0:0:0:0:1]/",
            "https://[64:ff9b::a00:1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://[fd00:ec2::254]/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://intranet/",
            "https://a.local/",
            "https://metadata.google.internal/",
            "https://printer.home.arpa/",
            "https://a.test/",
        ] {
            assert_eq!(read(private, false), Err(Unfit::Private), "{private}");
            assert!(read(private, true).is_ok(), "{private}");
        }
        for public in
            ["https://example.az/x?y=z", "https://1.1.1.1:8443/", "https://[2606:4700::1111]/", "https://mylocal.az"]
        {
            assert!(read(public, false).is_ok(), "{public}");
        }
        assert_eq!(read("http://example.az/", false), Err(Unfit::Plain));
        for bad in ["https://kim@example.az/", "https://:x@example.az/", "ftp://example.az/", "file:///etc/passwd", "x"]
        {
            assert_eq!(read(bad, false), Err(Unfit::Form), "{bad}");
            assert_eq!(read(bad, true), Err(Unfit::Form), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_where_it_leads() {
        let find = async |name: &str, allow_private| {
            PublicResolver { allow_private }.resolve(name.parse().unwrap()).await.map(Iterator::count)
        };
        assert!(find("localhost", false).await.unwrap_err().is::<NotPublic>());
        assert!(find("localhost", true).await.unwrap() > 0);
        assert!(find("no-such-name.invalid", false).await.unwrap_err().is::<NoAddress>());
    }
}
