//! The ministry's review of offers, over HTTP.

use actix_web::{HttpRequest, HttpResponse, get, post};
use shared::{
    Code, OfferId,
    offer::{Action, BulkResult, ManagedOffers, OfferIds, PartnerOffer, PartnerRef, Reject, ReviewOffer, changes},
};

use super::{
    act,
    document::{draft_of, pending_of},
    listing::ManageQuery,
    manage, store as queries,
    tools::{Parts, Tools, tools},
};
use crate::{
    accounts::Admin,
    error::Result,
    http::{
        Allowed, Id, Json, Query, etag,
        idempotency::{Answering, Keyed},
        problem,
        query::Nothing,
    },
    refusals,
    store::Transaction,
};

refusals! {
    /// A cursor of another list.
    ListRefusals: InvalidQuery, InvalidCursor;
    /// No such offer.
    ReadRefusals: NotFound;
    /// No such offer, or a state that does not allow it.
    ActRefusals: NotFound, StateConflict, StaleVersion;
    /// No such offer, a state that does not allow it, or an edit that what is claimed forbids by now.
    ApproveRefusals: NotFound, StateConflict, StaleVersion, InvalidInput;
}

impl Tools<'_> {
    async fn moderate(
        &self,
        answering: &Answering,
        admin: &Admin,
        id: OfferId,
        (action, reason): (Action, Option<&str>),
    ) -> Result<HttpResponse> {
        let (offer, partner) = queries::admin_find(self.store.fresh(), id).await?.ok_or(Code::NotFound)?;
        let doing = self.ministry(admin, queries::reference(&partner));
        let act = async |tx: &Transaction| act::act(tx, self.accounts, &doing, &offer, action, reason).await;
        self.answer(answering, act).await
    }
}

/// Lists the offers of all partners, for the ministry: `waiting=true` is its queue.
#[utoipa::path(tag = "ministry", params(ManageQuery), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = ManagedOffers, headers(("ETag" = String))), ListRefusals))]
#[get("/admin/offers")]
pub async fn queue(
    request: HttpRequest,
    Allowed(_admin, query): Allowed<Admin, Query<ManageQuery>>,
    parts: Parts,
) -> Result<HttpResponse> {
    tools(&parts).page(&request, None, &query.0).await
}

/// An offer, with what the edit that waits would change.
#[utoipa::path(tag = "ministry", params(("id" = OfferId, Path)), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = ReviewOffer, headers(("ETag" = String))), ReadRefusals))]
#[get("/admin/offers/{id}")]
pub async fn read(
    request: HttpRequest,
    Allowed(admin, (id, _)): Allowed<Admin, (Id<OfferId>, Query<Nothing>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    let (offer, partner) = queries::admin_find(tools.store.fresh(), id.0).await?.ok_or(Code::NotFound)?;
    let changes = match pending_of(&offer)? {
        Some(pending) => changes(&draft_of(&offer)?, &pending),
        None => Vec::new(),
    };
    let doing = tools.ministry(&admin, queries::reference(&partner));
    let offer = manage::seen(tools.store.fresh(), &offer, &doing).await?;
    etag::versioned(&request, offer.version, &ReviewOffer { offer, changes })
}

macro_rules! ministry_actions {
    ($($(#[doc = $doc:literal])+ $name:ident = $path:literal, $action:ident, $refusals:ident;)+) => {$(
        $(#[doc = $doc])+
        #[utoipa::path(tag = "ministry", params(("id" = OfferId, Path)), security(("bearer" = []), ("session" = [])),
            responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), $refusals))]
        #[post($path)]
        pub async fn $name(
            Keyed(admin, (id, _), answering): Keyed<Admin, (Id<OfferId>, Query<Nothing>)>,
            parts: Parts,
        ) -> Result<HttpResponse> {
            tools(&parts).moderate(&answering, &admin, id.0, (Action::$action, None)).await
        }
    )+};
}

ministry_actions! {
    /// Lets an offer be published, at its start or now; or lets the edit that waits take its place.
    approve = "/admin/offers/{id}/approve", Approve, ApproveRefusals;
    /// Lets an offer be announced: everybody sees that it comes.
    announce = "/admin/offers/{id}/announce", Announce, ActRefusals;
    /// Opens an announced or scheduled offer.
    open = "/admin/offers/{id}/open", Open, ActRefusals;
}

/// Refuses an offer, or the edit of one (the offer stays as everybody sees it), with the reason that its partner reads.
#[utoipa::path(tag = "ministry", params(("id" = OfferId, Path)), request_body = Reject, security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = PartnerOffer, headers(("ETag" = String))), ActRefusals))]
#[post("/admin/offers/{id}/reject")]
pub async fn reject(
    Keyed(admin, (id, _, reason), answering): Keyed<Admin, (Id<OfferId>, Query<Nothing>, Json<Reject>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    tools(&parts).moderate(&answering, &admin, id.0, (Action::Reject, Some(&reason.0.reason))).await
}

/// Approves up to 100 offers, or the edits of them that wait; what is refused for one does not hold up the others.
#[utoipa::path(tag = "ministry", request_body = OfferIds, security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = BulkResult)))]
#[post("/admin/offers/approve")]
pub async fn approve_many(
    request: HttpRequest,
    Keyed(admin, (_, asked), answering): Keyed<Admin, (Query<Nothing>, Json<OfferIds>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    let tools = tools(&parts);
    // Each offer's own partner stands in its place.
    let doing = tools.ministry(&admin, PartnerRef { slug: String::new(), name: String::new() });
    let what = (None, &asked.0.ids[..], Action::Approve);
    tools.act_on_many(&answering, &doing, what, problem::lang(&request)).await
}
