//! What was acknowledged, written down by those who asked, and what must follow from it.

pub mod keys;
pub mod ledger;
pub mod quotas;
pub mod versions;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
};

use shared::OfferId;

use self::{keys::Keys, ledger::Ledger, versions::Versions};

/// The order in which requests were sent and answers came, over all who ask.
#[derive(Debug, Default)]
pub struct Clock(AtomicU64);

impl Clock {
    /// The next moment.
    pub fn tick(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// From when a request was sent until its answer came: what it did, it did in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub sent: u64,
    /// `u64::MAX` where no answer came, or one that says nothing (503): then it may still be done.
    pub answered: u64,
}

impl Span {
    /// Whether an answer came.
    pub const fn is_known(self) -> bool {
        self.answered != u64::MAX
    }
}

/// All of it.
#[derive(Debug, Default)]
pub struct Model {
    pub keys: Keys,
    pub ledger: Ledger,
    pub versions: HashMap<OfferId, Versions>,
    /// When quotas were last checked.
    pub checked: u64,
}
