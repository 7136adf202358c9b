//! Writing offers over HTTP: the partner's side and the ministry's.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::header::{self, HeaderValue},
    patch, post, web,
};
use serde::Deserialize;
use shared::{
    Code, OfferId, Page, PartnerId, Validate, Violations,
    offer::{Action, OfferDraft, OfferState, PartnerOffer, Reject},
};
use utoipa::IntoParams;

use super::{
    catalogue::Catalogue,
    document::{draft_of, partner_offer, period_number},
    manage::{self, Doing},
    store as queries,
};
use crate::{
    accounts::Admin,
    error::{Error, Result},
    http::{
        Allowed, Id, Json, Query,
        body::Patch,
        cursor,
        etag::{self, IfMatch, Keep},
        query::{Nothing, check_limit},
    },
    partners::{
        Actor, Desk,
        permission::{OffersRead, OffersWrite},
    },
    refusals,
    store::{Store, clock::Clock, entities::offers},
};

refusals! {
    /// No such partner, or an external id that is taken.
    CreateRefusals: NotFound, AlreadyExists;
    /// No such offer.
    ReadRefusals: NotFound;
    /// No such offer of this partner, or changed meanwhile.
    ChangeRefusals: NotFound, StateConflict, AlreadyExists, StaleVersion, PreconditionRequired;
    /// No such offer, or a state that does not allow it.
    ActRefusals: NotFound, StateConflict, StaleVersion;
}

/// The query of the lists of offers for those who manage them.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ManageQuery {
    /// Only in this state.
    pub state: Option<OfferState>,
    /// Offers on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u16>,
    /// As the page before gave it.
    #[param(pattern = "^[A-Za-z0-9_-]*$", max_length = 1024)]
    pub cursor: Option<String>,
}

impl Validate for ManageQuery {
    fn check(&self, violations: &mut Violations) {
        check_limit(self.limit, violations);
    }
}

/// What handlers of offers work with.
struct Tools<'a> {
    store: &'a Store,
    catalogue: &'a Catalogue,
    clock: &'a Clock,
}

impl Tools<'_> {
    /// Somebody at a partner's desk.
    fn at_desk<P>(&self, desk: &Desk<P>) -> Doing {
        Doing { actor: desk.actor, is_ministry: desk.is_ministry(), partner: desk.reference(), now: self.clock.now() }
    }

    /// The answer with its version, once this process shows what changed.
    async fn shown(&self, offer: PartnerOffer) -> Result<HttpResponse> {
        self.catalogue.refresh(self.store, self.clock.now()).await?;
        Ok(versioned(&offer))
    }

    async fn page(&self, owner: Option<PartnerId>, query: &ManageQuery) -> Result<Page<PartnerOffer>> {
        let before = query.cursor.as_deref().map(cursor::decode::<uuid::Uuid>).transpose()?;
        let limit = usize::from(query.limit.unwrap_or(shared::list::LIMIT_DEFAULT));
        let mut rows = queries::page(self.store.fresh(), owner, query.state, before, limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|last| cursor::encode(&last.id));
        let partners = crate::partners::references(self.store.fresh()).await?;
        let mut items = Vec::with_capacity(rows.len());
        for offer in &rows {
            if let Some(reference) = partners.get(&offer.partner_id) {
                items.push(self.one(offer, reference.clone()).await?);
            }
        }
        Ok(Page { items, next_cursor })
    }

    async fn one(&self, offer: &offers::Model, partner: shared::offer::PartnerRef) -> Result<PartnerOffer> {
        let period = period_number(draft_of(offer)?.period, self.clock.now());
        let (claimed, _) = queries::counts(self.store.fresh(), OfferId(offer.id), period).await?;
        partner_offer(offer, partner, claimed)
    }

    /// An action of the partner's side.
    async fn act(&self, desk: &Desk<OffersWrite>, id: OfferId, action: Action) -> Result<HttpResponse> {
        let offer = queries::find(self.store.fresh(), desk.id(), id).await?.ok_or(Code::NotFound)?;
        self.shown(manage::act(self.store, &self.at_desk(desk), &offer, action, None).await?).await
    }

    /// An action of the ministry.
    async fn moderate(
        &self,
        admin: &Admin,
        id: OfferId,
        action: Action,
        reason: Option<String>,
    ) -> Result<HttpResponse> {
        let (offer, partner) = queries::admin_find(self.store.fresh(), id).await?.ok_or(Code::NotFound)?;
        let doing = Doing {
            actor: Actor::Person(admin.0.caller.user),
            is_ministry: true,
            partner: queries::reference(&partner),
            now: self.clock.now(),
        };
        self.shown(manage::act(self.store, &doing, &offer, action, reason).await?).await
    }
}

fn versioned(offer: &PartnerOffer) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::ETAG, etag::of_version(offer.version))).json(offer)
}

/// What every handler here takes from the application.
type Parts = (web::Data<Store>, web::Data<Catalogue>, web::Data<Clock>);

fn tools(parts: &Parts) -> Tools<'_> {
    Tools { store: &parts.0, catalogue: &parts.1, clock: &parts.2 }
}

/// Lists a partner's offers in all states, the newest first.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ManageQuery), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<PartnerOffer>), ReadRefusals))]
#[get("/partners/{slug}/offers")]
pub async fn list(
    request: HttpRequest,
    Allowed(desk, query): Allowed<Desk<OffersRead>, Query<ManageQuery>>,
    parts: Parts,
) -> Result<HttpResponse> {
    etag::private(&request, &tools(&parts).page(Some(desk.id()), &query.0).await?)
}

