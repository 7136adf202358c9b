//! Reading a JSON body: bounded in size, depth and time, strict about its fields, and exact about what is wrong.

use std::{future::Future, pin::Pin, time::Duration};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use shared::{Code, FieldCode, Validate, Violations};

use crate::error::{Error, Result};

/// The largest JSON body. What is larger is uploaded, not sent as JSON.
pub const BODY_LIMIT: usize = 256 * 1024;
/// How long a whole body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(20);

/// A JSON body that has been read and checked by its own rules.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request);
        let payload = payload.take();
        Box::pin(async move {
            is_json?;
            Ok(Self(checked(&read(payload).await?)?))
        })
    }
}

/// A JSON object without rules of its own yet: for partial changes that are merged into what is there (RFC 7396).
#[derive(Clone, Debug)]
pub struct Patch(pub serde_json::Map<String, serde_json::Value>);

impl FromRequest for Patch {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request);
        let payload = payload.take();
        Box::pin(async move {
            is_json?;
            Ok(Self(parse_storable(&read(payload).await?)?))
        })
    }
}

/// `application/json` (also `…+json`), in UTF-8, not compressed.
fn is_json(request: &HttpRequest) -> Result<()> {
    if media(request)? == Media::Json { Ok(()) } else { Err(Code::UnsupportedMediaType.into()) }
}

/// What a body says that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Media {
    /// JSON, which is always UTF-8.
    Json,
    /// Lines of text: `text/plain` or `text/csv`, in the charset that is named.
    Text { charset: Option<String> },
}

/// The media type of a body that is not compressed: a small compressed body can inflate without bound.
pub fn media(request: &HttpRequest) -> Result<Media> {
    let encoded = request.headers().get(header::CONTENT_ENCODING).is_some_and(|e| e != "identity");
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok()).unwrap_or_default();
    let mut parts = media.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let charset =
        parts.find_map(|p| p.to_ascii_lowercase().strip_prefix("charset=").map(|c| c.trim_matches('"').to_owned()));
    let is_utf8 = charset.as_deref().is_none_or(|charset| charset == "utf-8");
    match essence.as_str() {
        _ if encoded => Err(Code::UnsupportedMediaType.into()),
        "application/json" | "application/merge-patch+json" if is_utf8 => Ok(Media::Json),
        "text/plain" | "text/csv" => Ok(Media::Text { charset }),
        _ => Err(Code::UnsupportedMediaType.into()),
    }
}

/// The whole body, within its bounds of size and time.
pub async fn read(payload: Payload) -> Result<web::Bytes> {
    read_up_to(payload, BODY_LIMIT).await
}

