//! Limits on guessing codes: so many wrong ones in ten minutes for each caller, and five times as many for each address,
//! since a shop's tills share one. Right codes cost nothing.

use std::net::IpAddr;

use uuid::Uuid;

use crate::{
    error::Result,
    http::limits::{Tries, network},
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

    /// Refuses where too many wrong codes were tried.
    pub fn check(&self, caller: Uuid, address: IpAddr) -> Result<()> {
        self.callers.check(&caller)?;
        self.addresses.check(&network(address))
    }

    /// Notes a wrong code.
    pub fn wrong(&self, caller: Uuid, address: IpAddr) {
        self.callers.add(caller);
        self.addresses.add(network(address));
    }
}
