//! Limits on guessing codes: so many wrong ones in ten minutes for each caller, and five times as many for each address,
//! since a shop's tills share one. Right codes cost nothing.

use std::net::IpAddr;

use uuid::Uuid;

use crate::{
    error::Result,
    http::limits::{Tries, Try, network},
};

/// How many callers may guess from one address.
const TILLS: u32 = 5;

/// Wrong codes that were tried.
#[derive(Debug)]
pub struct Guesses {
    callers: Tries<Uuid>,
    addresses: Tries<IpAddr>,
}

impl Guesses {
    /// So many wrong codes in ten minutes and caller.
    pub fn new(most: u32) -> Self {
        Self { callers: Tries::new(most), addresses: Tries::new(most.saturating_mul(TILLS)) }
    }

    /// Takes a guess of a caller and of its address; it comes back unless the code was wrong.
    ///
    /// # Errors
    /// `rate_limited` where too many wrong codes were tried.
    pub async fn begin(&self, caller: Uuid, address: IpAddr) -> Result<Guess> {
        Ok(Guess { caller: self.callers.begin(caller).await?, address: self.addresses.begin(network(address)).await? })
    }
}

/// A code that is being looked for.
#[derive(Debug)]
#[must_use]
pub struct Guess {
    caller: Try,
    address: Try,
}

impl Guess {
    /// The code was wrong.
    pub fn count(self) {
        self.caller.count();
        self.address.count();
    }
}