/// The whole body of an operation that takes `limit` bytes.
pub async fn read_up_to(mut payload: Payload, limit: usize) -> Result<web::Bytes> {
    let reading = async {
        let mut body = web::BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Error::new(Code::MalformedRequest))?;
            if body.len() + chunk.len() > limit {
                return Err(Code::PayloadTooLarge.into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    tokio::time::timeout(BODY_TIME, reading).await.map_err(|_| Error::new(Code::RequestTimeout))?
}

/// What the database cannot store in a text (PostgreSQL: "the character with code zero"), so no text may have it.
pub const UNSTORABLE: char = '\0';

/// As `parse`, for a document whose texts are to be stored.
///
/// # Errors
/// Also `invalid_input`, naming each text that cannot be stored.
pub fn parse_storable<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    check_storable(body)?;
    parse(body)
}

/// Refuses a document with texts that cannot be stored.
fn check_storable(body: &[u8]) -> Result<()> {
    // JSON has it in this one spelling alone (RFC 8259 §7), so that most documents are not looked at twice.
    if memchr::memmem::find(body, b"\\u0000").is_none() {
        return Ok(());
    }
    let mut violations = Violations::default();
    find_unstorable(&parse(body)?, "", &mut violations);
    if violations.is_empty() { Ok(()) } else { Err(Error::invalid(violations)) }
}

/// Names the texts, also the names of fields, that cannot be stored.
fn find_unstorable(value: &serde_json::Value, pointer: &str, violations: &mut Violations) {
    match value {
        serde_json::Value::String(text) => {
            violations.require(!text.contains(UNSTORABLE), pointer, FieldCode::InvalidFormat);
        }
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_unstorable(item, &format!("{pointer}/{index}"), violations);
            }
        }
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                let pointer = format!("{pointer}/{}", escaped(name));
                violations.require(!name.contains(UNSTORABLE), &pointer, FieldCode::UnknownField);
                find_unstorable(field, &pointer, violations);
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

/// A name as it stands in a JSON pointer (RFC 6901 §3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Reads a JSON object and checks it by its own rules.
pub fn checked<T: DeserializeOwned + Validate>(body: &[u8]) -> Result<T> {
    // serde would read a structure from a list, too.
    if body.trim_ascii_start().first() == Some(&b'[') {
        parse::<serde_json::Value>(body)?;
        return Err(Error::invalid_at("", FieldCode::WrongType));
    }
    check_storable(body)?;
    let value: T = parse(body).or_else(|error| whole_numbers(body).ok_or(error).and_then(from_value))?;
    let violations = value.violations();
    if violations.is_empty() { Ok(value) } else { Err(Error::invalid(violations)) }
}

/// The document with `2.0` written as `2`, if it has such numbers: JSON Schema counts them as integers (draft 2020-12,
/// validation §6.1.1), serde does not.
fn whole_numbers(body: &[u8]) -> Option<serde_json::Value> {
    fn write(value: &mut serde_json::Value) -> bool {
        match value {
            serde_json::Value::Number(number) => {
                let whole = number.as_f64().filter(|f| number.is_f64() && f.fract() == 0.0 && f.abs() < 9e15);
                // Below 2⁵³, so nothing is cut off.
                #[allow(clippy::cast_possible_truncation)]
                whole.map(|f| *number = (f as i64).into()).is_some()
            }
            serde_json::Value::Array(values) => values.iter_mut().fold(false, |any, v| write(v) | any),
            serde_json::Value::Object(fields) => fields.values_mut().fold(false, |any, v| write(v) | any),
            _ => false,
        }
    }
    let mut document = serde_json::from_slice(body).ok()?;
    write(&mut document).then_some(document)
}

/// Reads JSON: 400 for what is no JSON, 422 with the place for what has the wrong shape.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            return shape(&pointer, &inner.to_string());
        }
        // serde_json calls it broken, too, where a name was expected and something else stands.
        let document = serde_json::from_slice::<serde_json::Value>(body).ok();
        let again = document.and_then(|document| from_value::<T>(document).err());
        again.unwrap_or_else(|| Error::new(Code::MalformedRequest))
    })?;
    reader.end().map_err(|_| Error::new(Code::MalformedRequest))?;
    Ok(value)
}

/// As `parse`, for a value that is already read.
pub fn from_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer(error.path());
        shape(&pointer, &error.into_inner().to_string())
    })
}

/// Applies a patch to a document: objects are merged, everything else replaced, null removes (RFC 7396 §2).
pub fn merge(target: &mut serde_json::Value, patch: serde_json::Value) {
    let serde_json::Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = serde_json::Value::Object(serde_json::Map::new());
    }
    let serde_json::Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(&name);
        } else {
            merge(target.entry(name).or_insert(serde_json::Value::Null), value);
        }
    }
}

