//! What can go wrong between page and server.

use shared::{Code, Problem};

/// Why a call brought no answer that can be used.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The server could not be reached.
    Offline,
    /// The server refused, and said why.
    Problem(Box<Problem>),
    /// Something came that the page does not understand.
    Broken {
        /// To ask with, if the answer had one.
        request_id: Option<String>,
    },
}

impl Failure {
    /// What the server would say, where the page knows it without asking.
    pub fn refusal(code: Code) -> Self {
        Self::Problem(Box::new(Problem {
            kind: String::new(),
            title: String::new(),
            status: code.status(),
            detail: None,
            code,
            instance: String::new(),
            request_id: String::new(),
            errors: Vec::new(),
            extra: serde_json::Map::new(),
        }))
    }

    /// The server's code, if it gave one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// The number to ask the operators with.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(&problem.request_id),
            Self::Broken { request_id } => request_id.as_deref(),
            Self::Offline => None,
        }
    }

    /// A member that belongs to the code, such as `claim_id`.
    pub fn extra(&self, name: &str) -> Option<&serde_json::Value> {
        match self {
            Self::Problem(problem) => problem.extra.get(name),
            _ => None,
        }
    }
}
