//! Links in mails: a new password, a confirmed address.

use actix_web::{HttpRequest, HttpResponse, post, web};
use shared::account::{Accepted, ForgotPassword, ResetPassword, VerifyEmail};

use super::{limited, take_one};
use crate::{
    accounts::{Accounts, Person, confirm, recover},
    error::{Error, Result},
    http::{Json, Query, query::Nothing},
    refusals,
};

refusals! {
    /// Of a link that was followed.
    Following: InvalidToken;
    /// Of confirming an address.
    Confirming: InvalidToken, Unauthenticated, SessionEnded, CrossSite;
}

/// Asks for a mail with a link that sets a new password. The answer is the same whether or not there is an account.
#[utoipa::path(tag = "auth", request_body = ForgotPassword,
    responses((status = 202, description = "If there is an account, a mail is on its way.", body = Accepted)))]
#[post("/auth/password/forgot")]
pub async fn forgot(
    request: HttpRequest,
    _: Query<Nothing>,
    accounts: web::Data<Accounts>,
    Json(input): Json<ForgotPassword>,
) -> Result<HttpResponse> {
    let remaining = take_one(&request, &accounts)?;
    let done = recover::forgot(&accounts, &input.email, accounts.clock.now()).await;
    Ok(limited(remaining, done.map(|()| HttpResponse::Accepted().json(Accepted {}))))
}

/// Sets a new password with the token of the mail, and signs out everywhere.
#[utoipa::path(tag = "auth", request_body = ResetPassword,
    responses((status = 204, description = "The new password holds."), Following))]
#[post("/auth/password/reset")]
pub async fn reset(
    request: HttpRequest,
    _: Query<Nothing>,
    accounts: web::Data<Accounts>,
    Json(input): Json<ResetPassword>,
) -> Result<HttpResponse> {
    let remaining = take_one(&request, &accounts)?;
    let done = recover::reset(&accounts, &input, accounts.clock.now()).await;
    Ok(limited(remaining, done.map(|()| HttpResponse::NoContent().finish())))
}

/// Confirms the address with the token of the mail; without one, sends the mail again to whoever is signed in.
#[utoipa::path(tag = "auth", request_body = VerifyEmail, responses(
    (status = 202, description = "Without a token: a mail is on its way, unless the address is confirmed.", body = Accepted),
    (status = 204, description = "With a token: the address is confirmed."),
    Confirming))]
#[post("/auth/email/verify")]
pub async fn verify(
    request: HttpRequest,
    _: Query<Nothing>,
    accounts: web::Data<Accounts>,
    person: Result<Person, Error>,
    Json(input): Json<VerifyEmail>,
) -> Result<HttpResponse> {
    let remaining = take_one(&request, &accounts)?;
    let now = accounts.clock.now();
    let done = async {
        if let Some(token) = &input.token {
            confirm::confirm(&accounts, token, now).await?;
            return Ok(HttpResponse::NoContent().finish());
        }
        confirm::send_again(&accounts, &person?.account, now).await?;
        Ok(HttpResponse::Accepted().json(Accepted {}))
    };
    Ok(limited(remaining, done.await))
}