/// A path of serde as a JSON pointer (RFC 6901).
pub fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.extend(["/", &index.to_string()]),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&escaped(key));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// What serde says in words, as a code with its place.
fn shape(pointer: &str, message: &str) -> Error {
    let named = || message.split('`').nth(1).unwrap_or_default().to_owned();
    let mut violations = Violations::default();
    if message.starts_with("missing field") {
        violations.add(&format!("{pointer}/{}", named()), FieldCode::Required);
    } else if message.starts_with("unknown field") {
        let inside = pointer.ends_with(&format!("/{}", named()));
        let place = if inside { pointer.to_owned() } else { format!("{pointer}/{}", named()) };
        violations.add(&place, FieldCode::UnknownField);
    } else if message.starts_with("duplicate field") {
        violations.add(pointer, FieldCode::Duplicate);
    } else if message.starts_with("unknown variant") {
        violations.add(pointer, FieldCode::UnknownValue);
    } else {
        violations.add(pointer, FieldCode::WrongType);
    }
    Error::invalid(violations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::account::Register;
    use shared::offer::OfferDraft;

    fn wrong<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> (Code, Vec<(String, FieldCode)>) {
        let error = parse::<T>(json.as_bytes()).unwrap_err();
        (error.code, error.violations.into_iter().map(|v| (v.pointer, v.code)).collect())
    }

    #[test]
    fn each_mistake_is_named_with_its_place() {
        assert_eq!(wrong::<Register>("{\"email\": "), (Code::MalformedRequest, vec![]));
        assert_eq!(wrong::<Register>("{} x").0, Code::InvalidInput);
        assert_eq!(wrong::<Register>("{}").1, [("/email".into(), FieldCode::Required)]);
        let json = r#"{"email": 1, "password": "x", "name": "y"}"#;
        assert_eq!(wrong::<Register>(json).1, [("/email".into(), FieldCode::WrongType)]);
        let json = r#"{"email": "a", "password": "x", "name": "y", "colour": 1}"#;
        assert_eq!(wrong::<Register>(json).1, [("/colour".into(), FieldCode::UnknownField)]);
        let json = r#"{"kind": "course", "area": "arts"}"#;
        assert_eq!(wrong::<OfferDraft>(json).1, [("/area".into(), FieldCode::UnknownValue)]);
        let json = r#"{"kind": 1, "area": "art"}"#;
        assert_eq!(wrong::<OfferDraft>(json).1, [("/kind".into(), FieldCode::WrongType)]);
        let json = r#"{"kind": "course", "area": "art", "title": {"az": "a", "de": "b"}}"#;
        assert_eq!(wrong::<OfferDraft>(json).1, [("/title/de".into(), FieldCode::UnknownField)]);
    }

    #[test]
    fn lists_are_no_objects_and_whole_numbers_are_integers() {
        use shared::{account::ChangeMe, claim::NewClaim};
        assert_eq!(checked::<ChangeMe>(b" [null, null]").unwrap_err().code, Code::InvalidInput);
        let json = r#"{"kind": "course", "area": "art", "title": ["a", "b", "c"]}"#;
        assert_eq!(wrong::<OfferDraft>(json).1, [("/title".into(), FieldCode::WrongType)]);
        assert_eq!(checked::<NewClaim>(b"{\"quantity\": 3.0}").unwrap().quantity, 3);
        assert_eq!(checked::<NewClaim>(b"{\"quantity\": 3.5}").unwrap_err().code, Code::InvalidInput);
    }

    #[test]
    fn a_deep_body_is_refused_and_not_followed() {
        let deep = "[".repeat(100_000);
        assert_eq!(wrong::<serde_json::Value>(&deep).0, Code::MalformedRequest);
    }

    #[test]
    fn a_patch_merges_as_rfc_7396_says() {
        let mut target = serde_json::json!({"a": "b", "c": {"d": "e", "f": "g"}});
        merge(&mut target, serde_json::json!({"a": "z", "c": {"f": null}}));
        assert_eq!(target, serde_json::json!({"a": "z", "c": {"d": "e"}}));
        merge(&mut target, serde_json::json!({"c": [1], "e": {"x": null, "y": 1}}));
        assert_eq!(target, serde_json::json!({"a": "z", "c": [1], "e": {"y": 1}}));
    }
}
