//! Sessions of the database: the claim worker of each process, and the tasks that run beside them.

use crate::{
    database::{Answer, Claim, OFFERS, Offer, Period, QuotaRow},
    locks::Locks,
    set::Set,
};

/// Where a session stands: the step that it takes next. The code's steps have these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A worker that waits for claims, or a task that has not begun.
    Idle,
    // A claim batch.
    FindAnswers,
    LockClaimants,
    /// `lock_quotas` before `open_quotas`: in the first version of the protocol alone.
    LockFound,
    OpenQuotas,
    LockQuotas,
    ReadOffers,
    LockPools,
    FindHoldings,
    DecideBatch,
    InsertClaims,
    SetQuotas,
    InsertAnswers,
    // An edit, which opens and locks quotas, too.
    LockOffer,
    ApplyEdits,
    UpdateOffer,
    // Giving back, which locks quotas, too; and the deletion of an account.
    LockPerson,
    FindClaims,
    GiveBack,
    Erase,
    // Another request with an effect.
    BeginKey,
    RunEffect,
    SetAnswer,
    // All.
    Commit,
    Answer,
    /// A task that is over.
    Done,
}

/// A session, and what its transaction has done so far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session {
    pub step: Step,
    pub locks: Locks,
    /// What the statement that runs has still to lock, fixed when it started; none before it starts.
    pub pending: Option<Set>,
    /// The month by its clock when the transaction began.
    pub month: u8,
    /// How often the transaction was begun anew.
    pub repeats: u8,
    pub work: Work,
}

/// What a transaction remembers of what it read, and what it has written and not committed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Work {
    /// The requests of the batch.
    pub batch: Set,
    /// The claimants who are there.
    pub present: Set,
    /// The live versions that were read.
    pub live: [Option<Offer>; OFFERS],
    /// The requests whose claimants hold a claim.
    pub holding: Set,
    /// The requests that have an answer already.
    pub answered: Set,
    /// The answers of the batch, or of the task.
    pub answers: Vec<(usize, Answer)>,
    /// The claims that are to be given back.
    pub found: Vec<Claim>,
    /// Claims as they will be.
    pub claims: Vec<Claim>,
    /// Quota rows as they will be.
    pub quotas: Vec<(usize, QuotaRow)>,
    /// The edited offers as they will be.
    pub edited: Vec<(usize, Offer)>,
    /// People who will be gone.
    pub erased: Set,
    /// Requests whose effect has happened.
    pub made: Set,
}

impl Work {
    /// The requests that are to be decided.
    pub const fn asked(&self) -> Set {
        self.batch.without(self.answered)
    }
}

/// What a process has last seen of an offer: only a guess at which quota row a batch needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Look {
    pub is_open: bool,
    pub period: Period,
}

impl From<Offer> for Look {
    fn from(offer: Offer) -> Self {
        Self { is_open: offer.is_open, period: offer.period }
    }
}

impl Session {
    pub fn at(step: Step) -> Self {
        Self { step, locks: Locks::default(), pending: None, month: 0, repeats: 0, work: Work::default() }
    }

    /// Whether it is in a transaction, or has still to answer.
    pub const fn is_running(&self) -> bool {
        !matches!(self.step, Step::Idle | Step::Done)
    }
}
