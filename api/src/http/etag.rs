//! Entity tags (RFC 9110 §8.8.3, §13.1): strong, of the whole body, never of who asks.
//!
//! The tag of something with a version begins with that version, for `If-Match`; its body may hold what changes without
//! the version, such as counts, so the rest of the tag is a hash of it.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder,
    dev::Payload,
    http::header::{self, EntityTag, HeaderValue},
};
use bytes::Bytes;
use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::{Code, FieldCode, Violations};

use super::tags::Tags;
use crate::error::{Error, Result};

/// The tag of a body.
pub fn of_body(body: &[u8]) -> HeaderValue {
    value(&format!("\"{}\"", hash(body)))
}

/// The tag of a body that holds a version and what may change without it.
fn of_version(version: u32, body: &[u8]) -> HeaderValue {
    value(&format!("\"v{version}.{}\"", hash(body)))
}

/// 96 bits of a body's SHA-256, in hexadecimal digits.
fn hash(body: &[u8]) -> String {
    hex::encode(&Sha256::digest(body)[..12])
}

fn value(tag: &str) -> HeaderValue {
    HeaderValue::from_str(tag).unwrap_or(HeaderValue::from_static("\"\""))
}

/// How long and by whom an answer may be kept.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// Everybody's, for a moment: proxies may answer with it while they ask again.
    Public,
    /// One person's: kept nowhere, also not by the browser of a computer that others use. A program may still keep the
    /// tag, and ask whether anything has changed.
    Private,
}

impl Keep {
    const fn value(self) -> HeaderValue {
        match self {
            Self::Public => HeaderValue::from_static("public, max-age=1, stale-while-revalidate=10"),
            Self::Private => HeaderValue::from_static("private, no-store"),
        }
    }
}

/// A body with its tag; 304 where the caller has it already.
pub fn tagged(request: &HttpRequest, keep: Keep, tag: HeaderValue, body: Bytes) -> HttpResponse {
    let known = is_known(request, &tag);
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

/// Whether the caller has what the tag stands for. Tags that cannot be read are nobody's.
fn is_known(request: &HttpRequest, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().ok().and_then(|tag| tag.parse::<EntityTag>().ok());
    let given = Tags::read(request, &header::IF_NONE_MATCH).ok().flatten();
    given.zip(tag).is_some_and(|(given, tag)| given.name_weakly(&tag))
}

/// Something of one person's as JSON, with its tag.
pub fn private<T: Serialize>(request: &HttpRequest, value: &T) -> Result<HttpResponse> {
    let body = json(value)?;
    Ok(tagged(request, Keep::Private, of_body(&body), body))
}

/// Something public as JSON, with its tag.
pub fn public<T: Serialize>(request: &HttpRequest, value: &T) -> Result<HttpResponse> {
    let body = json(value)?;
    Ok(tagged(request, Keep::Public, of_body(&body), body))
}

/// Something of one person's with a version, as JSON; 304 where the caller has it already.
pub fn versioned<T: Serialize>(request: &HttpRequest, version: u32, value: &T) -> Result<HttpResponse> {
    let body = json(value)?;
    Ok(tagged(request, Keep::Private, of_version(version, &body), body))
}

/// The answer to a change: what has become of it, with its tag.
pub fn changed<T: Serialize>(mut response: HttpResponseBuilder, version: u32, value: &T) -> Result<HttpResponse> {
    let body = json(value)?;
    response.insert_header((header::ETAG, of_version(version, &body)));
    response.insert_header((header::CACHE_CONTROL, Keep::Private.value()));
    Ok(response.content_type("application/json").body(body))
}

fn json<T: Serialize>(value: &T) -> Result<Bytes> {
    Ok(Bytes::from(serde_json::to_vec(value).map_err(Error::internal)?))
}

/// The versions that a change was made for. A change without it is refused with 428, with a stale one 412.
#[derive(Clone, Debug)]
pub struct IfMatch(Tags);

impl IfMatch {
    /// The versions that a change names, where it may do without; nothing where it names none.
    ///
    /// # Errors
    /// `malformed_request` where the header cannot be read.
    pub fn optional(request: &HttpRequest) -> Result<Option<Self>> {
        Ok(Tags::read(request, &header::IF_MATCH)?.map(Self))
    }

    /// Refuses a change for another version than `version`.
    ///
    /// # Errors
    /// `stale_version`, with the present version; a weak tag of it is named, since it never matches (strong comparison,
    /// RFC 9110 §13.1.1).
    pub fn check(&self, version: u32) -> Result<()> {
        let Tags::These(tags) = &self.0 else { return Ok(()) };
        let mut named = tags.iter().filter(|tag| version_of(tag) == Some(version)).peekable();
        let is_named = named.peek().is_some();
        if named.any(|tag| !tag.weak) {
            return Ok(());
        }
        let mut violations = Violations::default();
        violations.require(!is_named, "#If-Match", FieldCode::WeakTag);
        let refused = Error { violations: violations.into_vec(), ..Error::new(Code::StaleVersion) };
        Err(refused.with("version", version))
    }
}

/// Whether something is to be written only where there is none yet: `If-None-Match: *`.
///
/// # Errors
/// `malformed_request` where the header cannot be read.
pub fn is_only_new(request: &HttpRequest) -> Result<bool> {
    Ok(Tags::read(request, &header::IF_NONE_MATCH)? == Some(Tags::Any))
}

/// The version that a tag begins with: `"v3"` or `"v3.hash"`.
fn version_of(tag: &EntityTag) -> Option<u32> {
    let version = tag.tag().split('.').next()?.strip_prefix('v')?;
    version.parse().ok().filter(|number: &u32| number.to_string() == version)
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::optional(request).and_then(|given| given.ok_or_else(|| Code::PreconditionRequired.into())))
    }
}
