//! Who is calling, as extractors: a handler that forgets to ask does not compile, because it has nobody to act for.

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, header},
    web,
};
use sea_orm::EntityTrait;
use shared::{Code, SessionId, UserId, account::Role};

use super::{activity::Activity, revoked::Revoked, token::Keys};
use crate::{
    config::ServeConfig,
    error::{Error, Result},
    http::idempotency::Owner,
    store::{Store, clock::Clock, entities::users},
};

/// The cookie of the access token, over TLS. The prefix makes browsers insist on Secure, this host, and `/`
/// (RFC 6265bis §4.1.3).
pub const SESSION_COOKIE: &str = "__Host-vm_session";
/// The same on plain-http loopback, where browsers refuse the prefix.
pub const SESSION_COOKIE_PLAIN: &str = "vm_session";

/// Somebody who is signed in. Nothing is read from the database: what they are is asked where it counts.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    pub user: UserId,
    pub session: SessionId,
}

/// Somebody who may or may not be signed in.
#[derive(Clone, Copy, Debug)]
pub struct MaybeCaller(pub Option<Caller>);

/// Somebody who is signed in, with their account.
#[derive(Clone, Debug)]
pub struct Person {
    pub caller: Caller,
    pub account: users::Model,
}

/// Ministry staff.
#[derive(Clone, Debug)]
pub struct Admin(pub Person);

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1). Other schemes are meant for somebody else, such as a
/// proxy that asks for a password of its own.
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get_all(header::AUTHORIZATION).find_map(|value| {
        let value = value.to_str().ok()?;
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    })
}

/// The token that a request carries and whether a cookie brought it.
fn credentials(request: &HttpRequest) -> Option<(String, bool)> {
    if let Some(token) = bearer(request) {
        return Some((token.to_owned(), false));
    }
    // Over TLS the plain name counts for nothing: a neighbouring site could have set it.
    let https = data::<ServeConfig>(request).is_ok_and(|config| config.is_https());
    let cookie = request.cookie(if https { SESSION_COOKIE } else { SESSION_COOKIE_PLAIN })?;
    Some((cookie.value().to_owned(), true))
}

/// Whether a changing request with cookies comes from our own page: browsers say so themselves (`Sec-Fetch-Site`), and
/// another site cannot add a header of its own without our leave (OWASP CSRF Prevention Cheat Sheet).
fn is_same_site(request: &HttpRequest) -> bool {
    let headers = request.headers();
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.contains_key("x-requested-with"),
    }
}

/// Checks cookies that change something.
pub fn check_same_site(request: &HttpRequest) -> Result<()> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_site(request) { Ok(()) } else { Err(Code::CrossSite.into()) }
}

fn data<T: 'static>(request: &HttpRequest) -> Result<&web::Data<T>> {
    request.app_data::<web::Data<T>>().ok_or_else(|| Error::new(Code::Internal))
}

/// Whose request it is, without counting it as activity and without the cross-site check.
pub fn identify(request: &HttpRequest) -> Option<Caller> {
    let (token, _) = credentials(request)?;
    caller_of(request, &token).ok()
}

fn caller_of(request: &HttpRequest, token: &str) -> Result<Caller> {
    let now = data::<Clock>(request)?.now();
    let identity = data::<Keys>(request)?.verify(token, now)?;
    if data::<Revoked>(request)?.has(identity.session) {
        return Err(Code::SessionEnded.into());
    }
    Ok(Caller { user: identity.user, session: identity.session })
}

impl Caller {
    fn of(request: &HttpRequest) -> Result<Self> {
        let (token, from_cookie) = credentials(request).ok_or(Code::Unauthenticated)?;
        let caller = caller_of(request, &token)?;
        if from_cookie {
            check_same_site(request)?;
        }
        data::<Activity>(request)?.saw(caller.user);
        Ok(caller)
    }
}

impl Owner for Caller {
    fn owner(&self) -> String {
        self.user.to_string()
    }
}

impl Owner for Person {
    fn owner(&self) -> String {
        self.caller.owner()
    }
}

impl Owner for Admin {
    fn owner(&self) -> String {
        self.0.owner()
    }
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl FromRequest for MaybeCaller {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    /// No credentials are nobody; bad ones are refused, so that an expired session is noticed.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = credentials(request).map(|_| Caller::of(request)).transpose();
        ready(caller.map(Self))
    }
}

impl FromRequest for Person {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (caller, store) = (Caller::of(request), data::<Store>(request).cloned());
        Box::pin(async move {
            let (caller, store) = (caller?, store?);
            let account = users::Entity::find_by_id(caller.user.0).one(store.fresh()).await?;
            Ok(Self { caller, account: account.ok_or(Code::SessionEnded)? })
        })
    }
}

impl FromRequest for Admin {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let person = Person::from_request(request, payload);
        Box::pin(async move {
            let person = person.await?;
            let is_admin = Role::from_name(&person.account.role) == Some(Role::Admin);
            if is_admin { Ok(Self(person)) } else { Err(Error::new(Code::Forbidden).with("role", Role::Admin)) }
        })
    }
}
