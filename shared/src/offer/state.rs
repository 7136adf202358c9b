//! The life of an offer: which state allows which action.

use serde::{Deserialize, Serialize};

/// Where an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// Its partner is writing it.
    Draft,
    /// The ministry looks at it.
    InReview,
    /// The ministry refused it, with a reason.
    Rejected,
    /// Approved; opens at `starts_at`.
    Scheduled,
    /// Everybody sees that it comes; it cannot be claimed yet.
    Announced,
    /// Everybody sees it and who is eligible may claim it.
    Published,
    /// Everybody sees it; it cannot be claimed for now.
    Paused,
    /// Over.
    Ended,
}

/// What can be done to an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Change it (by its partner).
    Edit,
    /// Remove it as if it had never been (by its partner).
    Delete,
    /// Hand it to the ministry.
    Submit,
    /// Take it, or an edit of it, back from the ministry (by its partner).
    Withdraw,
    /// Let it be published, now or at its start (by the ministry).
    Approve,
    /// Let it be announced: visible, "soon" (by the ministry).
    Announce,
    /// Refuse it with a reason (by the ministry).
    Reject,
    /// Open it, because its time has come (by the platform) or because an announced one starts.
    Open,
    /// Stop claims for now.
    Pause,
    /// Go on.
    Resume,
    /// Close it for good.
    End,
}

impl Action {
    /// All actions, in the order of an offer's life.
    pub const ALL: [Self; 11] = [
        Self::Edit,
        Self::Delete,
        Self::Submit,
        Self::Withdraw,
        Self::Approve,
        Self::Announce,
        Self::Reject,
        Self::Open,
        Self::Pause,
        Self::Resume,
        Self::End,
    ];

    /// As it stands in JSON and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Submit => "submit",
            Self::Withdraw => "withdraw",
            Self::Approve => "approve",
            Self::Announce => "announce",
            Self::Reject => "reject",
            Self::Open => "open",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::End => "end",
        }
    }

    /// Whether it is done to the edit where one waits in review, and not to the offer.
    pub const fn is_for_edits(self) -> bool {
        matches!(self, Self::Withdraw | Self::Approve | Self::Reject)
    }
}

impl OfferState {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::InReview,
        Self::Rejected,
        Self::Scheduled,
        Self::Announced,
        Self::Published,
        Self::Paused,
        Self::Ended,
    ];

    /// As it stands in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Rejected => "rejected",
            Self::Scheduled => "scheduled",
            Self::Announced => "announced",
            Self::Published => "published",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The state after `action`, or nothing where this state does not allow it. This is the whole table.
    #[allow(clippy::match_same_arms)] // One row for each state reads better than merged rows.
    pub const fn apply(self, action: Action) -> Option<Self> {
        Some(match (self, action) {
            (Self::Draft | Self::Rejected, Action::Edit) => Self::Draft,
            (Self::Draft | Self::Rejected, Action::Submit) => Self::InReview,
            (Self::InReview, Action::Edit) => Self::InReview,
            (Self::InReview, Action::Withdraw) => Self::Draft,
            (Self::InReview, Action::Approve) => Self::Scheduled,
            (Self::InReview, Action::Announce) => Self::Announced,
            (Self::InReview, Action::Reject) => Self::Rejected,
            (Self::Scheduled, Action::Edit) => Self::InReview,
            (Self::Scheduled | Self::Announced, Action::Open) => Self::Published,
            (Self::Announced, Action::Edit) => Self::Announced,
            (Self::Published, Action::Edit) => Self::Published,
            (Self::Published, Action::Pause) => Self::Paused,
            (Self::Paused, Action::Edit) => Self::Paused,
            (Self::Paused, Action::Resume) => Self::Published,
            (Self::Scheduled | Self::Announced | Self::Published | Self::Paused, Action::End) => Self::Ended,
            _ => return None,
        })
    }

    /// Whether the offer may be removed: only what nobody has seen yet.
    pub const fn can_delete(self) -> bool {
        matches!(self, Self::Draft | Self::Rejected)
    }

    /// The actions that this state allows.
    pub fn allowed(self) -> Vec<Action> {
        Action::ALL
            .into_iter()
            .filter(|a| if matches!(a, Action::Delete) { self.can_delete() } else { self.apply(*a).is_some() })
            .collect()
    }

    /// The actions that this state allows while an edit waits in review: those, and what is done to the edit.
    pub fn allowed_with_edit(self) -> Vec<Action> {
        Action::ALL.into_iter().filter(|a| self.allowed().contains(a) || a.is_for_edits()).collect()
    }

    /// Whether a partner's edit waits in review while everybody sees the offer as it is.
    pub const fn edits_wait(self) -> bool {
        matches!(self, Self::Announced | Self::Published | Self::Paused)
    }

    /// Whether the list of offers has it.
    pub const fn is_listed(self) -> bool {
        matches!(self, Self::Announced | Self::Published)
    }

    /// Whether its page can be read by everybody: also when paused or over, since people hold codes of it.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Announced | Self::Published | Self::Paused | Self::Ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_end_and_everything_can_get_there() {
        assert_eq!(OfferState::Ended.allowed(), []);
        for state in [OfferState::Scheduled, OfferState::Announced, OfferState::Published, OfferState::Paused] {
            assert_eq!(state.apply(Action::End), Some(OfferState::Ended), "{state:?}");
        }
    }

    #[test]
    fn only_the_ministry_opens_what_nobody_has_seen() {
        for action in [Action::Submit, Action::Edit, Action::Resume, Action::Open] {
            for state in [OfferState::Draft, OfferState::InReview, OfferState::Rejected] {
                assert!(!state.apply(action).is_some_and(OfferState::is_public), "{state:?} {action:?}");
            }
        }
    }
}
