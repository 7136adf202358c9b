//! A claim batch, step by step.

use crate::{
    database::{Record, row_of},
    locks::Lock,
    protocol::Fault,
    scenario::Scenario,
    session::Step,
    set::Set,
    world::World,
};

impl Scenario {
    /// What a step of a batch locks, besides quota rows.
    pub fn batch_demand(&self, world: &World, worker: usize) -> Option<(Lock, Set)> {
        let session = &world.sessions[worker];
        let work = &session.work;
        match session.step {
            Step::LockClaimants if !self.protocol.has(Fault::A9) => {
                Some((Lock::KeyShare, self.claimants_of(work.asked())))
            }
            Step::LockPools => {
                let is_open = |offer: &usize| work.live[*offer].is_some_and(|live| live.is_open);
                let offers = self.offers_of(work.asked()).iter().filter(is_open);
                Some((Lock::Pool, Set::of(offers.filter(|offer| self.pools.contains(*offer)))))
            }
            Step::InsertAnswers => {
                let lock = match () {
                    () if self.protocol.has(Fault::A4) => Lock::AnswerOver,
                    () if self.protocol.has(Fault::ExpiredStays) => Lock::AnswerOnce,
                    () => Lock::Answer,
                };
                Some((lock, work.asked()))
            }
            _ => None,
        }
    }

    /// Does what a step of a batch does once it has its locks.
    pub fn run_batch(&self, world: &mut World, worker: usize) {
        let step = world.sessions[worker].step;
        match step {
            Step::LockClaimants => {
                let (everybody, session) = (world.db.people, &mut world.sessions[worker]);
                session.work.present = if self.protocol.has(Fault::A9) { everybody } else { session.locks.shared };
            }
            Step::ReadOffers if !self.read_offers(world, worker) => return self.repeat(world, worker),
            Step::FindHoldings => self.find_holdings(world, worker),
            Step::FindAnswers => {
                let work = &mut world.sessions[worker].work;
                for request in work.batch.iter() {
                    if let Some(Record::Answer(answer)) = world.db.answers[request] {
                        work.answered.insert(request);
                        work.answers.push((request, answer));
                    }
                }
            }
            Step::DecideBatch => self.decide_batch(world, worker),
            Step::InsertClaims if world.sessions[worker].work.claims.iter().any(|claim| world.db.refuses(claim)) => {
                return world.fail(worker);
            }
            Step::SetQuotas if !set_quotas(world, worker) => return world.fail(worker),
            // Where another process has just answered one of the requests, all of it is undone and done again.
            Step::InsertAnswers if !inserted_all(world, worker) => return self.repeat(world, worker),
            Step::Commit => world.commit(worker),
            Step::Answer => world.answer(worker),
            _ => {}
        }
        self.go_on(world, worker);
    }

    fn repeat(&self, world: &mut World, worker: usize) {
        world.repeat(worker, self.protocol.batch[0]);
    }

    /// Reads the live versions; returns whether the quota rows of those that are open are locked.
    fn read_offers(&self, world: &mut World, worker: usize) -> bool {
        let session = &mut world.sessions[worker];
        let mut is_fresh = true;
        for offer in self.offers_of(session.work.asked()).iter() {
            let live = world.db.offers[offer];
            session.work.live[offer] = Some(live);
            if !self.protocol.has(Fault::NeverStale) {
                world.looks[worker][offer] = live.into();
                is_fresh &= !live.is_open || session.locks.quotas.contains(row_of(offer, live.period, session.month));
            }
        }
        is_fresh || self.protocol.has(Fault::A3)
    }

    /// The quota row that counts for an offer: that of the live version, unless by mistake that of the last look.
    pub fn row_in_force(&self, world: &World, worker: usize, offer: usize) -> usize {
        let session = &world.sessions[worker];
        match session.work.live[offer] {
            Some(live) if !self.protocol.has(Fault::NeverStale) => row_of(offer, live.period, session.month),
            _ => self.wanted_row(world, worker, offer),
        }
    }

    fn find_holdings(&self, world: &mut World, worker: usize) {
        let holds = |request: &usize| {
            let request = self.requests[*request];
            world.db.holds(request.claimant, self.row_in_force(world, worker, request.offer))
        };
        let holding = Set::of(world.sessions[worker].work.asked().iter().filter(holds));
        world.sessions[worker].work.holding = holding;
    }
}

/// Returns whether the database takes the rows, by its rule that no more is claimed than the quota.
fn set_quotas(world: &World, worker: usize) -> bool {
    let session = &world.sessions[worker];
    let mut rows = session.work.quotas.iter();
    assert!(rows.clone().all(|(row, _)| session.locks.quotas.contains(*row)), "a row is written that is not locked");
    rows.all(|(_, quota)| quota.claimed <= quota.quota)
}

fn inserted_all(world: &World, worker: usize) -> bool {
    let session = &world.sessions[worker];
    session.work.asked().is_within(session.locks.answers)
}
