//! What a request's key stands for: the caller, the method, the path and the key itself; and the query, the media type and
//! the body, by which a key that is used for something else is recognised.

use actix_web::{HttpRequest, http::header};
use sha2::{Digest, Sha256};
use shared::{Code, FieldCode};
use uuid::{Uuid, Version};

use crate::error::{Error, Result};

/// The longest key.
const KEY_MAX: usize = 255;

/// Somebody who can own keys: a person, or a partner's program.
pub trait Owner {
    /// Returns what tells this caller apart from all others.
    fn owner(&self) -> String;
}

/// A key in its scope, and the request that it was sent with, as hashes; the key's may begin with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub key: [u8; 32],
    pub request: [u8; 32],
}

impl Key {
    /// Returns the key of a request, if it carries one.
    ///
    /// # Errors
    /// `malformed_request` for a key that is empty, too long, or not of visible ASCII characters.
    pub fn of(request: &HttpRequest, owner: &str, body: &[u8]) -> Result<Option<Self>> {
        Self::of_digest(request, owner, Sha256::digest(body).into())
    }

    /// Returns the key of a request whose body is not in memory, by the SHA-256 of the body.
    ///
    /// # Errors
    /// As [`Key::of`].
    pub fn of_digest(request: &HttpRequest, owner: &str, body: [u8; 32]) -> Result<Option<Self>> {
        let Some(text) = text(request)? else { return Ok(None) };
        let media = request.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes).unwrap_or_default();
        let method = request.method().as_str();
        Ok(Some(Self {
            key: in_order_of_time(hash(&[owner.as_bytes(), method.as_bytes(), request.path().as_bytes(), text]), text),
            request: hash(&[request.query_string().as_bytes(), media, &body]),
        }))
    }
}

/// Puts the time of a key that is a UUID of version 7 (RFC 9562), as the page makes them, before its hash. So the records
/// of one time lie side by side, and a batch of claims writes few pages of the index instead of one for each.
fn in_order_of_time(mut key: [u8; 32], text: &[u8]) -> [u8; 32] {
    const TIME: usize = 6;
    if let Ok(id) = Uuid::try_parse_ascii(text)
        && id.get_version() == Some(Version::SortRand)
    {
        key[..TIME].copy_from_slice(&id.as_bytes()[..TIME]);
    }
    key
}

/// A hash of some parts, each with its length, so that no two lists of parts are the same.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The key as it was sent.
fn text(request: &HttpRequest) -> Result<Option<&[u8]>> {
    let Some(given) = request.headers().get("idempotency-key") else { return Ok(None) };
    let valid = (1..=KEY_MAX).contains(&given.len()) && given.as_bytes().iter().all(|b| (0x21..0x7f).contains(b));
    if valid {
        return Ok(Some(given.as_bytes()));
    }
    let wrong = Error::invalid_at("#Idempotency-Key", FieldCode::InvalidFormat);
    Err(Error { code: Code::MalformedRequest, ..wrong })
}
