//! Names and ids in addresses.

use std::{
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::Method};
use shared::Code;

use super::described;
use crate::error::{Error, Result};

/// Whether a path has only what something could be named: nothing has a name that no database stores.
pub fn is_storable(path: &str) -> bool {
    !percent_encoding::percent_decode_str(path).any(|byte| byte == b'\0')
}

/// The `{id}` of the address. What is no id names nothing: 404; unless it is the last word of another address, which has
/// other methods: 405.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<T: FromStr> FromRequest for Id<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|id| id.parse().ok());
        ready(id.map(Self).ok_or_else(|| refusal(request)))
    }
}

fn refusal(request: &HttpRequest) -> Error {
    let methods = described::methods(request.path()).unwrap_or_default();
    let asked = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    if methods.is_empty() || methods.split(", ").any(|method| method == asked) {
        return Code::NotFound.into();
    }
    Error::new(Code::MethodNotAllowed).with("allow", methods)
}
