//! All that is going on: the database, the sessions, and what clients were told.

use crate::{
    database::{Answer, Database, Record},
    locks::Locks,
    scenario::{Scenario, Task},
    session::{Look, Session, Step, Work},
    set::Set,
};

/// Two processes, each with one claim worker.
pub const WORKERS: usize = 2;
/// How often a transaction is begun anew at the most: each time, another one was committed in between.
pub const REPEATS: u8 = 4;

/// One moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub db: Database,
    /// The workers, then the tasks in the order of the scenario.
    pub sessions: Vec<Session>,
    /// What each process has last seen of the offers.
    pub looks: [[Look; 2]; WORKERS],
    /// How often each request can still be sent.
    pub sends: Vec<u8>,
    /// The first answer that was given under each key.
    pub given: Vec<Option<Answer>>,
    /// Keys under which another answer was given than before.
    pub contradicted: Set,
    /// The month that runs.
    pub month: u8,
}

impl World {
    pub fn begin(scenario: &Scenario) -> Self {
        let posts = scenario.tasks.iter().map(|task| if let Task::Post { key } = task { key + 1 } else { 0 });
        let keys = posts.max().unwrap_or_default().max(scenario.requests.len());
        let sessions = WORKERS + scenario.tasks.len();
        Self {
            db: Database {
                offers: scenario.offers,
                quotas: scenario.quotas,
                claims: Vec::new(),
                people: Set::of(scenario.requests.iter().map(|request| request.claimant)),
                answers: (0..keys).map(|key| scenario.expired.contains(key).then_some(Record::Expired)).collect(),
                made: vec![0; keys],
            },
            sessions: (0..sessions).map(|_| Session::at(Step::Idle)).collect(),
            looks: [scenario.offers.map(Look::from); WORKERS],
            sends: scenario.requests.iter().map(|request| request.sends).collect(),
            given: vec![None; keys],
            contradicted: Set::EMPTY,
            month: 0,
        }
    }

    /// The sessions that make another one wait.
    fn blockers(&self, scenario: &Scenario, session: usize) -> Set {
        let Some(row) = self.sessions[session].pending.and_then(|rows| rows.iter().next()) else { return Set::EMPTY };
        let Some((lock, _)) = scenario.demand(self, session) else { return Set::EMPTY };
        Set::of((0..self.sessions.len()).filter(|s| *s != session && self.sessions[*s].locks.hinder(lock, row)))
    }

    /// Whether a session waits, in the end, for itself.
    pub fn waits_in_a_circle(&self, scenario: &Scenario, session: usize) -> bool {
        let mut reached = self.blockers(scenario, session);
        loop {
            let further = reached.iter().fold(reached, |all, s| all.and(self.blockers(scenario, s)));
            if further == reached {
                return reached.contains(session);
            }
            reached = further;
        }
    }

    /// Ends a transaction without a trace.
    pub fn roll_back(&mut self, session: usize) {
        self.sessions[session].locks = Locks::default();
        self.sessions[session].pending = None;
    }

    /// Rolls the transaction of a batch back, to begin it anew.
    pub fn repeat(&mut self, worker: usize, first: Step) {
        self.roll_back(worker);
        let month = self.month;
        let session = &mut self.sessions[worker];
        session.repeats = (session.repeats + 1).min(REPEATS + 1);
        session.month = month;
        session.step = first;
        session.work = Work { batch: session.work.batch, ..Work::default() };
    }

    /// Rolls the transaction of a batch back, to answer everybody in it that it failed.
    pub fn fail(&mut self, worker: usize) {
        self.roll_back(worker);
        let session = &mut self.sessions[worker];
        session.work.answers = session.work.batch.iter().map(|request| (request, Answer::Failed)).collect();
        session.step = Step::Answer;
    }

    /// Ends a session: a worker waits for the next batch, a task is over.
    pub fn end(&mut self, session: usize) {
        self.sessions[session] = Session::at(if session < WORKERS { Step::Idle } else { Step::Done });
    }

    /// Commits what a session has written. (Quota rows that it opened and did not set are deleted again: they are never
    /// seen.)
    pub fn commit(&mut self, session: usize) {
        let work = std::mem::take(&mut self.sessions[session].work);
        for (row, quota) in &work.quotas {
            self.db.quotas[*row] = Some(*quota);
        }
        for claim in &work.claims {
            self.db.write_claim(*claim);
        }
        for (offer, text) in &work.edited {
            self.db.offers[*offer] = *text;
        }
        self.db.people = self.db.people.without(work.erased);
        for key in work.made.iter() {
            self.db.made[key] += 1;
        }
        for (key, answer) in &work.answers {
            if self.sessions[session].locks.answers.contains(*key) {
                self.db.answers[*key] = Some(Record::Answer(*answer));
            }
        }
        self.sessions[session].work.answers = work.answers;
        self.roll_back(session);
    }

    /// Gives the answers of a session to their clients.
    pub fn answer(&mut self, session: usize) {
        for (key, answer) in self.sessions[session].work.answers.clone() {
            match self.given[key] {
                _ if !answer.is_recorded() => {}
                Some(first) if first != answer => self.contradicted.insert(key),
                _ => self.given[key] = Some(answer),
            }
        }
    }

    /// The same moment with the workers in their order: which process is which makes no difference.
    pub fn in_order(mut self) -> Self {
        if (&self.sessions[1], self.looks[1]) < (&self.sessions[0], self.looks[0]) {
            self.sessions.swap(0, 1);
            self.looks.swap(0, 1);
        }
        self
    }
}
