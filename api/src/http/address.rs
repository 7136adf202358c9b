//! The address that a request came from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderName},
};

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address that a request came from; a trusted proxy's word counts for it.
///
/// The proxy writes what it saw at the end of `X-Forwarded-For` or of `Forwarded` (RFC 7239), as another entry or on another
/// line; all before that is what others claim. A proxy that writes one of the two passes the other on as the client sent
/// it: where they do not agree nobody can be believed, and the proxy's own address counts.
pub fn address(request: &HttpRequest, trusted_proxy: Option<IpAddr>) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    if trusted_proxy.map(|proxy| proxy.to_canonical()) != Some(peer) {
        return peer;
    }
    let simple = last_entry(request, &X_FORWARDED_FOR).map(node);
    let standard = last_entry(request, &header::FORWARDED).map(|entry| forwarded_for(entry).and_then(node));
    match (simple, standard) {
        (Some(seen), None) | (None, Some(seen)) => seen.unwrap_or(peer),
        (Some(one), Some(other)) if one == other => one.unwrap_or(peer),
        (Some(_), Some(_)) | (None, None) => peer,
    }
}

/// What stands last in a list, on its last line. A line that is no text hides nothing: it is an entry without an address.
fn last_entry<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    let line = request.headers().get_all(name).last()?.to_str().unwrap_or_default();
    line.rsplit(',').next()
}

/// The `for` of an element of `Forwarded` (RFC 7239 §4): names are without case, values may stand in quotes.
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
    })
}

/// An address as proxies write it (RFC 7239 §6): with or without a port, an IPv6 address with a port in brackets.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).parse().ok();
    let address: Option<IpAddr> = text.parse::<SocketAddr>().ok().map(|address| address.ip()).or_else(bare);
    address.map(|address| address.to_canonical())
}

/// What one customer of a provider has: an IPv4 address, or a /64 of IPv6.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn seen(lines: &[(&'static str, &str)]) -> String {
        let request = TestRequest::default().peer_addr(format!("{PROXY}:99").parse().unwrap());
        let request = lines.iter().fold(request, |request, line| request.append_header(*line)).to_http_request();
        assert_eq!(address(&request, None).to_string(), PROXY, "nobody is trusted");
        address(&request, PROXY.parse().ok()).to_string()
    }

    #[test]
    fn the_last_hop_before_the_proxy_counts() {
        const SIMPLE: &str = "x-forwarded-for";
        const STANDARD: &str = "forwarded";
        for (lines, address) in [
            (&[][..], PROXY),
            (&[(SIMPLE, "192.0.2.1")], "192.0.2.1"),
            (&[(SIMPLE, "192.0.2.9, 192.0.2.1:80")], "192.0.2.1"),
            (&[(SIMPLE, "192.0.2.9"), (SIMPLE, "192.0.2.1")], "192.0.2.1"),
            (&[(SIMPLE, "192.0.2.9"), (SIMPLE, "")], PROXY),
            (&[(SIMPLE, "2001:db8::1")], "2001:db8::1"),
            (&[(SIMPLE, "::ffff:192.0.2.1")], "192.0.2.1"),
            (&[(STANDARD, "for=192.0.2.9, FOR=\"[2001:db8::1]:47\";proto=https")], "2001:db8::1"),
            (&[(STANDARD, "for=192.0.2.9"), (STANDARD, "by=_x;for=192.0.2.1")], "192.0.2.1"),
            (&[(STANDARD, "for=192.0.2.9, for=_hidden")], PROXY),
            (&[(STANDARD, "for=192.0.2.9, for=unknown")], PROXY),
            (&[(STANDARD, "for=192.0.2.9"), (SIMPLE, "192.0.2.1")], PROXY),
            (&[(STANDARD, "for=192.0.2.1"), (SIMPLE, "192.0.2.9, 192.0.2.1")], "192.0.2.1"),
        ] {
            assert_eq!(seen(lines), address, "{lines:?}");
        }
    }

    #[test]
    fn a_customers_addresses_are_one() {
        let parse = |a: &str| network(a.parse().unwrap());
        assert_eq!(parse("2001:db8::1"), parse("2001:db8::ffff:1"));
        assert_ne!(parse("2001:db8::1"), parse("2001:db8:0:1::1"));
        assert_eq!(parse("::ffff:10.0.0.1"), parse("10.0.0.1"));
    }
}
