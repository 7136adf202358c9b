//! A request with an effect and a key that is no claim.

use crate::{
    database::{Answer, Record},
    scenario::Scenario,
    session::Step,
    world::World,
};

impl Scenario {
    /// Record and effect in one transaction.
    pub fn run_post(&self, world: &mut World, session: usize, key: usize) {
        let state = &mut world.sessions[session];
        match state.step {
            Step::BeginKey if !state.locks.answers.contains(key) => {
                if let Some(Record::Answer(answer)) = world.db.answers[key] {
                    state.work.answers = vec![(key, answer)];
                }
                state.step = Step::Answer;
                return;
            }
            Step::RunEffect => state.work.made.insert(key),
            Step::SetAnswer => state.work.answers = vec![(key, Answer::Made(world.db.made[key] + 1))],
            Step::Commit => world.commit(session),
            Step::Answer => world.answer(session),
            _ => {}
        }
        self.go_on(world, session);
    }

    /// The same as it was: key, effect and record are committed one after another.
    pub fn run_old_post(&self, world: &mut World, session: usize, key: usize) {
        let state = &mut world.sessions[session];
        match state.step {
            Step::BeginKey => {
                let known = match world.db.answers[key] {
                    None | Some(Record::Expired) => None,
                    Some(Record::InProgress) => Some(Answer::InProgress),
                    Some(Record::Answer(answer)) => Some(answer),
                };
                if let Some(answer) = known {
                    state.work.answers = vec![(key, answer)];
                    state.step = Step::Answer;
                    return;
                }
                world.db.answers[key] = Some(Record::InProgress);
            }
            Step::RunEffect => {
                world.db.made[key] += 1;
                state.work.answers = vec![(key, Answer::Made(world.db.made[key]))];
            }
            Step::SetAnswer => {
                world.db.answers[key] = state.work.answers.first().map(|(_, answer)| Record::Answer(*answer));
            }
            _ => world.answer(session),
        }
        self.go_on(world, session);
    }
}
