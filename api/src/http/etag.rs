//! Entity tags (RFC 9110 §8.8.3, §13.1): strong, of the body alone, never of who asks.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::header::{self, HeaderValue},
};
use bytes::Bytes;
use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::Code;

use crate::error::{Error, Result};

/// The tag of a body.
pub fn of_body(body: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(body);
    HeaderValue::from_str(&format!("\"{}\"", hex::encode(&digest[..12]))).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The tag of a version.
pub fn of_version(version: u32) -> String {
    format!("\"v{version}\"")
}

/// How long and by whom an answer may be kept.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// Everybody's, for a moment: proxies may answer with it while they ask again.
    Public,
    /// One person's: asked again each time.
    Private,
}

impl Keep {
    const fn value(self) -> HeaderValue {
        match self {
            Self::Public => HeaderValue::from_static("public, max-age=1, stale-while-revalidate=10"),
            Self::Private => HeaderValue::from_static("private, no-cache"),
        }
    }
}

/// A body with its tag; 304 where the caller has it already.
pub fn tagged(request: &HttpRequest, keep: Keep, tag: HeaderValue, body: Bytes) -> HttpResponse {
    let known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|given| matches(given, &tag));
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, keep.value()));
    if matches!(keep, Keep::Private) {
        response.insert_header((header::VARY, "Authorization, Cookie, Accept-Language"));
    }
    if known {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, "application/json"));
    response.body(body)
}

/// Something of one person's as JSON, with its tag.
pub fn private<T: Serialize>(request: &HttpRequest, value: &T) -> Result<HttpResponse> {
    let body = Bytes::from(serde_json::to_vec(value).map_err(Error::internal)?);
    Ok(tagged(request, Keep::Private, of_body(&body), body))
}

/// Something public as JSON, with its tag.
pub fn public<T: Serialize>(request: &HttpRequest, value: &T) -> Result<HttpResponse> {
    let body = Bytes::from(serde_json::to_vec(value).map_err(Error::internal)?);
    Ok(tagged(request, Keep::Public, of_body(&body), body))
}

/// Whether a list of tags (or `*`) has this one. `If-None-Match` compares weakly (RFC 9110 §13.1.2).
fn matches(given: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(given), Ok(tag)) = (given.to_str(), tag.to_str()) else { return false };
    given.trim() == "*" || given.split(',').any(|t| t.trim().trim_start_matches("W/") == tag)
}

/// The versions that a change was made for. A change without it is refused with 428, with a stale one 412.
#[derive(Clone, Debug)]
pub struct IfMatch(HeaderValue);

impl IfMatch {
    /// Refuses a change for another version than `version`.
    pub fn check(&self, version: u32) -> Result<()> {
        let tag = of_version(version);
        let given = self.0.to_str().unwrap_or_default();
        // Strong comparison (RFC 9110 §13.1.1): a weak tag never matches.
        if given.trim() == "*" || given.split(',').any(|t| t.trim() == tag) {
            return Ok(());
        }
        Err(Error::new(Code::StaleVersion).with("version", version))
    }
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let given = request.headers().get(header::IF_MATCH).cloned();
        ready(given.map(Self).ok_or_else(|| Code::PreconditionRequired.into()))
    }
}
