//! A partner's people and invitations over HTTP.

use actix_web::{HttpRequest, HttpResponse, delete, get, http::header, patch, post, web};
use serde::Deserialize;
use shared::{
    Code, InvitationId, Page, UserId, Validate, Violations,
    partner::{
        AcceptInvitation, ChangeMember, InvitationCard, InvitationView, MemberRole, MemberView, MyPartner,
        NewInvitation,
    },
};
use utoipa::IntoParams;

use crate::{
    accounts::{Accounts, Person},
    error::{Error, Result},
    http::{
        self, Allowed, Id, Json, Query,
        idempotency::Keyed,
        problem,
        query::{Nothing, Paging},
    },
    partners::{
        Desk,
        access::Right,
        invitations,
        members::{self, Doing},
        permission::{Belong, Manage},
    },
    refusals,
    store::{Store, Transaction, clock::Clock},
};

refusals! {
    /// Of the lists.
    Listing: NotFound, InvalidCursor, SessionEnded;
    /// No such member, or the last owner.
    Changing: NotFound, LastOwner, SessionEnded;
    /// No such invitation.
    Revoking: NotFound, SessionEnded;
    /// Somebody who is a member already, too many, or a partner that is not active.
    Inviting: NotFound, AlreadyExists, LimitReached, PartnerNotActive, SessionEnded;
    /// A link that is not good any more.
    Looking: InvalidToken;
    /// A link that is not good any more, or not for this account.
    Accepting: InvalidToken, WrongAccount, EmailNotVerified, LimitReached, SessionEnded;
}

/// A partner's people.
#[utoipa::path(tag = "partner's people", params(("slug" = String, Path), Paging), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<MemberView>), Listing))]
#[get("/partners/{slug}/members")]
pub async fn list(
    request: HttpRequest,
    Allowed(desk, Query(paging)): Allowed<Desk<Belong>, Query<Paging>>,
    store: web::Data<Store>,
) -> Result<HttpResponse> {
    let page = members::list(&store, desk.id(), paging.limit(), paging.cursor.as_deref()).await?;
    http::list::private(&request, &page)
}

/// Gives a member another role. There is always an owner.
#[utoipa::path(tag = "partner's people", params(("slug" = String, Path), ("id" = UserId, Path, description = "The member's account.")),
    request_body = ChangeMember, security(("bearer" = []), ("session" = [])), responses((status = 200, body = MemberView), Changing))]
#[patch("/partners/{slug}/members/{id}")]
pub async fn change(
    Allowed(desk, (_, Id(user), Json(input))): Allowed<Desk<Manage>, (Query<Nothing>, Id<UserId>, Json<ChangeMember>)>,
    accounts: web::Data<Accounts>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let doing = Doing { actor: desk.actor, partner: desk.id(), now: clock.now() };
    let change = async |tx: &Transaction| members::change(tx, &accounts, &doing, user, input.role).await;
    let member = store.transaction(change).await?;
    Ok(HttpResponse::Ok().json(member))
}

/// Takes somebody out; everybody may leave. There is always an owner.
#[utoipa::path(tag = "partner's people", params(("slug" = String, Path), ("id" = UserId, Path, description = "The member's account.")),
    security(("bearer" = []), ("session" = [])), responses((status = 204, description = "No longer a member."), Changing))]
#[delete("/partners/{slug}/members/{id}")]
pub async fn remove(
    Allowed(desk, (_, Id(user))): Allowed<Desk<Belong>, (Query<Nothing>, Id<UserId>)>,
    accounts: web::Data<Accounts>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let leaves = desk.actor.user() == Some(user);
    let may = leaves || matches!(desk.right, Right::Member(MemberRole::Owner) | Right::Ministry);
    if !may {
        return Err(Error::new(Code::Forbidden).with("role", MemberRole::Owner));
    }
    let doing = Doing { actor: desk.actor, partner: desk.id(), now: clock.now() };
    store.transaction(async |tx| members::remove(tx, &accounts, &doing, user).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Invites somebody by e-mail, with a link that works for 7 days. To the same address again: the old link ends.
#[utoipa::path(tag = "partner's people", params(("slug" = String, Path)), request_body = NewInvitation, security(("bearer" = []), ("session" = [])),
    responses((status = 201, body = InvitationView, headers(("Location" = String))), Inviting))]
