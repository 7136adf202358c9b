//! `decide_batch`: which requests of a batch are granted.

use crate::{
    database::{Answer, Claim, OFFERS, QuotaRow},
    protocol::Fault,
    scenario::Scenario,
    set::Set,
    world::World,
};

/// The locked quota rows as the decision leaves them, by offer; none where the offer's is not locked.
type Rows = [Option<(usize, QuotaRow)>; OFFERS];

impl Scenario {
    /// Decides about the requests of a batch, one after another.
    pub fn decide_batch(&self, world: &mut World, worker: usize) {
        let asked = world.sessions[worker].work.asked();
        let offers = self.offers_of(asked);
        let mut rows: Rows = [None; OFFERS];
        for offer in offers.iter() {
            rows[offer] = self.given_row(world, worker, offer);
        }
        for request in asked.iter() {
            let answer = self.decide(world, worker, request, &mut rows);
            world.sessions[worker].work.answers.push((request, answer));
        }
        let work = &mut world.sessions[worker].work;
        let is_granted = |row: usize| work.claims.iter().any(|claim| claim.row == row);
        work.quotas = rows.into_iter().flatten().filter(|(row, _)| is_granted(*row)).collect();
        self.add_faulty_rows(world, worker, offers);
    }

    /// The quota row that the decision is given for an offer.
    fn given_row(&self, world: &World, worker: usize, offer: usize) -> Option<(usize, QuotaRow)> {
        let session = &world.sessions[worker];
        let live = session.work.live[offer]?;
        let row = self.row_in_force(world, worker, offer);
        if !session.locks.quotas.contains(row) {
            assert!(!live.is_open, "an open offer is decided about whose row is not locked");
            return None;
        }
        let known = world.db.quotas[row].unwrap_or(QuotaRow { quota: live.quota, claimed: 0, issued: 0 });
        let quota = if self.protocol.has(Fault::A2) { known.quota } else { live.quota };
        Some((row, QuotaRow { quota, ..known }))
    }

    /// Decides about one request, with the row as the requests before it left it.
    fn decide(&self, world: &mut World, worker: usize, request: usize, rows: &mut Rows) -> Answer {
        let work = &mut world.sessions[worker].work;
        let (offer, claimant) = (self.requests[request].offer, self.requests[request].claimant);
        if !work.present.contains(claimant) || !self.eligible.contains(claimant) {
            return Answer::NotEligible;
        }
        let is_open = work.live[offer].is_some_and(|live| live.is_open);
        let Some((row, quota)) = rows[offer].as_mut().filter(|_| is_open) else { return Answer::NotOpen };
        if work.holding.contains(request) || work.claims.iter().any(|c| (c.claimant, c.row) == (claimant, *row)) {
            return Answer::AlreadyClaimed;
        }
        if quota.claimed >= quota.quota {
            return Answer::Exhausted;
        }
        quota.claimed += 1;
        quota.issued += 1;
        work.claims.push(Claim { row: *row, sequence: quota.issued, claimant, request, is_active: true });
        Answer::Claimed { row: *row, sequence: quota.issued }
    }

    /// What the old decision returned besides: rows of closed offers as if they were new, and rows that were opened.
    fn add_faulty_rows(&self, world: &mut World, worker: usize, offers: Set) {
        for offer in offers.iter() {
            let Some((row, quota)) = self.given_row(world, worker, offer) else { continue };
            let session = &mut world.sessions[worker];
            let is_open = session.work.live[offer].is_some_and(|live| live.is_open);
            let is_reset = self.protocol.has(Fault::A1) && !is_open && !session.work.claims.is_empty();
            let is_set = session.work.quotas.iter().any(|(set, _)| *set == row);
            let is_left = self.protocol.has(Fault::A2) && session.locks.opened.contains(row) && !is_set;
            if is_reset || is_left {
                session.work.quotas.push((row, QuotaRow { claimed: 0, issued: 0, ..quota }));
            }
        }
    }
}
