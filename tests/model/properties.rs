//! What holds at every moment, whatever happened before.

use stateright::Property;

use crate::{
    database::{Answer, OFFERS, PERIODS, Period, ROWS, row_of},
    scenario::Scenario,
    session::Session,
    world::{REPEATS, World},
};

pub const COUNTS: &str = "what a quota row counts are the claims of its period";
pub const QUOTA: &str = "no more is claimed in the period that runs than the live quota";
pub const ONE_ANSWER: &str = "all answers to one key are equal";
pub const TRUE_ANSWER: &str = "a claim that was answered is there";
pub const ONE_EFFECT: &str = "an effect happens once for a key";
pub const NOBODY: &str = "nobody who is deleted has an active claim";
pub const PERIOD: &str = "an offer that has been claimed keeps its period";
/// Its rules are that sequences are unique, that nobody has two claims in a period, and that no quota is exceeded.
pub const NO_FAILURE: &str = "the database refuses nothing that was decided";
pub const NO_CIRCLE: &str = "nobody waits in a circle";
pub const FEW_REPEATS: &str = "a transaction is repeated a few times at the most";

/// The one that is to be found at some moment.
const ENDS: &str = "all is done and answered";

type Rule = fn(&Scenario, &World) -> bool;

const RULES: [(&str, Rule); 10] = [
    (NO_CIRCLE, |scenario, world| {
        (0..world.sessions.len()).all(|s| world.sessions[s].pending.is_none() || !world.waits_in_a_circle(scenario, s))
    }),
    (COUNTS, |_, world| (0..ROWS).all(|row| is_counted(world, row))),
    (QUOTA, |_, world| (0..OFFERS).all(|offer| is_within_quota(world, offer))),
    (ONE_ANSWER, |_, world| world.contradicted.is_empty()),
    (TRUE_ANSWER, |scenario, world| (0..world.given.len()).all(|key| is_true(scenario, world, key))),
    (ONE_EFFECT, |_, world| {
        let claims = |key| world.db.claims.iter().filter(|claim| claim.request == key).count();
        (0..world.given.len()).all(|key| claims(key) + usize::from(world.db.made[key]) <= 1)
    }),
    (NOBODY, |_, world| {
        world.db.claims.iter().all(|claim| !claim.is_active || world.db.people.contains(claim.claimant))
    }),
    (PERIOD, |_, world| (0..ROWS).all(|row| is_of_live_period(world, row))),
    (NO_FAILURE, |_, world| {
        let mut answers = world.sessions.iter().flat_map(|session| &session.work.answers);
        answers.all(|(_, answer)| *answer != Answer::Failed)
    }),
    (FEW_REPEATS, |_, world| world.sessions.iter().all(|session| session.repeats <= REPEATS)),
];

/// All rules; and that all can come to an end, so that the rules have something to hold for.
pub fn all() -> Vec<Property<Scenario>> {
    let rules = RULES.iter().map(|(name, rule)| Property::always(name, *rule));
    rules.chain([Property::sometimes(ENDS, |_, world| has_ended(world))]).collect()
}

/// Whether everything was asked for and done, and all clients have their answers.
fn has_ended(world: &World) -> bool {
    let is_over = |session: &Session| !session.is_running();
    world.sends.iter().all(|sends| *sends == 0)
        && world.sessions.iter().all(is_over)
        && world.given.iter().all(Option::is_some)
}

fn is_counted(world: &World, row: usize) -> bool {
    let claims = || world.db.claims.iter().filter(|claim| claim.row == row);
    let last = claims().map(|claim| claim.sequence).max().unwrap_or_default();
    world.db.quotas[row].map_or(last == 0, |q| usize::from(q.claimed) == world.db.units(row) && q.issued == last)
}

fn is_within_quota(world: &World, offer: usize) -> bool {
    let live = world.db.offers[offer];
    world.db.units(row_of(offer, live.period, world.month)) <= usize::from(live.quota)
}

fn is_true(scenario: &Scenario, world: &World, key: usize) -> bool {
    match world.given[key] {
        Some(Answer::Claimed { row, sequence }) => {
            let claimant = scenario.requests[key].claimant;
            world.db.claims.iter().any(|c| (c.row, c.sequence, c.claimant) == (row, sequence, claimant))
        }
        Some(Answer::Made(number)) => world.db.made[key] >= number,
        _ => true,
    }
}

fn is_of_live_period(world: &World, row: usize) -> bool {
    let is_once = world.db.offers[row / PERIODS].period == Period::Once;
    row.is_multiple_of(PERIODS) == is_once || world.db.quotas[row].is_none_or(|quota| quota.issued == 0)
}
