//! `open_quotas` and `lock_quotas`, which claim batches, edits and giving back have in common.

use crate::{
    database::{Offer, PERIODS, Period, row_of},
    locks::Lock,
    protocol::Fault,
    scenario::{Scenario, Task},
    session::{Session, Step},
    set::Set,
    world::World,
};

impl Scenario {
    /// What a step locks of quota rows: opening inserts those that are not there, locking locks those that are. (The code
    /// does not even try to insert a row that it knows to have been claimed from; this makes no difference.)
    pub fn quota_demand(&self, world: &World, session: usize) -> (Lock, Set) {
        let rest = self.wanted(world, session).without(world.sessions[session].locks.quotas);
        match world.sessions[session].step {
            Step::OpenQuotas => (Lock::Open, rest),
            _ => (Lock::Quota, world.db.existing(rest)),
        }
    }

    /// Whether all quota rows are locked that a transaction is to lock.
    pub fn has_quotas(&self, world: &World, session: usize) -> bool {
        self.wanted(world, session).is_within(world.sessions[session].locks.quotas)
    }

    fn wanted(&self, world: &World, session: usize) -> Set {
        match self.task(session) {
            None => self.batch_rows(world, session),
            Some(Task::Edit { .. }) => self.edit_rows(world, session),
            Some(_) => Set::of(world.sessions[session].work.found.iter().map(|claim| claim.row)),
        }
    }

    /// The rows of a batch: in the periods of the last look at its offers.
    fn batch_rows(&self, world: &World, worker: usize) -> Set {
        let offers = self.offers_of(world.sessions[worker].work.asked());
        // The old decision changed rows of closed offers, too.
        let is_wanted = |offer: &usize| world.looks[worker][*offer].is_open || self.protocol.has(Fault::A1);
        Set::of(offers.iter().filter(is_wanted).map(|offer| self.wanted_row(world, worker, offer)))
    }

    /// The quota row of an offer that a batch locks.
    pub fn wanted_row(&self, world: &World, worker: usize, offer: usize) -> usize {
        let session = &world.sessions[worker];
        let read = session.work.live[offer].filter(|_| self.protocol.has(Fault::A3));
        let period = read.map_or(world.looks[worker][offer].period, |live| live.period);
        row_of(offer, period, session.month)
    }

    /// The rows of the edits of a transaction, all at once.
    fn edit_rows(&self, world: &World, session: usize) -> Set {
        let Session { work, locks, .. } = &world.sessions[session];
        let mut rows = Set::EMPTY;
        for (offer, after) in &work.edited {
            rows = rows.and(self.rows_of_edit(world, session, *offer, *after));
            if self.protocol.has(Fault::EditsOneByOne) && !rows.is_within(locks.quotas) {
                break;
            }
        }
        rows
    }

    /// The rows of an edit: of the quota, those of the periods that can be running; of the period, of all periods in which
    /// the offer may just be claimed.
    fn rows_of_edit(&self, world: &World, session: usize, offer: usize, after: Offer) -> Set {
        let month = world.sessions[session].month;
        let before = world.db.offers[offer];
        let row = |text: Offer| row_of(offer, text.period, month);
        let has = |fault| self.protocol.has(fault);
        match () {
            () if has(Fault::A2) && before.quota == after.quota => Set::EMPTY,
            () if self.protocol.has_any(&[Fault::A2, Fault::A3, Fault::EditLocksOneRow]) => Set::of([row(after)]),
            () if has(Fault::EditLocksOneMonth) => Set::of([row(before), row(after)]),
            () if before.period == after.period => running(offer, after.period, month),
            () => {
                let months = (month.saturating_sub(1)..=month).map(|month| running(offer, Period::Monthly, month));
                months.fold(running(offer, Period::Once, month), Set::and)
            }
        }
    }
}

/// The quota rows of the period that runs, and of the one that may begin before the transaction ends.
pub fn running(offer: usize, period: Period, month: u8) -> Set {
    let last = u8::try_from(PERIODS).unwrap_or(u8::MAX) - 2;
    Set::of((month..=month + 1).map(|month| row_of(offer, period, month.min(last))))
}
