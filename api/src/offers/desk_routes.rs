//! Offers at a partner's desk, over HTTP.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, HttpResponse, delete, dev::Payload, get, http::header, patch, post, put};
use shared::{
    Code, OfferId, Page,
    offer::{
        Action, BulkAction, BulkRequest, BulkResult, ManagedOffers, OfferDraft, OfferVersion, OfferVersionView,
        OfferView, PartnerOffer,
    },
};

use super::{
    act, document, history,
    listing::ManageQuery,
    manage::{self, Conditions, Put},
    store as queries,
    tools::{self, Parts, location, owned, tools},
};
use crate::{
    error::{Error, Result},
    http::{
        Allowed, Id, Json, Query,
        body::Patch,
        etag::{self, IfMatch},
        idempotency::Keyed,
        list as lists, problem,
        query::{Nothing, Paging},
    },
    partners::{
        Desk,
        permission::{OffersRead, OffersWrite},
    },
    refusals,
    store::Transaction,
};

refusals! {
    /// No such partner, or a cursor of another list.
    ListRefusals: NotFound, InvalidQuery, InvalidCursor;
    /// No such partner, or an external id that is taken.
    CreateRefusals: NotFound, AlreadyExists;
    /// No such offer.
    ReadRefusals: NotFound;
    /// No such offer of this partner, or changed meanwhile.
    ChangeRefusals: NotFound, StateConflict, AlreadyExists, StaleVersion, PreconditionRequired;
    /// No such partner, another version than the one that was meant, or a state that does not allow it.
    PutRefusals: NotFound, StateConflict, AlreadyExists, StaleVersion;
    /// No such offer, or a state that does not allow it.
    ActRefusals: NotFound, StateConflict, StaleVersion;
    /// No such partner.
    BulkRefusals: NotFound;
}

/// Lists a partner's offers in all states, the last changed first.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ManageQuery), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = ManagedOffers, headers(("ETag" = String), ("Link" = String, description = "The next page."))), ListRefusals))]
#[get("/partners/{slug}/offers")]
pub async fn list(
    request: HttpRequest,
    Allowed(desk, query): Allowed<Desk<OffersRead>, Query<ManageQuery>>,
    parts: Parts,
) -> Result<HttpResponse> {
    tools(&parts).page(&request, Some((desk.id(), desk.reference())), &query.0).await
}

/// Makes a draft.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path)), request_body = OfferDraft, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 201, body = PartnerOffer, headers(("Location" = String), ("ETag" = String))), CreateRefusals))]
#[post("/partners/{slug}/offers")]
pub async fn create(
    Keyed(desk, (_, draft), answering): Keyed<Desk<OffersWrite>, (Query<Nothing>, Json<OfferDraft>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let doing = tools.at_desk(&desk);
    let work = async |tx: &Transaction| {
        let offer = manage::create(tx, &doing, desk.id(), &draft.0).await?;
        created(&desk.slug, &offer)
    };
    answering.transaction(tools.store, work).await
}

fn created(slug: &str, offer: &PartnerOffer) -> Result<HttpResponse> {
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, location(slug, offer.id)));
    etag::changed(response, offer.version, offer)
}

/// The partner's own name for an offer, as it stands in the address; percent signs are read.
pub struct ExternalId(String);

impl FromRequest for ExternalId {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let given = request.match_info().get("external_id").unwrap_or_default();
        let name = percent_encoding::percent_decode_str(given).decode_utf8();
        ready(name.map(|name| Self(name.into_owned())).map_err(|_| Code::NotFound.into()))
    }
}

/// Writes an offer under the partner's own name for it: makes a draft where there is none, else changes the offer to
/// what is sent. Where nothing differs, nothing happens. `If-Match` and `If-None-Match: *` are heeded.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("external_id" = String, Path, description = "The partner's own name for the offer.", min_length = 1, max_length = 64),
        ("If-Match" = Option<String>, Header, description = "Only if it is the version that was read: its `ETag`."),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only if there is none yet.")),
    request_body = OfferDraft, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, description = "Changed, or as it was.", body = PartnerOffer, headers(("ETag" = String))),
              (status = 201, body = PartnerOffer, headers(("Location" = String), ("ETag" = String))), PutRefusals))]
#[put("/partners/{slug}/offers/by-external-id/{external_id}")]
pub async fn put(
    request: HttpRequest,
    Allowed(desk, (name, _, draft)): Allowed<Desk<OffersWrite>, (ExternalId, Query<Nothing>, Json<OfferDraft>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let conditions = Conditions { expected: IfMatch::optional(&request)?, only_new: etag::is_only_new(&request)? };
    let doing = tools.at_desk(&desk);
    let put = async |tx: &Transaction| manage::put(tx, &doing, desk.id(), &conditions, draft.0.clone(), &name.0).await;
    match tools.store.transaction(put).await? {
        Put::Created(offer) => created(&desk.slug, &offer),
        Put::There(offer) => {
            tools.refresh().await;
            tools::versioned(&offer)
        }
    }
}

/// An offer of a partner, in any state. Its `ETag` begins with its version, for `If-Match`.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), ReadRefusals))]
#[get("/partners/{slug}/offers/{id}")]
pub async fn read(
    request: HttpRequest,
    Allowed(desk, (id, _)): Allowed<Desk<OffersRead>, (Id<OfferId>, Query<Nothing>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let offer = owned(&tools, &desk, id.0).await?;
    let seen = manage::seen(tools.store.fresh(), &offer, &tools.at_desk(&desk)).await?;
    etag::versioned(&request, seen.version, &seen)
}

/// Changes an offer: what is sent is merged into it (RFC 7396), null removes. An edit of an offer that everybody sees
/// waits in review while the offer stays as it is.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path), ("If-Match" = String, Header, description = "The version that was read: its `ETag`.")),
    request_body(content = super::patch::OfferPatch, description = "Any fields of an offer's draft."), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), ChangeRefusals))]
