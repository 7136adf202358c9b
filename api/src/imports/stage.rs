//! What is done with an upload, one thing after the other.

use shared::import::OnError;

/// The stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// All rows are judged, none is applied: whether there is any error at all.
    Check,
    /// Rows are judged and applied, batch by batch.
    Apply,
    /// Offers that were not named end.
    End,
}

impl Stage {
    /// As the database has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Apply => "apply",
            Self::End => "end",
        }
    }

    /// The stage of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Check, Self::Apply, Self::End].into_iter().find(|stage| stage.as_str() == name)
    }
}

/// Where an upload begins.
pub const fn first(on_error: OnError) -> Stage {
    match on_error {
        OnError::SkipRows => Stage::Apply,
        OnError::RejectAll => Stage::Check,
    }
}
