//! Limits on guessing: by address for all that takes credentials, and by account for wrong passwords and mails.
//!
//! Wrong passwords are counted for an account and address together, and ten times as many for the account alone: a
//! guesser is stopped, however many addresses they have, and one of them cannot so easily lock the owner out.

use std::net::IpAddr;

use crate::{
    error::Result,
    http::limits::{Limit, Tries, Try, network},
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

    /// Takes a guess at the password of an account; it comes back unless it was wrong.
    ///
    /// # Errors
    /// `rate_limited` where too many wrong passwords were given for this account.
    pub async fn begin_guess(&self, email: &str, address: IpAddr) -> Result<Guess> {
        let near = self.near.begin((email.to_owned(), network(address))).await?;
        Ok(Guess { near, all: self.all.begin(email.to_owned()).await? })
    }

    /// Forgets buckets that are full again.
    pub fn tidy(&self) {
        self.credentials.tidy();
    }
}

/// A password that is being looked at.
#[derive(Debug)]
#[must_use]
pub struct Guess {
    near: Try,
    all: Try,
}

impl Guess {
    /// The password was wrong.
    pub fn count(self) {
        self.near.count();
        self.all.count();
    }
}

#[cfg(test)]
mod tests {
    use shared::Code;

    use super::*;

    #[tokio::test]
    async fn guessing_at_one_account_ends_but_its_owner_elsewhere_may_still_try() {
        let limits = Limits::new(6);
        let (guesser, owner): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        for _ in 0..2 {
            limits.begin_guess("a@b.az", guesser).await.unwrap().count();
        }
        let refused = limits.begin_guess("a@b.az", guesser).await.unwrap_err();
        assert_eq!(refused.code, Code::RateLimited);
        assert!(refused.retry_after.is_some_and(|s| (590..=601).contains(&s)));
        assert!(limits.begin_guess("a@b.az", owner).await.is_ok());
        assert!(limits.begin_guess("c@b.az", guesser).await.is_ok());
        for other in 0..18 {
            limits.begin_guess("a@b.az", IpAddr::from([10, 0, 1, other])).await.unwrap().count();
        }
        assert!(limits.begin_guess("a@b.az", owner).await.is_err(), "many addresses guess no more than their share");
    }
}
