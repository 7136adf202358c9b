//! The locks of sessions.

use crate::{
    database::{Database, Record},
    set::Set,
};

/// What a statement locks, row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// People FOR KEY SHARE.
    KeyShare,
    /// People FOR UPDATE.
    Person,
    /// Offers FOR UPDATE.
    Offer,
    /// Quota rows FOR UPDATE.
    Quota,
    /// Quota rows by INSERT … ON CONFLICT DO NOTHING.
    Open,
    /// Code pools FOR UPDATE; each is named by its offer.
    Pool,
    /// Idempotency records by INSERT … ON CONFLICT DO UPDATE … WHERE it is expired.
    Answer,
    /// Idempotency records by INSERT … ON CONFLICT DO NOTHING (a mistake).
    AnswerOnce,
    /// Idempotency records by INSERT … ON CONFLICT DO UPDATE, whatever is there (the old protocol).
    AnswerOver,
}

/// The locks of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locks {
    pub shared: Set,
    pub people: Set,
    pub offers: Set,
    pub quotas: Set,
    /// Quota rows that the transaction inserted; they are among `quotas`, too.
    pub opened: Set,
    pub pools: Set,
    pub answers: Set,
}

impl Locks {
    /// Whether a transaction with these locks makes another one wait that wants `lock` on `row`.
    pub const fn hinder(&self, lock: Lock, row: usize) -> bool {
        match lock {
            Lock::KeyShare => self.people.contains(row),
            Lock::Person => self.people.contains(row) || self.shared.contains(row),
            Lock::Offer => self.offers.contains(row),
            Lock::Quota => self.quotas.contains(row),
            Lock::Open => self.opened.contains(row),
            Lock::Pool => self.pools.contains(row),
            Lock::Answer | Lock::AnswerOnce | Lock::AnswerOver => self.answers.contains(row),
        }
    }

    /// Locks a row that nobody else has locked. Nothing is locked where it is not there, or is in the way of an insert.
    pub fn add(&mut self, lock: Lock, row: usize, db: &Database) {
        match lock {
            Lock::KeyShare if db.people.contains(row) => self.shared.insert(row),
            Lock::Person if db.people.contains(row) => self.people.insert(row),
            Lock::Offer => self.offers.insert(row),
            Lock::Quota => self.quotas.insert(row),
            Lock::Open if db.quotas[row].is_none() => {
                self.quotas.insert(row);
                self.opened.insert(row);
            }
            Lock::Pool => self.pools.insert(row),
            Lock::Answer if matches!(db.answers[row], None | Some(Record::Expired)) => self.answers.insert(row),
            Lock::AnswerOnce if db.answers[row].is_none() => self.answers.insert(row),
            Lock::AnswerOver => self.answers.insert(row),
            Lock::KeyShare | Lock::Person | Lock::Open | Lock::Answer | Lock::AnswerOnce => {}
        }
    }
}
