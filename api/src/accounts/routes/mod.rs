//! Accounts over HTTP.

mod auth;
mod mail;
mod me;
mod people;

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, http::header};

use super::Accounts;
use crate::{
    error::Result,
    http::limits::{self, Remaining},
    http::routes::Routes,
};

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(auth::register).service(auth::login).service(auth::token).service(auth::refresh).service(auth::logout);
    app.service(mail::forgot).service(mail::reset).service(mail::verify);
    app.service(me::get).service(me::change).service(me::delete).service(me::export);
    app.service(people::list).service(people::get).service(people::change);
}

/// The address that a request came from.
fn address(request: &HttpRequest, accounts: &Accounts) -> IpAddr {
    limits::address(request, accounts.trusted_proxy)
}

/// Takes one of the requests with credentials that an address has.
fn take_one(request: &HttpRequest, accounts: &Accounts) -> Result<Remaining> {
    accounts.take_from_address(request)
}

/// The answer, or the refusal, with what is left of the limit.
fn limited(remaining: Remaining, outcome: Result<HttpResponse>) -> HttpResponse {
    let mut response = outcome.unwrap_or_else(HttpResponse::from_error);
    remaining.write(response.headers_mut());
    response
}

/// The browser or program, as it names itself.
fn user_agent(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::USER_AGENT).and_then(|name| name.to_str().ok())
}

/// Answers with secrets are kept nowhere (RFC 9700 §4.3.2, RFC 6749 §5.1).
const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");
