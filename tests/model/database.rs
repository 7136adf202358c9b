//! PostgreSQL as far as the protocol leans on it: committed rows, and the locks of sessions, under READ COMMITTED.
//!
//! A statement sees what is committed when it starts. A row lock is held to the end of its transaction; a statement that
//! meets one waits for it, and then sees the row as it has become. A row that another transaction inserted and has not
//! committed is seen by nobody else, but an insert of the same key waits for that transaction's end.

use crate::set::Set;

pub const OFFERS: usize = 2;
/// Once, the month in which all begins, and the month after it.
pub const PERIODS: usize = 3;
/// Quota rows, numbered by offer and then period: the order in which they are locked.
pub const ROWS: usize = OFFERS * PERIODS;

/// How often an offer can be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    Once,
    Monthly,
}

/// Returns the number of the quota row of an offer in the period that runs in a month.
pub const fn row_of(offer: usize, period: Period, month: u8) -> usize {
    let number = match period {
        Period::Once => 0,
        Period::Monthly => 1 + month as usize,
    };
    offer * PERIODS + number
}

/// The live version of an offer. (Its number is left out: an edit that finds another version than it read is refused,
/// which is as if it had not come.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offer {
    /// Published and not paused.
    pub is_open: bool,
    pub period: Period,
    pub quota: u8,
}

/// A quota row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuotaRow {
    pub quota: u8,
    pub claimed: u8,
    pub issued: u8,
}

/// A claim of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// The quota row that it counts in.
    pub row: usize,
    pub sequence: u8,
    pub claimant: usize,
    /// The request that it was granted to.
    pub request: usize,
    pub is_active: bool,
}

/// What a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// 201 with a claim.
    Claimed {
        row: usize,
        sequence: u8,
    },
    /// 201 with something else that was made; which one it was.
    Made(u8),
    NotEligible,
    NotOpen,
    AlreadyClaimed,
    Exhausted,
    /// 409: another request with this key is being answered.
    InProgress,
    /// 500: the database refused to take a row.
    Failed,
}

impl Answer {
    /// Whether it is recorded under the key of its request.
    pub const fn is_recorded(self) -> bool {
        !matches!(self, Self::InProgress | Self::Failed)
    }
}

/// An idempotency record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Record {
    /// The key is used and the answer is not known yet (the old protocol alone commits this).
    InProgress,
    Answer(Answer),
    /// Older than answers are kept, and not yet tidied away.
    Expired,
}

/// What is committed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Database {
    pub offers: [Offer; OFFERS],
    pub quotas: [Option<QuotaRow>; ROWS],
    pub claims: Vec<Claim>,
    pub people: Set,
    /// By the number of the request that the key belongs to.
    pub answers: Vec<Option<Record>>,
    /// How often the effect of each request that is no claim has happened.
    pub made: Vec<u8>,
}

impl Database {
    /// Returns those of some quota rows that are committed.
    pub fn existing(&self, rows: Set) -> Set {
        Set::of(rows.iter().filter(|row| self.quotas[*row].is_some()))
    }

    /// Whether a person has an active claim that counts in a row.
    pub fn holds(&self, claimant: usize, row: usize) -> bool {
        self.claims.iter().any(|c| c.is_active && c.claimant == claimant && c.row == row)
    }

    /// Returns the units of the active claims that count in a row.
    pub fn units(&self, row: usize) -> usize {
        self.claims.iter().filter(|c| c.is_active && c.row == row).count()
    }

    /// Whether an offer has been claimed in any period.
    pub fn is_claimed(&self, offer: usize) -> bool {
        (0..PERIODS).any(|period| self.quotas[offer * PERIODS + period].is_some_and(|q| q.issued > 0))
    }

    /// Inserts a claim, or updates it.
    pub fn write_claim(&mut self, claim: Claim) {
        let key = |claim: &Claim| (claim.row, claim.sequence, claim.request);
        self.claims.retain(|other| key(other) != key(&claim));
        self.claims.push(claim);
        self.claims.sort_unstable();
    }

    /// Whether a claim breaks a uniqueness rule: sequence by offer and period, one active claim by claimant and period.
    pub fn refuses(&self, claim: &Claim) -> bool {
        self.claims.iter().any(|other| {
            other.row == claim.row
                && (other.sequence == claim.sequence || (other.is_active && other.claimant == claim.claimant))
        })
    }
}
