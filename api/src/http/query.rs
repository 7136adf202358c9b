//! Reading a query string: unknown and repeated parameters are refused, never ignored.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use shared::{Code, FieldCode, Validate, Violations, validate::Violation};

use super::body::UNSTORABLE;
use crate::error::{Error, Result};

/// A query string that has been read and checked by its own rules. Its structure denies unknown fields.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

/// Reads and checks.
pub fn parse<T: DeserializeOwned + Validate>(query: &str) -> Result<T> {
    let reader = serde_urlencoded::Deserializer::new(form_pairs(query)?);
    let value: T = serde_path_to_error::deserialize(reader).map_err(|error| {
        let name = error.path().to_string();
        let message = error.into_inner().to_string();
        let quoted = message.split('`').nth(1).unwrap_or_default();
        let (name, code) = if message.starts_with("unknown field") {
            (quoted, FieldCode::UnknownField)
        } else if message.starts_with("duplicate field") {
            (quoted, FieldCode::Duplicate)
        } else if message.starts_with("missing field") {
            (quoted, FieldCode::Required)
        } else if message.starts_with("unknown variant") {
            (name.as_str(), FieldCode::UnknownValue)
        } else {
            (name.as_str(), FieldCode::InvalidFormat)
        };
        invalid([Violation::new(format!("?{name}"), code)])
    })?;
    let violations = value.violations();
    if violations.is_empty() { Ok(value) } else { Err(invalid(violations.into_vec())) }
}

/// The pairs of an `application/x-www-form-urlencoded` string; broken UTF-8 is refused rather than replaced, and so is what
/// no database stores.
fn form_pairs(query: &str) -> Result<form_urlencoded::Parse<'_>> {
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(query).collect();
    if std::str::from_utf8(&decoded).is_err() {
        return Err(Code::MalformedRequest.into());
    }
    let unstorable = form_urlencoded::parse(query.as_bytes()).filter_map(|(name, value)| {
        let code = if name.contains(UNSTORABLE) { FieldCode::UnknownField } else { FieldCode::InvalidFormat };
        (name.contains(UNSTORABLE) || value.contains(UNSTORABLE)).then(|| Violation::new(format!("?{name}"), code))
    });
    let unstorable: Vec<Violation> = unstorable.collect();
    if !unstorable.is_empty() {
        return Err(invalid(unstorable));
    }
    Ok(form_urlencoded::parse(query.as_bytes()))
}

fn invalid(violations: impl IntoIterator<Item = Violation>) -> Error {
    Error { violations: violations.into_iter().collect(), ..Error::new(Code::InvalidQuery) }
}

/// No parameters at all.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl Validate for Nothing {
    fn check(&self, _: &mut Violations) {}
}

/// `limit` and `cursor`, which every list takes.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// Things on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u16>,
    /// As the page before gave it.
    #[param(pattern = "^[A-Za-z0-9_-]*$", max_length = 1024)]
    pub cursor: Option<String>,
}

impl Validate for Paging {
    fn check(&self, violations: &mut Violations) {
        check_limit(self.limit, violations);
    }
}

/// The bounds of `limit`.
pub fn check_limit(limit: Option<u16>, violations: &mut Violations) {
    use shared::list::{LIMIT_MAX, LIMIT_MIN};
    if let Some(limit) = limit {
        violations.range("?limit", i64::from(limit), i64::from(LIMIT_MIN), i64::from(LIMIT_MAX));
    }
}

impl Paging {
    /// The page size.
    pub fn limit(&self) -> usize {
        usize::from(self.limit.unwrap_or(shared::list::LIMIT_DEFAULT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(query: &str) -> (Code, Vec<(String, FieldCode)>) {
        let error = parse::<Paging>(query).unwrap_err();
        (error.code, error.violations.into_iter().map(|v| (v.pointer, v.code)).collect())
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(parse::<Paging>("limit=5&cursor=a").unwrap().limit(), 5);
        assert_eq!(wrong("limit=0"), (Code::InvalidQuery, vec![("?limit".into(), FieldCode::OutOfRange)]));
        assert_eq!(wrong("limit=x").1, [("?limit".into(), FieldCode::InvalidFormat)]);
        assert_eq!(wrong("page=2").1, [("?page".into(), FieldCode::UnknownField)]);
        assert_eq!(wrong("limit=1&limit=2").1, [("?limit".into(), FieldCode::Duplicate)]);
        assert_eq!(wrong("cursor=%ff").0, Code::MalformedRequest);
    }
}