/// Makes a draft.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path)), request_body = OfferDraft, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 201, body = PartnerOffer, headers(("Location" = String), ("ETag" = String))), CreateRefusals))]
#[post("/partners/{slug}/offers")]
pub async fn create(
    Allowed(desk, (_, draft)): Allowed<Desk<OffersWrite>, (Query<Nothing>, Json<OfferDraft>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let offer = manage::create(tools.store, &tools.at_desk(&desk), desk.id(), &draft.0).await?;
    let location = format!("/api/v1/partners/{}/offers/{}", desk.slug, offer.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header((header::ETAG, etag::of_version(offer.version)))
        .json(offer))
}

/// An offer of a partner, in any state. Its `ETag` is its version, for `If-Match`.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), ReadRefusals))]
#[get("/partners/{slug}/offers/{id}")]
pub async fn read(
    request: HttpRequest,
    Allowed(desk, (id, _)): Allowed<Desk<OffersRead>, (Id<OfferId>, Query<Nothing>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let offer = queries::find(tools.store.fresh(), desk.id(), id.0).await?.ok_or(Code::NotFound)?;
    let offer = tools.one(&offer, desk.reference()).await?;
    let tag = HeaderValue::from_str(&etag::of_version(offer.version)).map_err(Error::internal)?;
    let body = serde_json::to_vec(&offer).map_err(Error::internal)?;
    Ok(etag::tagged(&request, Keep::Private, tag, body.into()))
}

/// Changes an offer: what is sent is merged into it (RFC 7396), null removes.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path), ("If-Match" = String, Header, description = "The version that was read: its `ETag`.")),
    request_body(content = Object, description = "Any fields of an offer's draft."), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), ChangeRefusals))]
#[patch("/partners/{slug}/offers/{id}")]
pub async fn change(
    Allowed(desk, (id, _, expected, patch)): Allowed<Desk<OffersWrite>, (Id<OfferId>, Query<Nothing>, IfMatch, Patch)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let offer = queries::find(tools.store.fresh(), desk.id(), id.0).await?.ok_or(Code::NotFound)?;
    tools.shown(manage::change(tools.store, &tools.at_desk(&desk), &offer, &expected, patch.0).await?).await
}

/// Removes an offer that nobody has seen yet.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path), ("If-Match" = String, Header, description = "The version that was read: its `ETag`.")), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 204, description = "Removed."), ChangeRefusals))]
#[delete("/partners/{slug}/offers/{id}")]
pub async fn delete(
    Allowed(desk, (id, _, expected)): Allowed<Desk<OffersWrite>, (Id<OfferId>, Query<Nothing>, IfMatch)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let offer = queries::find(tools.store.fresh(), desk.id(), id.0).await?.ok_or(Code::NotFound)?;
    manage::delete(tools.store, &tools.at_desk(&desk), &offer, &expected).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists the offers of all partners, for the ministry: those in review are its queue.
#[utoipa::path(tag = "ministry", params(ManageQuery), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<PartnerOffer>)))]
#[get("/admin/offers")]
pub async fn queue(
    request: HttpRequest,
    Allowed(_admin, query): Allowed<Admin, Query<ManageQuery>>,
    parts: Parts,
) -> Result<HttpResponse> {
    etag::private(&request, &tools(&parts).page(None, &query.0).await?)
}

macro_rules! partner_actions {
    ($($(#[doc = $doc:literal])+ $name:ident = $path:literal, $action:ident;)+) => {$(
        $(#[doc = $doc])+
        #[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
            responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), ActRefusals))]
        #[post($path)]
        pub async fn $name(Allowed(desk, (id, _)): Allowed<Desk<OffersWrite>, (Id<OfferId>, Query<Nothing>)>, parts: Parts) -> Result<HttpResponse> {
            tools(&parts).act(&desk, id.0, Action::$action).await
        }
    )+};
}

partner_actions! {
    /// Hands an offer to the ministry.
    submit = "/partners/{slug}/offers/{id}/submit", Submit;
    /// Stops claims for now.
    pause = "/partners/{slug}/offers/{id}/pause", Pause;
    /// Goes on after a pause.
    resume = "/partners/{slug}/offers/{id}/resume", Resume;
    /// Closes an offer for good.
    end = "/partners/{slug}/offers/{id}/end", End;
}

macro_rules! ministry_actions {
    ($($(#[doc = $doc:literal])+ $name:ident = $path:literal, $action:ident;)+) => {$(
        $(#[doc = $doc])+
        #[utoipa::path(tag = "ministry", params(("id" = OfferId, Path)), security(("bearer" = []), ("session" = [])),
            responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), ActRefusals))]
        #[post($path)]
        pub async fn $name(Allowed(admin, (id, _)): Allowed<Admin, (Id<OfferId>, Query<Nothing>)>, parts: Parts) -> Result<HttpResponse> {
            tools(&parts).moderate(&admin, id.0, Action::$action, None).await
        }
    )+};
}

ministry_actions! {
    /// Lets an offer be published: at its start, or now.
    approve = "/admin/offers/{id}/approve", Approve;
    /// Lets an offer be announced: everybody sees that it comes.
    announce = "/admin/offers/{id}/announce", Announce;
    /// Opens an announced or scheduled offer.
    open = "/admin/offers/{id}/open", Open;
}

/// Refuses an offer, with the reason that its partner reads.
#[utoipa::path(tag = "ministry", params(("id" = OfferId, Path)), request_body = Reject, security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), ActRefusals))]
#[post("/admin/offers/{id}/reject")]
pub async fn reject(
    Allowed(admin, (id, _, reason)): Allowed<Admin, (Id<OfferId>, Query<Nothing>, Json<Reject>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    tools(&parts).moderate(&admin, id.0, Action::Reject, Some(reason.0.reason)).await
}
