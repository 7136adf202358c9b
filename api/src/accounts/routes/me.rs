//! Somebody's own account.

use actix_web::{HttpRequest, HttpResponse, delete, get, http::header, patch, web};
use shared::account::{ChangeMe, DeleteMe, Export, Me};

use super::{address, auth::without_cookies};
use crate::{
    accounts::{Accounts, Person, me},
    error::Result,
    http::{Allowed, Json, Query, etag, query::Nothing},
    refusals,
};

refusals! {
    /// Of one's own account.
    Own: SessionEnded;
    /// Of deleting it: the last owner of a partner stays.
    Leaving: SessionEnded, LastOwner;
}

/// Who I am, and where I am signed in.
#[utoipa::path(tag = "me", security(("bearer" = []), ("session" = [])), responses((status = 200, body = Me), Own))]
#[get("/me")]
pub async fn get(
    request: HttpRequest,
    Allowed(person, _): Allowed<Person, Query<Nothing>>,
    accounts: web::Data<Accounts>,
) -> Result<HttpResponse> {
    etag::private(&request, &me::view(&accounts, person.account, person.caller.session, accounts.clock.now()).await?)
}

/// Changes my name, language or password. A new password ends all other sessions.
#[utoipa::path(tag = "me", request_body = ChangeMe, security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Me), Own))]
#[patch("/me")]
pub async fn change(
    request: HttpRequest,
    Allowed(person, (_, Json(input))): Allowed<Person, (Query<Nothing>, Json<ChangeMe>)>,
    accounts: web::Data<Accounts>,
) -> Result<HttpResponse> {
    let from = address(&request, &accounts);
    let me = me::change(&accounts, person, input, from, accounts.clock.now()).await?;
    Ok(HttpResponse::Ok().json(me))
}

/// Deletes my account and everything personal in it.
#[utoipa::path(tag = "me", request_body = DeleteMe, security(("bearer" = []), ("session" = [])),
    responses((status = 204, description = "Deleted."), Leaving))]
#[delete("/me")]
pub async fn delete(
    request: HttpRequest,
    Allowed(person, (_, Json(input))): Allowed<Person, (Query<Nothing>, Json<DeleteMe>)>,
    accounts: web::Data<Accounts>,
) -> Result<HttpResponse> {
    let from = address(&request, &accounts);
    me::delete(&accounts, &person, &input, from, accounts.clock.now()).await?;
    without_cookies(&accounts, HttpResponse::NoContent().finish())
}

/// Everything that is kept about me, as one document.
#[utoipa::path(tag = "me", security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Export), Own))]
#[get("/me/export")]
pub async fn export(
    request: HttpRequest,
    Allowed(person, _): Allowed<Person, Query<Nothing>>,
    accounts: web::Data<Accounts>,
) -> Result<HttpResponse> {
    let export = me::export(&accounts, person, accounts.clock.now()).await?;
    let mut response = etag::private(&request, &export)?;
    let name = header::HeaderValue::from_static("attachment; filename=\"virtual-market.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
