//! Signing up, in and out.

use actix_web::{HttpRequest, HttpResponse, post, web};
use shared::{
    Code,
    account::{Accepted, Login, Logout, Me, Refresh, Register, Tokens},
};

use super::{NO_STORE, address, limited, take_one, user_agent};
use crate::{
    accounts::{
        Accounts, Caller,
        caller::check_same_site,
        me, session,
        session::{Issued, Which},
        sign_in, sign_up,
    },
    error::{Error, Result},
    http::{Json, Query, problem, query::Nothing},
    refusals,
};

refusals! {
    /// Of signing in with cookies.
    SigningIn: InvalidCredentials, CrossSite;
    /// Of signing in for tokens.
    GettingTokens: InvalidCredentials;
    /// Of renewing a session.
    Renewing: Unauthenticated, SessionEnded, CrossSite;
    /// Of signing out.
    SigningOut: SessionEnded, NotFound;
}

/// Signs up. The answer is the same whether or not the address has an account; a mail tells its owner.
#[utoipa::path(tag = "auth", request_body = Register,
    responses((status = 202, description = "A mail with a link is on its way.", body = Accepted)))]
#[post("/auth/register")]
pub async fn register(
    request: HttpRequest,
    _: Query<Nothing>,
    accounts: web::Data<Accounts>,
    Json(input): Json<Register>,
) -> Result<HttpResponse> {
    let remaining = take_one(&request, &accounts)?;
    let done = sign_up::sign_up(&accounts, input, problem::lang(&request), accounts.clock.now()).await;
    Ok(limited(remaining, done.map(|()| HttpResponse::Accepted().json(Accepted {}))))
}

/// Signs in a browser: two cookies, which no script sees.
#[utoipa::path(tag = "auth", request_body = Login,
    responses((status = 200, description = "Signed in; the cookies are set.", body = Me), SigningIn))]
#[post("/auth/login")]
pub async fn login(
    request: HttpRequest,
    _: Query<Nothing>,
    accounts: web::Data<Accounts>,
    Json(input): Json<Login>,
) -> Result<HttpResponse> {
    // Another site must not sign its visitors in to an account of its own.
    check_same_site(&request)?;
    let remaining = take_one(&request, &accounts)?;
    let now = accounts.clock.now();
    let signed_in = async {
        let from = (address(&request, &accounts), user_agent(&request));
        let (user, issued) = sign_in::sign_in(&accounts, &input, from.0, from.1, now).await?;
        let me = me::view(&accounts, user, issued.session, now).await?;
        let mut response = HttpResponse::Ok().insert_header(NO_STORE).json(me);
        set_cookies(&accounts, issued, &mut response)?;
        Ok(response)
    };
    Ok(limited(remaining, signed_in.await))
}

/// Signs in a program: tokens as JSON.
#[utoipa::path(tag = "auth", request_body = Login, responses((status = 200, body = Tokens), GettingTokens))]
#[post("/auth/token")]
pub async fn token(
    request: HttpRequest,
    _: Query<Nothing>,
    accounts: web::Data<Accounts>,
    Json(input): Json<Login>,
) -> Result<HttpResponse> {
    let remaining = take_one(&request, &accounts)?;
    let from = (address(&request, &accounts), user_agent(&request));
    let signed_in = sign_in::sign_in(&accounts, &input, from.0, from.1, accounts.clock.now()).await;
    Ok(limited(remaining, signed_in.map(|(_, issued)| tokens(issued))))
}

/// Renews a session. With the cookie the answer is empty and sets new ones; with a token in the body it brings tokens.
#[utoipa::path(tag = "auth", request_body = Refresh, responses(
    (status = 200, description = "New tokens, where a token was sent.", body = Tokens),
    (status = 204, description = "New cookies, where the cookie was sent."),
    Renewing))]
#[post("/auth/refresh")]
pub async fn refresh(
    request: HttpRequest,
    _: Query<Nothing>,
    accounts: web::Data<Accounts>,
    Json(input): Json<Refresh>,
) -> Result<HttpResponse> {
    let now = accounts.clock.now();
    if let Some(given) = input.refresh_token {
        return Ok(tokens(session::renew(&accounts, &given, now).await?));
    }
    let held = accounts.cookies.refresh_of(&request).ok_or(Code::Unauthenticated)?;
    check_same_site(&request)?;
    match session::renew(&accounts, &held, now).await {
        Ok(issued) => {
            let mut response = HttpResponse::NoContent().insert_header(NO_STORE).finish();
            set_cookies(&accounts, issued, &mut response)?;
            Ok(response)
        }
        Err(error) if error.code == Code::SessionEnded => without_cookies(&accounts, HttpResponse::from_error(error)),
        Err(error) => Err(error),
    }
}

/// Signs out: here, one other session, or everywhere. The refresh token's cookie is enough when the access token has
/// expired.
#[utoipa::path(tag = "auth", request_body = Logout, security(("bearer" = []), ("session" = [])),
    responses((status = 204, description = "Signed out."), SigningOut))]
#[post("/auth/logout")]
pub async fn logout(
    request: HttpRequest,
    _: Query<Nothing>,
    accounts: web::Data<Accounts>,
    caller: Result<Caller, Error>,
    Json(input): Json<Logout>,
) -> Result<HttpResponse> {
    let (user, present) = match (caller, accounts.cookies.refresh_of(&request)) {
        (Ok(caller), _) => (caller.user, caller.session),
        (Err(_), Some(held)) => {
            check_same_site(&request)?;
            match session::of_refresh(&accounts, &held).await {
                Ok(found) => found,
                Err(error) => return without_cookies(&accounts, HttpResponse::from_error(error)),
            }
        }
        (Err(error), None) => return Err(error),
    };
    let which = match input.session_id {
        Some(other) if other != present => Which::Other(other),
        _ if input.everywhere => Which::All(present),
        _ => Which::Present(present),
    };
    session::end(&accounts, user, which, accounts.clock.now()).await?;
    let response = HttpResponse::NoContent().finish();
    if matches!(which, Which::Other(_)) { Ok(response) } else { without_cookies(&accounts, response) }
}

fn tokens(issued: Issued) -> HttpResponse {
    HttpResponse::Ok().insert_header(NO_STORE).json(Tokens::from(issued))
}

fn set_cookies(accounts: &Accounts, issued: Issued, response: &mut HttpResponse) -> Result<()> {
    for cookie in accounts.cookies.of(issued.access, issued.refresh) {
        response.add_cookie(&cookie).map_err(Error::internal)?;
    }
    Ok(())
}

/// The answer, which also takes the cookies away.
pub(super) fn without_cookies(accounts: &Accounts, mut response: HttpResponse) -> Result<HttpResponse> {
    for cookie in accounts.cookies.none() {
        response.add_cookie(&cookie).map_err(Error::internal)?;
    }
    Ok(response)
}
