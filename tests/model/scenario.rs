//! What is checked: a protocol, what there is at the beginning, and all that may happen.

use crate::{
    database::{OFFERS, Offer, Period, QuotaRow, ROWS},
    protocol::{Fault, Protocol},
    session::Step,
    set::Set,
    world::WORKERS,
};

/// A claim that is asked for. Requests are numbered; so are their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub claimant: usize,
    pub offer: usize,
    /// How often it is sent at most: with its key each time.
    pub sends: u8,
}

/// What runs beside the claim workers, once each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Changes the texts of offers in one transaction, or pauses or resumes them.
    Edit { offers: Set, period: Option<Period>, quota: Option<u8>, is_open: Option<bool> },
    /// Gives back one claim of a person.
    GiveBack { claimant: usize },
    /// Deletes a person's account.
    Erase { claimant: usize },
    /// A request with an effect and a key of its own that is no claim; two tasks with one key are a request and its repeat.
    Post { key: usize },
}

/// A protocol, and what happens to it.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub protocol: Protocol,
    pub offers: [Offer; OFFERS],
    pub quotas: [Option<QuotaRow>; ROWS],
    /// Offers that hand out a partner's own codes.
    pub pools: Set,
    /// Those who may claim.
    pub eligible: Set,
    pub requests: Vec<Request>,
    /// Requests whose keys have a record that is too old to count.
    pub expired: Set,
    pub tasks: Vec<Task>,
    /// Months that may begin.
    pub turns: u8,
}

impl Scenario {
    /// Two open offers with a quota of two each, three people who may claim, and nothing that happens yet.
    pub fn new(faults: &[Fault]) -> Self {
        Self {
            protocol: Protocol::new(faults),
            offers: [Offer { is_open: true, period: Period::Once, quota: 2 }; OFFERS],
            quotas: [None; ROWS],
            pools: Set::EMPTY,
            eligible: Set::of(0..3),
            requests: Vec::new(),
            expired: Set::EMPTY,
            tasks: Vec::new(),
            turns: 0,
        }
    }

    /// What a session runs; none for a claim worker.
    pub fn task(&self, session: usize) -> Option<Task> {
        session.checked_sub(WORKERS).map(|task| self.tasks[task])
    }

    /// The steps of a session's transaction, in their order.
    pub fn steps(&self, session: usize) -> &[Step] {
        match self.task(session) {
            None => &self.protocol.batch,
            Some(Task::Edit { .. }) => &self.protocol.edit,
            Some(Task::GiveBack { .. }) => &self.protocol.give_back,
            Some(Task::Erase { .. }) => &self.protocol.erase,
            Some(Task::Post { .. }) => &self.protocol.post,
        }
    }

    /// The requests before one that differ from it in nothing but the name of who asks: they are sent before it, since the
    /// other way round nothing else would happen.
    pub fn alike_before(&self, request: usize) -> Set {
        let is_named = |claimant: usize| {
            self.tasks.iter().any(
                |task| matches!(task, Task::GiveBack { claimant: c } | Task::Erase { claimant: c } if *c == claimant),
            )
        };
        let kind = |number: usize| {
            let Request { claimant, offer, sends } = self.requests[number];
            let asks_once = self.requests.iter().filter(|other| other.claimant == claimant).count() == 1;
            let is_plain = sends == 1 && asks_once && !is_named(claimant);
            is_plain.then_some((offer, self.eligible.contains(claimant), self.expired.contains(number)))
        };
        let Some(same) = kind(request) else { return Set::EMPTY };
        Set::of((0..request).filter(|before| kind(*before) == Some(same)))
    }

    /// Whether a request may be sent again, with its key.
    pub fn resends(&self) -> bool {
        self.requests.iter().any(|request| request.sends > 1)
    }

    /// The offers of a batch.
    pub fn offers_of(&self, batch: Set) -> Set {
        Set::of(batch.iter().map(|request| self.requests[request].offer))
    }

    /// The claimants of a batch.
    pub fn claimants_of(&self, batch: Set) -> Set {
        Set::of(batch.iter().map(|request| self.requests[request].claimant))
    }
}
