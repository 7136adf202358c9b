//! Many offers of one partner at once, as uploads bring them: what becomes of each is decided here without I/O, and
//! written with a fixed number of statements however many there are.

mod end;
mod find;
mod write;

use chrono::{DateTime, Utc};
use sea_orm::Value as DbValue;
use serde_json::value::{RawValue, to_raw_value};
use shared::{
    FieldCode, OfferId,
    offer::{Action, OfferDraft, OfferState},
    validate::Violation,
};
use uuid::Uuid;

pub use self::{
    end::{count_missing, count_open, end, lock_missing},
    find::{find, same, there},
    write::{Creation, create, update},
};
use super::{
    document::{draft_of, latest_draft_of, search_text, state_of},
    life,
};
use crate::{
    error::{Error, Result},
    partners::Actor,
    quotas::{Edit, QuotaKey, QuotaState},
    store::{clock::to_ms, entities::offers},
};

/// What versions made by an upload say of themselves.
const ACTION: &str = "offer.import";

/// How an upload treats its rows.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Hands new and changed offers to the ministry; without it they stay drafts.
    pub submit: bool,
    /// In a sandbox nobody reviews: what is handed in is published.
    pub sandbox: bool,
    pub now: DateTime<Utc>,
}

/// An offer as it stands, with what is claimed of it.
#[derive(Clone, Debug)]
pub struct Standing {
    pub row: offers::Model,
    quotas: Vec<(QuotaKey, QuotaState)>,
}

impl Standing {
    /// What its partner wrote last.
    pub fn latest(&self) -> Result<OfferDraft> {
        latest_draft_of(&self.row)
    }
}

/// What becomes of a row.
#[derive(Clone, Debug)]
pub enum Verdict {
    Create(Box<New>),
    Update(Box<Change>),
    Unchanged,
    /// The offer is over, so nothing about it changes any more.
    Ended,
    /// What is claimed binds the offer.
    Bound(Violation),
}

/// A new offer, as it is written.
#[derive(Clone, Debug)]
pub struct New {
    name: String,
    state: OfferState,
    /// Milliseconds, as all times in the database.
    starts_at: Option<i64>,
    ends_at: Option<i64>,
    draft: Box<RawValue>,
    /// The words by which its partner finds it.
    search: String,
}

impl New {
    fn of(draft: &OfferDraft, state: OfferState) -> Result<Self> {
        Ok(Self {
            name: draft.external_id.clone().unwrap_or_default(),
            state,
            starts_at: draft.starts_at.map(to_ms),
            ends_at: draft.ends_at.map(to_ms),
            draft: to_raw_value(draft).map_err(Error::internal)?,
            search: search_text(draft),
        })
    }
}

/// An offer's next version.
#[derive(Clone, Debug)]
pub struct Change {
    after: offers::Model,
    /// What it makes of period and quota, where the change counts from now on.
    edit: Option<Edit>,
}

/// Decides about a row: `latest` is what the partner wrote last of `before`.
pub fn decide(before: Option<(&Standing, &OfferDraft)>, draft: &OfferDraft, rules: Rules) -> Result<Verdict> {
    let Some((standing, latest)) = before else {
        let opens = draft.starts_at.is_none_or(|at| at <= rules.now);
        let state = match (rules.submit, rules.sandbox) {
            (false, _) => OfferState::Draft,
            (true, false) => OfferState::InReview,
            (true, true) if opens => OfferState::Published,
            (true, true) => OfferState::Scheduled,
        };
        return Ok(Verdict::Create(Box::new(New::of(draft, state)?)));
    };
    let (row, state) = (&standing.row, state_of(&standing.row)?);
    if latest == draft {
        // Written earlier, handed in only now.
        let handed_in = rules.submit && state == OfferState::Draft;
        return if handed_in { change(standing, draft, state, rules) } else { Ok(Verdict::Unchanged) };
    }
    if state == OfferState::Ended {
        return Ok(Verdict::Ended);
    }
    let live = draft_of(row)?;
    if draft.period != live.period && standing.quotas.iter().any(|(_, quota)| quota.issued > 0) {
        return Ok(Verdict::Bound(Violation::new("/period", FieldCode::NotAllowed)));
    }
    let key = QuotaKey::at(OfferId(row.id), draft.period, rules.now);
    let claimed = standing.quotas.iter().find(|(of, _)| *of == key).map_or(0, |(_, quota)| quota.claimed);
    if draft.quota != live.quota && draft.quota.is_some_and(|quota| claimed > quota) {
        let bound = Violation {
            min: i64::from(claimed),
            max: i64::from(shared::offer::QUOTA_MAX),
            ..Violation::new("/quota", FieldCode::OutOfRange)
        };
        return Ok(Verdict::Bound(bound));
    }
    change(standing, draft, state, rules)
}

/// The next version of an offer: at once, or waiting in review where everybody sees it.
fn change(standing: &Standing, draft: &OfferDraft, state: OfferState, rules: Rules) -> Result<Verdict> {
    let row = &standing.row;
    let waits = state.edits_wait() && !rules.sandbox;
    let mut after = life::edited(row, draft, waits, rules.now)?;
    let mut edit = None;
    if !waits {
        if rules.submit && state_of(&after)? == OfferState::Draft {
            after = next(row, &after, Action::Submit, rules.now)?;
        }
        if rules.submit && rules.sandbox && state_of(&after)? == OfferState::InReview {
            after = next(row, &after, Action::Approve, rules.now)?;
        }
        after.rejection = None;
        let live = draft_of(row)?;
        edit = ((draft.period, draft.quota) != (live.period, live.quota)).then_some(Edit {
            offer: OfferId(row.id),
            before: live.period,
            after: draft.period,
            quota: draft.quota,
        });
    }
    Ok(Verdict::Update(Box::new(Change { after, edit })))
}

/// Another step of the same version.
fn next(before: &offers::Model, row: &offers::Model, action: Action, now: DateTime<Utc>) -> Result<offers::Model> {
    Ok(offers::Model { version: before.version + 1, ..life::after(row, action, false, now)? })
}

/// Who it was, as two columns.
fn by(actor: Option<Actor>) -> [DbValue; 2] {
    let user: Option<Uuid> = actor.and_then(Actor::user).map(Into::into);
    let key: Option<Uuid> = actor.and_then(Actor::key).map(Into::into);
    [user.into(), key.into()]
}
