//! Limits on guessing: by address for all that takes credentials, and by account for wrong passwords and mails.
//!
//! Wrong passwords are counted for an account and address together, and ten times as many for the account alone: a
//! guesser is stopped, however many addresses they have, and one of them cannot so easily lock the owner out.

use std::net::IpAddr;

use crate::{
    error::Result,
    http::limits::{Limit, Tries, network},
};

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

#[cfg(test)]
mod tests {
    use shared::Code;

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
}
