//! How a session gets on: each step is a statement, which first locks its rows one by one.

use crate::{
    locks::Lock,
    protocol::Fault,
    scenario::{Scenario, Task},
    session::Step,
    set::Set,
    world::World,
};

impl Scenario {
    /// Begins a session's transaction with its first statement.
    pub fn begin(&self, world: &mut World, session: usize) {
        world.sessions[session].step = self.steps(session)[0];
        world.sessions[session].month = world.month;
        self.run(world, session);
    }

    /// Runs the statement of a session's step as far as it gets; returns whether it got anywhere.
    pub fn run(&self, world: &mut World, session: usize) -> bool {
        if let Some((lock, rows)) = self.demand(world, session) {
            let started = world.sessions[session].pending;
            let mut rows = started.unwrap_or(rows);
            for row in rows.iter() {
                let mut others = (0..world.sessions.len()).filter(|other| *other != session);
                if others.any(|other| world.sessions[other].locks.hinder(lock, row)) {
                    world.sessions[session].pending = Some(rows);
                    return started != Some(rows);
                }
                world.sessions[session].locks.add(lock, row, &world.db);
                rows.remove(row);
            }
            world.sessions[session].pending = None;
        }
        self.perform(world, session);
        true
    }

    /// What the step of a session locks.
    pub fn demand(&self, world: &World, session: usize) -> Option<(Lock, Set)> {
        if matches!(world.sessions[session].step, Step::LockFound | Step::OpenQuotas | Step::LockQuotas) {
            return Some(self.quota_demand(world, session));
        }
        match self.task(session) {
            None => self.batch_demand(world, session),
            Some(task) => self.task_demand(world, session, task),
        }
    }

    fn task_demand(&self, world: &World, session: usize, task: Task) -> Option<(Lock, Set)> {
        match (world.sessions[session].step, task) {
            (Step::LockOffer, Task::Edit { offers, .. }) => Some((Lock::Offer, offers)),
            (Step::LockPerson, Task::Erase { claimant }) => Some((Lock::Person, Set::of([claimant]))),
            (Step::BeginKey, Task::Post { key }) if !self.protocol.has(Fault::A5) => {
                Some((Lock::Answer, Set::of([key])))
            }
            _ => None,
        }
    }

    /// Does what the step does once it has its locks, and the private steps after it.
    fn perform(&self, world: &mut World, session: usize) {
        match self.task(session) {
            None => self.run_batch(world, session),
            Some(task @ Task::Edit { .. }) => self.run_edit(world, session, task),
            Some(Task::GiveBack { claimant } | Task::Erase { claimant }) => {
                self.run_give_back(world, session, claimant);
            }
            Some(Task::Post { key }) if self.protocol.has(Fault::A5) => self.run_old_post(world, session, key),
            Some(Task::Post { key }) => self.run_post(world, session, key),
        }
        if self.is_private(world, session) {
            self.run(world, session);
        }
    }

    /// Goes to the next step, or ends the session after the last.
    pub fn go_on(&self, world: &mut World, session: usize) {
        let steps = self.steps(session);
        let at = steps.iter().position(|step| *step == world.sessions[session].step);
        match at.and_then(|at| steps.get(at + 1)) {
            Some(next) => world.sessions[session].step = *next,
            None => world.end(session),
        }
    }

    /// Whether no other session can see or hinder a step: all that it reads is locked, and what it writes is not
    /// committed. When it runs makes no difference, so it runs at once; a crash at it is one at the step after it.
    /// (With a fault, less than all may be locked. Then some orders are left out, and what is found is true all the same.)
    fn is_private(&self, world: &World, session: usize) -> bool {
        match world.sessions[session].step {
            Step::FindHoldings
            | Step::DecideBatch
            | Step::InsertClaims
            | Step::SetQuotas
            | Step::ApplyEdits
            | Step::UpdateOffer
            | Step::GiveBack
            | Step::Erase => true,
            Step::RunEffect | Step::SetAnswer => !self.protocol.has(Fault::A5),
            Step::LockClaimants => !self.tasks.iter().any(|task| matches!(task, Task::Erase { .. })),
            Step::ReadOffers => !self.tasks.iter().any(|task| matches!(task, Task::Edit { .. })),
            Step::LockPools => self.pools.is_empty(),
            Step::FindAnswers | Step::InsertAnswers => !self.resends(),
            // Committed rows stay: where all are there, nothing is opened.
            Step::OpenQuotas => {
                let (_, rows) = self.quota_demand(world, session);
                world.db.existing(rows) == rows
            }
            _ => false,
        }
    }
}
