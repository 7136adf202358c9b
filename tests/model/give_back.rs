//! `give_back`, of one claim that is cancelled, or of all claims of a person whose account is deleted (`erase`).

use crate::{
    database::{Claim, QuotaRow},
    scenario::{Scenario, Task},
    session::{Step, Work},
    set::Set,
    world::World,
};

impl Scenario {
    /// Does what a step of giving back does once it has its locks.
    pub fn run_give_back(&self, world: &mut World, session: usize, claimant: usize) {
        let is_erased = matches!(self.task(session), Some(Task::Erase { .. }));
        match world.sessions[session].step {
            Step::FindClaims => {
                let held = world.db.claims.iter().filter(|claim| claim.is_active && claim.claimant == claimant);
                let found: Vec<Claim> = held.take(if is_erased { usize::MAX } else { 1 }).copied().collect();
                match found.is_empty() {
                    true if is_erased => world.sessions[session].step = Step::GiveBack,
                    true => return world.end(session),
                    false => world.sessions[session].work.found = found,
                }
            }
            Step::GiveBack => close(world, session),
            Step::Erase => world.sessions[session].work.erased.insert(claimant),
            Step::Commit => world.commit(session),
            _ => {}
        }
        self.go_on(world, session);
    }
}

/// Closes the claims that are still as they were found, and takes them off the counts.
fn close(world: &mut World, session: usize) {
    let Work { found, claims, quotas, .. } = &mut world.sessions[session].work;
    let still = found.iter().filter(|claim| world.db.claims.contains(claim));
    *claims = still.map(|claim| Claim { is_active: false, ..*claim }).collect();
    for row in Set::of(claims.iter().map(|claim| claim.row)).iter() {
        let closed = claims.iter().filter(|claim| claim.row == row).count();
        let Some(quota) = world.db.quotas[row] else { continue };
        let claimed = quota.claimed.saturating_sub(u8::try_from(closed).unwrap_or(u8::MAX));
        quotas.push((row, QuotaRow { claimed, ..quota }));
    }
}
