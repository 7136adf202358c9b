//! From each moment, all that can happen next.

use stateright::{Model, Property};

use crate::{
    database::Record,
    properties,
    protocol::Fault,
    scenario::{Scenario, Task},
    session::{Look, Step},
    set::Set,
    world::{WORKERS, World},
};

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Clients send requests, and a worker begins a batch of them.
    Claim { worker: usize, requests: Set },
    /// A session runs the statement of its step, or gets some way in it.
    Run { session: usize, step: Step },
    /// A process or its connection is lost: what is not committed is gone, and nobody is answered.
    Crash { session: usize, step: Step },
    /// A month begins.
    Turn,
    /// The old protocol gives up waiting for a request that took its key and never finished.
    ForgetKey { key: usize },
}

impl Scenario {
    fn may_begin(&self, world: &World, session: usize) -> bool {
        match self.task(session) {
            Some(Task::GiveBack { claimant }) => world.db.claims.iter().any(|c| c.is_active && c.claimant == claimant),
            Some(_) => true,
            None => false,
        }
    }

    /// Whether no request of a batch comes before one that is just like it.
    fn is_in_order(&self, batch: Set, sendable: Set) -> bool {
        let left = sendable.without(batch);
        batch.iter().all(|request| left.without(self.alike_before(request)) == left)
    }

    /// The keys that a request took and never finished: the old protocol left them so.
    fn forgettable(&self, world: &World) -> Set {
        let is_running = |key| {
            let mut tasks = self.tasks.iter().enumerate();
            tasks.any(|(at, task)| *task == Task::Post { key } && world.sessions[at + WORKERS].is_running())
        };
        let keys = (0..world.db.answers.len()).filter(|key| world.db.answers[*key] == Some(Record::InProgress));
        Set::of(keys.filter(|key| !is_running(*key)))
    }

    fn crash(world: &mut World, session: usize) {
        world.end(session);
        if session < WORKERS {
            world.looks[session] = world.db.offers.map(Look::from);
        }
    }
}

impl Model for Scenario {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::begin(self)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        let sendable = Set::of((0..world.sends.len()).filter(|request| world.sends[*request] > 0));
        for (session, state) in world.sessions.iter().enumerate() {
            let step = state.step;
            match step {
                Step::Idle if session < WORKERS => {
                    let batches = sendable.subsets().filter(|batch| self.is_in_order(*batch, sendable));
                    actions.extend(batches.map(|requests| Action::Claim { worker: session, requests }));
                }
                Step::Idle if self.may_begin(world, session) => actions.push(Action::Run { session, step }),
                Step::Idle | Step::Done => {}
                _ => actions.extend([Action::Run { session, step }, Action::Crash { session, step }]),
            }
        }
        if world.month < self.turns {
            actions.push(Action::Turn);
        }
        if self.protocol.has(Fault::A5) {
            actions.extend(self.forgettable(world).iter().map(|key| Action::ForgetKey { key }));
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut world = world.clone();
        match action {
            Action::Claim { worker, requests } => {
                requests.iter().for_each(|request| world.sends[request] -= 1);
                world.sessions[worker].work.batch = requests;
                self.begin(&mut world, worker);
            }
            Action::Run { session, step: Step::Idle } => self.begin(&mut world, session),
            Action::Run { session, .. } => {
                if !self.run(&mut world, session) {
                    return None;
                }
            }
            Action::Crash { session, .. } => Self::crash(&mut world, session),
            Action::Turn => world.month += 1,
            Action::ForgetKey { key } => world.db.answers[key] = None,
        }
        Some(world.in_order())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
