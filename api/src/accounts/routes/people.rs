//! People, for the ministry.

use actix_web::{HttpRequest, HttpResponse, get, patch, web};
use serde::Deserialize;
use shared::{
    Page, UserId, Validate, Violations,
    account::{AdminUser, ChangeUser, NAME_MAX, Role},
};
use utoipa::IntoParams;

use crate::{
    accounts::{Accounts, Admin, people},
    error::Result,
    http::{
        self, Allowed, Id, Json, Query, etag,
        query::{Nothing, Paging, check_limit},
    },
    refusals,
    store::Transaction,
};

refusals! {
    /// Of the list.
    Listing: InvalidCursor, SessionEnded;
    /// Of one person.
    Seeing: NotFound, SessionEnded;
    /// Of a change.
    Changing: NotFound, SessionEnded, StateConflict;
}

/// Whom to find.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// How the e-mail address or the name begins.
    #[param(min_length = 1, max_length = 120)]
    q: Option<String>,
    /// What they are.
    #[param(inline)]
    role: Option<Role>,
    /// Whether the ministry has confirmed it.
    verified: Option<bool>,
    /// Things on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u16>,
    /// As the page before gave it.
    #[param(pattern = "^[A-Za-z0-9_-]*$", max_length = 1024)]
    cursor: Option<String>,
}

impl Validate for Users {
    fn check(&self, violations: &mut Violations) {
        check_limit(self.limit, violations);
        if let Some(q) = &self.q {
            violations.typed("?q", q, 1, NAME_MAX);
        }
    }
}

/// People, the newest first.
#[utoipa::path(tag = "ministry", params(Users), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<AdminUser>), Listing))]
#[get("/admin/users")]
pub async fn list(
    request: HttpRequest,
    Allowed(_admin, Query(users)): Allowed<Admin, Query<Users>>,
    accounts: web::Data<Accounts>,
) -> Result<HttpResponse> {
    let filter =
        people::Filter { beginning: users.q.map(|q| q.trim().to_owned()), role: users.role, verified: users.verified };
    let paging = Paging { limit: users.limit, cursor: users.cursor };
    http::list::private(&request, &people::list(&accounts, &filter, paging.limit(), paging.cursor.as_deref()).await?)
}

/// One person.
#[utoipa::path(tag = "ministry", params(("id" = UserId, Path, description = "The account.")),
    security(("bearer" = []), ("session" = [])), responses((status = 200, body = AdminUser), Seeing))]
#[get("/admin/users/{id}")]
pub async fn get(
    request: HttpRequest,
    Allowed(_admin, (_, Id(user))): Allowed<Admin, (Query<Nothing>, Id<UserId>)>,
    accounts: web::Data<Accounts>,
) -> Result<HttpResponse> {
    etag::private(&request, &people::get(&accounts, user).await?)
}

/// Says what somebody is. Nobody takes away their own place among the ministry's staff.
#[utoipa::path(tag = "ministry", request_body = ChangeUser, params(("id" = UserId, Path, description = "The account.")),
    security(("bearer" = []), ("session" = [])), responses((status = 200, body = AdminUser), Changing))]
#[patch("/admin/users/{id}")]
pub async fn change(
    Allowed(Admin(admin), (_, Id(user), Json(input))): Allowed<Admin, (Query<Nothing>, Id<UserId>, Json<ChangeUser>)>,
    accounts: web::Data<Accounts>,
) -> Result<HttpResponse> {
    let (by, now) = (admin.caller.user, accounts.clock.now());
    let change = async |tx: &Transaction| people::change(tx, by, user, &input, now).await;
    let changed = accounts.store.transaction(change).await?;
    Ok(HttpResponse::Ok().json(changed))
}
