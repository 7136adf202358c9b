//! The one error type of the server. Rules answer it, `http::problem` turns it into a problem document.

use serde::Serialize;
use serde_json::{Map, Value};
use shared::{Code, FieldCode, Violations, validate::Violation};

/// What a rule answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request is refused, or what failed.
#[derive(Debug, thiserror::Error)]
#[error("{}", code.as_str())]
pub struct Error {
    /// For programs; it brings the status and the title.
    pub code: Code,
    /// Wrong places of the input.
    pub violations: Vec<Violation>,
    /// What belongs to the code.
    pub extra: Map<String, Value>,
    /// Seconds to wait, for 429 and 503.
    pub retry_after: Option<u32>,
    /// What really happened, for the log alone.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Refuses with a code.
    pub fn new(code: Code) -> Self {
        let retry_after = matches!(code, Code::Overloaded | Code::UploadElsewhere).then_some(1);
        Self { code, violations: Vec::new(), extra: Map::new(), retry_after, source: None }
    }

    /// Refuses input, naming the places.
    pub fn invalid(violations: Violations) -> Self {
        Self { violations: violations.into_vec(), ..Self::new(Code::InvalidInput) }
    }

    /// Refuses input with one wrong place.
    pub fn invalid_at(pointer: &str, code: FieldCode) -> Self {
        let mut violations = Violations::default();
        violations.add(pointer, code);
        Self::invalid(violations)
    }

    /// Adds what belongs to the code.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.extra.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// Says how long to wait.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// A failure of ours, with its cause for the log.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::new(Code::Internal) }
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<sea_orm::DbErr> for Error {
    /// A database that gives no connection in time is load, not failure.
    fn from(error: sea_orm::DbErr) -> Self {
        let code = match &error {
            sea_orm::DbErr::ConnectionAcquire(_) | sea_orm::DbErr::Conn(_) => Code::Overloaded,
            _ => Code::Internal,
        };
        Self { source: Some(Box::new(error)), ..Self::new(code) }
    }
}
