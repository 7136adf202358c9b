//! Rate limits: token buckets in memory, one for each address or person, as `RateLimit` and `RateLimit-Policy` headers
//! (draft-ietf-httpapi-ratelimit-headers) and 429 with `Retry-After`.
//!
//! Plain reads of public data are not limited here: a whole school comes from one address, and such an answer costs
//! less than counting it.

use std::{hash::Hash, num::NonZeroU32, time::Duration};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use shared::Code;

pub use super::{
    address::{address, network},
    tries::{Tries, Try},
};
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
}
