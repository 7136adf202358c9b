//! The one error type of the server. Rules answer it, `http::problem` turns it into a problem document.

use serde::Serialize;
use serde_json::{Map, Value};
use shared::{Code, FieldCode, Violations, validate::Violation};

use crate::store::failure::Failure;

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
        let retry_after = (code.status() == 503).then_some(1);
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

    /// Returns the code and its causes, from the outermost to the innermost, for the log. Many libraries repeat a cause in
    /// the text of the error itself; what was said already is left out.
    pub fn chain(&self) -> String {
        let code = self.code.as_str();
        self.causes().map_or_else(|| code.to_owned(), |causes| format!("{code}: {causes}"))
    }

    /// Returns the causes alone; nothing for a refusal.
    fn causes(&self) -> Option<String> {
        let outermost = self.source.as_deref().map(|cause| cause as &dyn std::error::Error);
        let causes = std::iter::successors(outermost, |cause| cause.source()).map(ToString::to_string);
        causes.reduce(|said, cause| if said.contains(&cause) { said } else { format!("{said}: {cause}") })
    }

    /// Returns the same error for somebody else who waits for it.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            code: self.code,
            violations: self.violations.clone(),
            extra: self.extra.clone(),
            retry_after: self.retry_after,
            source: self.causes().map(Into::into),
        }
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
    /// What the database cannot do now is not the program's fault: the same request can succeed a moment later.
    fn from(error: sea_orm::DbErr) -> Self {
        let code = match Failure::of(&error) {
            Failure::Storage => Code::StorageUnavailable,
            Failure::Busy | Failure::Conflict => Code::Overloaded,
            Failure::Constraint | Failure::Fault => Code::Internal,
        };
        Self { source: Some(Box::new(error)), ..Self::new(code) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Layer {
        #[error("cannot read the page")]
        Outer(#[source] Box<Self>),
        #[error("the file: {0}")]
        Repeats(#[source] Box<Self>),
        #[error("disk full")]
        Inner,
    }

    #[test]
    fn the_log_has_every_cause_once() {
        let error = Layer::Outer(Box::new(Layer::Repeats(Box::new(Layer::Inner))));
        let error = Error::internal(error);
        assert_eq!(error.chain(), "internal: cannot read the page: the file: disk full");
        assert_eq!(error.again().chain(), error.chain());
        assert_eq!(Error::new(Code::NotFound).chain(), "not_found");
    }
}
