//! Which protocol is checked: the new one, or one in which some steps are as they used to be, or as they might be by
//! mistake.

use crate::{session::Step, set::Set};

/// One step that is not as in the new protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    // The old protocol; the names are those of the faults' report.
    /// The decision returns rows that it was not given: a refusal on a closed offer resets its quota row.
    A1,
    /// The quota in force is the one in the quota row, which an edit updates only where the text's quota differs, in the
    /// period of the new text; and refused claims leave rows behind.
    A2,
    /// The terms are read before the quota row is locked, and an edit updates the row without opening it.
    A3,
    /// The records of keys are written over what has come there since they were looked up.
    A4,
    /// The key, the effect and the answer of a request are committed one after another.
    A5,
    /// A claim does not lock its claimant.
    A9,

    // The first version of the new one.
    /// An edit locks the quota rows of the month by its own clock alone.
    EditLocksOneMonth,
    /// Quota rows are opened after others have been locked.
    OpensLate,

    // Mistakes that nobody made: they show that the properties would notice.
    /// An edit of the period locks the quota row of the new period alone.
    EditLocksOneRow,
    /// Edits of several offers in one transaction open and lock the quota rows of one offer after another.
    EditsOneByOne,
    /// An edit locks the quota rows that exist, and opens none.
    EditOpensNoRow,
    /// The answer is given before the commit.
    AnswersEarly,
    /// The record of a key is inserted, or found to be there; an expired one is in its way for ever.
    ExpiredStays,
    /// The period is not compared once the quota rows are locked.
    NeverStale,
}

impl Fault {
    /// The protocol as it was before it was mended.
    pub const OLD: [Self; 6] = [Self::A1, Self::A2, Self::A3, Self::A4, Self::A5, Self::A9];
}

const BATCH: [Step; 13] = [
    Step::FindAnswers,
    Step::LockClaimants,
    Step::OpenQuotas,
    Step::LockQuotas,
    Step::ReadOffers,
    Step::LockPools,
    Step::FindHoldings,
    Step::DecideBatch,
    Step::InsertClaims,
    Step::SetQuotas,
    Step::InsertAnswers,
    Step::Commit,
    Step::Answer,
];
const EDIT: [Step; 6] =
    [Step::LockOffer, Step::OpenQuotas, Step::LockQuotas, Step::ApplyEdits, Step::UpdateOffer, Step::Commit];
const GIVE_BACK: [Step; 5] = [Step::FindClaims, Step::OpenQuotas, Step::LockQuotas, Step::GiveBack, Step::Commit];
const ERASE: [Step; 7] =
    [Step::LockPerson, Step::FindClaims, Step::OpenQuotas, Step::LockQuotas, Step::GiveBack, Step::Erase, Step::Commit];
const POST: [Step; 5] = [Step::BeginKey, Step::RunEffect, Step::SetAnswer, Step::Commit, Step::Answer];

/// A protocol: the steps of each transaction, and the faults in them.
#[derive(Clone, Debug)]
pub struct Protocol {
    faults: Set,
    pub batch: Vec<Step>,
    pub edit: Vec<Step>,
    pub give_back: Vec<Step>,
    pub erase: Vec<Step>,
    pub post: Vec<Step>,
}

impl Protocol {
    /// Returns the protocol with some faults; without any, it is the new one.
    pub fn new(faults: &[Fault]) -> Self {
        let mut protocol = Self {
            faults: Set::of(faults.iter().map(|fault| *fault as usize)),
            batch: BATCH.to_vec(),
            edit: EDIT.to_vec(),
            give_back: GIVE_BACK.to_vec(),
            erase: ERASE.to_vec(),
            post: POST.to_vec(),
        };
        protocol.change_order();
        protocol
    }

    pub const fn has(&self, fault: Fault) -> bool {
        self.faults.contains(fault as usize)
    }

    /// Whether it has one of some faults.
    pub fn has_any(&self, faults: &[Fault]) -> bool {
        faults.iter().any(|fault| self.has(*fault))
    }

    fn change_order(&mut self) {
        if self.has(Fault::OpensLate) {
            for steps in [&mut self.batch, &mut self.edit] {
                let at = steps.iter().position(|step| *step == Step::OpenQuotas).unwrap_or_default();
                steps.insert(at, Step::LockFound);
            }
        }
        if self.has_any(&[Fault::A2, Fault::A3, Fault::EditOpensNoRow]) {
            self.edit.retain(|step| *step != Step::OpenQuotas);
        }
        if self.has(Fault::A3) {
            self.batch.retain(|step| *step != Step::ReadOffers);
            self.batch.insert(0, Step::ReadOffers);
        }
        if self.has(Fault::A5) {
            self.post.retain(|step| *step != Step::Commit);
        }
        if self.has(Fault::AnswersEarly) {
            let last = self.batch.len() - 1;
            self.batch.swap(last - 1, last);
        }
    }
}
