//! Rate limits: token buckets in memory, one for each address or person, as `RateLimit` and `RateLimit-Policy` headers
//! (draft-ietf-httpapi-ratelimit-headers) and 429 with `Retry-After`.
//!
//! Plain reads of public data are not limited here: a whole school comes from one address, and such an answer costs
//! less than counting it.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, HeaderName, HeaderValue},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use shared::Code;

use crate::error::{Error, Result};

/// Buckets by key: so many a minute, half of them at once.
pub struct Limit<K: Hash + Eq + Clone> {
    name: &'static str,
    per_minute: u32,
    buckets: RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>,
}

impl<K: Hash + Eq + Clone> std::fmt::Debug for Limit<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Limit({}, {}/min)", self.name, self.per_minute)
    }
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// A limit of `per_minute`, at least 1.
    pub fn new(name: &'static str, per_minute: u32) -> Self {
        let rate = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let quota =
            Quota::per_minute(rate).allow_burst(NonZeroU32::new(per_minute.div_ceil(2)).unwrap_or(NonZeroU32::MIN));
        let buckets = RateLimiter::dashmap(quota).with_middleware();
        Self { name, per_minute, buckets }
    }

    /// Takes one from the bucket of `key`; refuses when it is empty. What is left goes into the answer's headers.
    pub fn take(&self, key: &K) -> Result<Remaining> {
        match self.buckets.check_key(key) {
            Ok(state) => {
                Ok(Remaining { name: self.name, per_minute: self.per_minute, left: state.remaining_burst_capacity() })
            }
            Err(not_until) => {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                let seconds = u32::try_from(wait.as_secs()).unwrap_or(60).saturating_add(1);
                Err(Error::new(Code::RateLimited).retry_after(seconds))
            }
        }
    }

    /// Forgets buckets that are full again.
    pub fn tidy(&self) {
        self.buckets.retain_recent();
        self.buckets.shrink_to_fit();
    }
}

/// What a caller has left.
#[derive(Clone, Copy, Debug)]
pub struct Remaining {
    name: &'static str,
    per_minute: u32,
    left: u32,
}

impl Remaining {
    /// Returns the names and values of its headers.
    pub fn headers(self) -> [(&'static str, String); 2] {
        let policy = format!("\"{}\";q={};w=60", self.name, self.per_minute);
        let state = format!("\"{}\";r={};t=60", self.name, self.left);
        [("ratelimit-policy", policy), ("ratelimit", state)]
    }

    /// Says so in the headers of the answer.
    pub fn write(self, headers: &mut HeaderMap) {
        for (name, value) in self.headers() {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// The address that a request came from; a trusted proxy's word counts for it.
pub fn address(request: &HttpRequest, trusted_proxy: Option<IpAddr>) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), |a| a.ip());
    if trusted_proxy != Some(peer) {
        return peer;
    }
    // The last entry is what the trusted proxy saw itself; earlier ones are what others claim.
    let forwarded = request.headers().get("x-forwarded-for").and_then(|v| v.to_str().ok());
    forwarded.and_then(|f| f.rsplit(',').next()).and_then(|ip| ip.trim().parse().ok()).unwrap_or(peer)
}

/// For how long tries are counted together.
const WINDOW: Duration = Duration::from_mins(10);
/// Keys that are remembered at most.
const REMEMBERED: u64 = 200_000;

/// What one customer of a provider has: an IPv4 address, or a /64 of IPv6.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Counts tries by key, each for ten minutes from the first one.
#[derive(Debug)]
pub struct Tries<K: Hash + Eq + Send + Sync + 'static> {
    most: u32,
    counts: moka::sync::Cache<K, Arc<Count>>,
}

#[derive(Debug)]
struct Count {
    tries: AtomicU32,
    since: Instant,
}

impl<K: Hash + Eq + Send + Sync + 'static> Tries<K> {
    /// At most so many by key.
    pub fn new(most: u32) -> Self {
        Self { most, counts: moka::sync::Cache::builder().max_capacity(REMEMBERED).time_to_live(WINDOW).build() }
    }

    /// Refuses where the most has been reached.
    pub fn check(&self, key: &K) -> Result<()> {
        let Some(count) = self.counts.get(key) else { return Ok(()) };
        if count.tries.load(Ordering::Relaxed) < self.most {
            return Ok(());
        }
        let left = WINDOW.saturating_sub(count.since.elapsed()).as_secs() + 1;
        Err(Error::new(Code::RateLimited).retry_after(u32::try_from(left).unwrap_or(60)))
    }

    /// Notes a try.
    pub fn add(&self, key: K) {
        let fresh = || Arc::new(Count { tries: AtomicU32::new(0), since: Instant::now() });
        self.counts.get_with(key, fresh).tries.fetch_add(1, Ordering::Relaxed);
    }
}

/// How often full buckets are forgotten.
pub const TIDY_EVERY: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_says_when_to_come_back() {
        let limit = Limit::new("test", 4);
        assert!(limit.take(&1).is_ok() && limit.take(&1).is_ok());
        let refused = limit.take(&1).unwrap_err();
        assert_eq!(refused.code, Code::RateLimited);
        assert!((1..=16).contains(&refused.retry_after.unwrap()), "{:?}", refused.retry_after);
        assert!(limit.take(&2).is_ok(), "another key has a bucket of its own");
    }

    #[test]
    fn a_customers_addresses_are_one() {
        let parse = |a: &str| network(a.parse().unwrap());
        assert_eq!(parse("2001:db8::1"), parse("2001:db8::ffff:1"));
        assert_ne!(parse("2001:db8::1"), parse("2001:db8:0:1::1"));
        assert_eq!(parse("::ffff:10.0.0.1"), parse("10.0.0.1"));
    }
}
