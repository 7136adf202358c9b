//! An answer as it is kept: status, headers and body.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::MessageBody,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use bytes::Bytes;
use shared::Code;

use crate::{
    error::{Error, Result},
    http::{
        finish::of_actix,
        problem::{self, Asked},
    },
};

/// The header of answers that were given before.
pub(super) const REPLAYED: &str = "idempotent-replayed";
/// The largest body that is kept.
const BODY_MAX: usize = 1024 * 1024;

/// An answer as it is kept: the status, the headers that the operation set, and the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

/// How an operation's answers are kept: as they are, or as what they are made of.
pub trait Form: 'static {
    /// Returns an answer from what was kept of it.
    ///
    /// # Errors
    /// `internal` where that cannot be read.
    fn restore(kept: Stored) -> Result<Stored>;
}

/// Answers that are kept as they are.
#[derive(Debug)]
pub struct Whole;

impl Form for Whole {
    fn restore(kept: Stored) -> Result<Stored> {
        Ok(kept)
    }
}

impl Stored {
    /// Returns the answer, as it is given the first time.
    pub fn answer(&self) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK));
        for (name, value) in &self.headers {
            response.append_header((name.as_str(), value.as_str()));
        }
        response.body(self.body.clone())
    }

    /// Returns the answer, as it is given again.
    pub fn replay(&self) -> HttpResponse {
        let mut response = self.answer();
        response.headers_mut().insert(HeaderName::from_static(REPLAYED), HeaderValue::from_static("true"));
        response
    }

    /// Returns what is kept of an answer that is in memory.
    ///
    /// # Errors
    /// `internal` for a body that cannot be read.
    pub async fn of<B: MessageBody>(response: HttpResponse<B>) -> Result<Self> {
        let own = |name: &HeaderName| *name != header::CONTENT_LENGTH && *name != header::CONNECTION;
        let headers = response.headers().iter().filter(|(name, _)| own(name));
        let headers = headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let (status, headers) = (response.status().as_u16(), headers.collect());
        let body = actix_web::body::to_bytes_limited(response.into_body(), BODY_MAX)
            .await
            .map_err(|_| Error::internal("an answer that is too large to be kept"))?
            .map_err(|_| Error::new(Code::Internal))?;
        Ok(Self { status, headers, body })
    }
}

/// What is kept of any answer; a refusal becomes its problem document first.
pub(super) async fn collect<B: MessageBody + 'static>(response: HttpResponse<B>, http: &HttpRequest) -> Result<Stored> {
    let asked = http.extensions().get::<Asked>().cloned();
    match (response.error(), &asked) {
        (Some(error), Some(asked)) => {
            let mut refusal = problem::response(&of_actix(error), asked);
            for (name, value) in response.headers() {
                if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
                    refusal.headers_mut().append(name.clone(), value.clone());
                }
            }
            Stored::of(refusal).await
        }
        _ => Stored::of(response).await,
    }
}
