//! Edits of offers, step by step.

use crate::{
    database::{Offer, QuotaRow},
    protocol::Fault,
    quotas::running,
    scenario::{Scenario, Task},
    session::Step,
    world::World,
};

impl Scenario {
    /// Does what a step of an edit does once it has its locks.
    pub fn run_edit(&self, world: &mut World, session: usize, task: Task) {
        let step = world.sessions[session].step;
        match step {
            Step::LockOffer => return self.begin_edit(world, session, task),
            Step::LockQuotas if self.protocol.has(Fault::EditsOneByOne) && !self.has_quotas(world, session) => {
                world.sessions[session].step = Step::OpenQuotas;
                return;
            }
            Step::ApplyEdits => {
                let edited = world.sessions[session].work.edited.clone();
                if !edited.into_iter().all(|(offer, after)| apply_edit(world, session, offer, after)) {
                    return world.end(session);
                }
            }
            Step::Commit => world.commit(session),
            _ => {}
        }
        self.go_on(world, session);
    }

    /// Once the offers are locked: what the edit makes of them.
    fn begin_edit(&self, world: &mut World, session: usize, task: Task) {
        let Task::Edit { offers, period, quota, is_open } = task else { return };
        let edit = |before: Offer| Offer {
            is_open: is_open.unwrap_or(before.is_open),
            period: period.unwrap_or(before.period),
            quota: quota.unwrap_or(before.quota),
        };
        let changes = offers.iter().map(|offer| (offer, edit(world.db.offers[offer])));
        let edited: Vec<_> = changes.filter(|(offer, after)| *after != world.db.offers[*offer]).collect();
        let binds = |(offer, after): &(usize, Offer)| {
            let before = world.db.offers[*offer];
            (after.period, after.quota) != (before.period, before.quota)
        };
        if edited.is_empty() {
            return world.end(session);
        }
        let is_bound = edited.iter().any(binds);
        world.sessions[session].work.edited = edited;
        if is_bound {
            self.go_on(world, session);
        } else {
            world.sessions[session].step = Step::UpdateOffer;
        }
    }
}

/// Holds an edit against what is claimed, and puts its quota in force in the rows that are there; returns whether what is
/// claimed allows it. Rows that the edit opened are deleted again.
fn apply_edit(world: &mut World, session: usize, offer: usize, after: Offer) -> bool {
    if after.period != world.db.offers[offer].period && world.db.is_claimed(offer) {
        return false;
    }
    let session = &mut world.sessions[session];
    for row in running(offer, after.period, session.month).iter().filter(|row| session.locks.quotas.contains(*row)) {
        let Some(known) = world.db.quotas[row] else { continue };
        if known.claimed > after.quota {
            return false;
        }
        session.work.quotas.push((row, QuotaRow { quota: after.quota, ..known }));
    }
    true
}