#[post("/partners/{slug}/members/invitations")]
pub async fn invite(
    request: HttpRequest,
    Keyed(desk, (_, Json(input)), answering): Keyed<Desk<Manage>, (Query<Nothing>, Json<NewInvitation>)>,
    accounts: web::Data<Accounts>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let remaining = accounts.take_from_address(&request)?;
    let (input, now) = ((&input, problem::lang(&request)), clock.now());
    let work = async |tx: &Transaction| {
        let made = invitations::invite(tx, &accounts, desk.actor, &desk.partner, input, now).await?;
        let location = format!("/api/v1/partners/{}/members/invitations/{}", desk.slug, made.id);
        let mut response = HttpResponse::Created().insert_header((header::LOCATION, location)).json(made);
        remaining.write(response.headers_mut());
        Ok(response)
    };
    answering.transaction(&store, work).await
}

/// Invitations that nobody has accepted yet, the newest first.
#[utoipa::path(tag = "partner's people", params(("slug" = String, Path), Paging), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<InvitationView>), Listing))]
#[get("/partners/{slug}/members/invitations")]
pub async fn invited(
    request: HttpRequest,
    Allowed(desk, Query(paging)): Allowed<Desk<Manage>, Query<Paging>>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (limit, cursor) = (paging.limit(), paging.cursor.as_deref());
    let page = invitations::list(&store, desk.id(), limit, cursor, clock.now()).await?;
    http::list::private(&request, &page)
}

/// Takes an invitation back.
#[utoipa::path(tag = "partner's people", params(("slug" = String, Path), ("id" = InvitationId, Path)), security(("bearer" = []), ("session" = [])),
    responses((status = 204, description = "The link is not good any more."), Revoking))]
#[delete("/partners/{slug}/members/invitations/{id}")]
pub async fn revoke(
    Allowed(desk, (_, Id(id))): Allowed<Desk<Manage>, (Query<Nothing>, Id<InvitationId>)>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let now = clock.now();
    store.transaction(async |tx| invitations::revoke(tx, desk.actor, desk.id(), id, now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The token of a link.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// From the link in the mail.
    #[param(min_length = 1, max_length = 200)]
    token: String,
}

impl Validate for Link {
    fn check(&self, violations: &mut Violations) {
        violations.typed("?token", &self.token, 1, 200);
    }
}

/// What somebody who has the link sees before they sign in: who invites, as what, and whom.
#[utoipa::path(tag = "partner's people", params(Link), responses((status = 200, body = InvitationCard), Looking))]
#[get("/invitations")]
pub async fn card(
    request: HttpRequest,
    Query(link): Query<Link>,
    accounts: web::Data<Accounts>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let remaining = accounts.take_from_address(&request)?;
    let card = invitations::card(&store, &link.token, clock.now()).await?;
    let mut response = HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(card);
    remaining.write(response.headers_mut());
    Ok(response)
}

/// Accepts an invitation, with an account whose confirmed address is the one that was invited.
#[utoipa::path(tag = "partner's people", request_body = AcceptInvitation, security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = MyPartner), Accepting))]
#[post("/invitations/accept")]
pub async fn accept(
    Allowed(person, (_, Json(input))): Allowed<Person, (Query<Nothing>, Json<AcceptInvitation>)>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let now = clock.now();
    let accept = async |tx: &Transaction| invitations::accept(tx, &person, &input.token, now).await;
    Ok(HttpResponse::Ok().json(store.transaction(accept).await?))
}