#[patch("/partners/{slug}/offers/{id}")]
pub async fn change(
    Allowed(desk, (id, _, expected, patch)): Allowed<Desk<OffersWrite>, (Id<OfferId>, Query<Nothing>, IfMatch, Patch)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let offer = owned(&tools, &desk, id.0).await?;
    let doing = tools.at_desk(&desk);
    let change = async |tx: &Transaction| manage::change(tx, &doing, &offer, &expected, patch.0.clone()).await;
    let after = tools.store.transaction(change).await?;
    tools.refresh().await;
    tools::versioned(&after)
}

/// Removes an offer that nobody has seen yet, with its codes.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path), ("If-Match" = String, Header, description = "The version that was read: its `ETag`.")), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 204, description = "Removed."), ChangeRefusals))]
#[delete("/partners/{slug}/offers/{id}")]
pub async fn delete(
    Allowed(desk, (id, _, expected)): Allowed<Desk<OffersWrite>, (Id<OfferId>, Query<Nothing>, IfMatch)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let offer = owned(&tools, &desk, id.0).await?;
    let doing = tools.at_desk(&desk);
    tools.store.transaction(async |tx| manage::delete(tx, &doing, &offer, &expected).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An offer as a teacher sees it, with the text that the partner wrote last.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = OfferView, headers(("ETag" = String))), ReadRefusals))]
#[get("/partners/{slug}/offers/{id}/preview")]
pub async fn preview(
    request: HttpRequest,
    Allowed(desk, (id, _)): Allowed<Desk<OffersRead>, (Id<OfferId>, Query<Nothing>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let (mut offer, now) = (owned(&tools, &desk, id.0).await?, tools.clock.now());
    let draft = document::latest_draft_of(&offer)?;
    let count = queries::count(tools.store.fresh(), &offer, &draft, now).await?;
    super::life::take_in(&mut offer, &draft)?;
    etag::private(&request, &document::view(&offer, draft, desk.reference(), count, now)?)
}

/// The history of an offer, the newest version first: who did what, when, and which places changed.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path), Paging), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<OfferVersion>, headers(("ETag" = String))), ListRefusals))]
#[get("/partners/{slug}/offers/{id}/versions")]
pub async fn versions(
    request: HttpRequest,
    Allowed(desk, (id, query)): Allowed<Desk<OffersRead>, (Id<OfferId>, Query<Paging>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let offer = owned(&tools, &desk, id.0).await?;
    let page = history::page(tools.store, &offer, query.0.limit(), query.0.cursor.as_deref()).await?;
    lists::private(&request, &page)
}

/// One version of an offer in full.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path), ("version" = u32, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = OfferVersionView, headers(("ETag" = String))), ReadRefusals))]
#[get("/partners/{slug}/offers/{id}/versions/{version}")]
pub async fn version(
    request: HttpRequest,
    Allowed(desk, (id, _)): Allowed<Desk<OffersRead>, (Id<OfferId>, Query<Nothing>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let version = request.match_info().get("version").and_then(|v| v.parse().ok()).ok_or(Code::NotFound)?;
    let offer = owned(&tools, &desk, id.0).await?;
    etag::private(&request, &history::version(tools.store, &offer, version).await?)
}

macro_rules! partner_actions {
    ($($(#[doc = $doc:literal])+ $name:ident = $path:literal, $action:ident;)+) => {$(
        $(#[doc = $doc])+
        #[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
            responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), ActRefusals))]
        #[post($path)]
        pub async fn $name(
            Keyed(desk, (id, _), answering): Keyed<Desk<OffersWrite>, (Id<OfferId>, Query<Nothing>)>,
            parts: Parts,
        ) -> Result<HttpResponse> {
            let tools = tools(&parts);
            let offer = owned(&tools, &desk, id.0).await?;
            let doing = tools.at_desk(&desk);
            let act = async |tx: &Transaction| act::act(tx, tools.accounts, &doing, &offer, Action::$action, None).await;
            tools.answer(&answering, act).await
        }
    )+};
}

partner_actions! {
    /// Hands an offer to the ministry. In a sandbox it is published at once.
    submit = "/partners/{slug}/offers/{id}/submit", Submit;
    /// Takes an offer, or the edit of one that everybody sees, back from review.
    withdraw = "/partners/{slug}/offers/{id}/withdraw", Withdraw;
    /// Stops claims for now.
    pause = "/partners/{slug}/offers/{id}/pause", Pause;
    /// Goes on after a pause.
    resume = "/partners/{slug}/offers/{id}/resume", Resume;
    /// Closes an offer for good.
    end = "/partners/{slug}/offers/{id}/end", End;
}

/// Does something to up to 100 offers; what is refused for one does not hold up the others.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path)), request_body = BulkRequest, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = BulkResult), BulkRefusals))]
#[post("/partners/{slug}/offers/actions")]
pub async fn actions(
    request: HttpRequest,
    Keyed(desk, (_, asked), answering): Keyed<Desk<OffersWrite>, (Query<Nothing>, Json<BulkRequest>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let BulkRequest { action, ids } = asked.0;
    let action = match action {
        BulkAction::Submit => Action::Submit,
        BulkAction::Withdraw => Action::Withdraw,
        BulkAction::Pause => Action::Pause,
        BulkAction::Resume => Action::Resume,
        BulkAction::End => Action::End,
        BulkAction::Delete => Action::Delete,
    };
    let doing = tools.at_desk(&desk);
    tools.act_on_many(&answering, &doing, (Some(desk.id()), &ids[..], action), problem::lang(&request)).await
}
