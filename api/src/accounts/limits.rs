//! Limits on guessing: by address for all that takes credentials, and by account for wrong passwords and mails.
//!
//! Wrong passwords are counted for an account and address together, and ten times as many for the account alone: a
//! guesser is stopped, however many addresses they have, and one of them cannot so easily lock the owner out.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use shared::Code;

use crate::{
    error::{Error, Result},
    http::limits::Limit,
};

/// For how long tries are counted together.
const WINDOW: Duration = Duration::from_mins(10);
/// Keys that are remembered at most.
const REMEMBERED: u64 = 200_000;

/// The limits of accounts.
#[derive(Debug)]
pub struct Limits {
    /// Requests with credentials, by network.
    pub credentials: Limit<IpAddr>,
    /// Mails asked for, by account.
    pub mails: Tries<String>,
    near: Tries<(String, IpAddr)>,
    all: Tries<String>,
}

impl Limits {
    /// Scaled to so many requests with credentials a minute and address.
    pub fn new(per_minute: u32) -> Self {
        let few = per_minute.div_ceil(3);
        Self {
            credentials: Limit::new("credentials", per_minute),
            mails: Tries::new(few),
            near: Tries::new(few),
            all: Tries::new(few.saturating_mul(10)),
        }
    }

    /// Refuses where too many wrong passwords were given for this account.
    pub fn check_guesses(&self, email: &str, address: IpAddr) -> Result<()> {
        self.near.check(&(email.to_owned(), network(address)))?;
        self.all.check(&email.to_owned())
    }

    /// Notes a wrong password.
    pub fn wrong_guess(&self, email: &str, address: IpAddr) {
        self.near.add((email.to_owned(), network(address)));
        self.all.add(email.to_owned());
    }

    /// Forgets buckets that are full again.
    pub fn tidy(&self) {
        self.credentials.tidy();
    }
}

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
    fn new(most: u32) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_at_one_account_ends_but_its_owner_elsewhere_may_still_try() {
        let limits = Limits::new(6);
        let (guesser, owner): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        for _ in 0..2 {
            assert!(limits.check_guesses("a@b.az", guesser).is_ok());
            limits.wrong_guess("a@b.az", guesser);
        }
        let refused = limits.check_guesses("a@b.az", guesser).unwrap_err();
        assert_eq!(refused.code, Code::RateLimited);
        assert!(refused.retry_after.is_some_and(|s| (590..=601).contains(&s)));
        assert!(limits.check_guesses("a@b.az", owner).is_ok());
        assert!(limits.check_guesses("c@b.az", guesser).is_ok());
        for other in 0..20 {
            limits.wrong_guess("a@b.az", IpAddr::from([10, 0, 1, other]));
        }
        assert!(limits.check_guesses("a@b.az", owner).is_err(), "many addresses guess no more than their share");
    }

    #[test]
    fn a_customers_addresses_are_one() {
        let parse = |a: &str| network(a.parse().unwrap());
        assert_eq!(parse("2001:db8::1"), parse("2001:db8::ffff:1"));
        assert_ne!(parse("2001:db8::1"), parse("2001:db8:0:1::1"));
        assert_eq!(parse("::ffff:10.0.0.1"), parse("10.0.0.1"));
    }
}
