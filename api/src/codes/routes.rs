//! Pools over HTTP.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, HttpResponse, delete, dev::Payload, get, post, web};
use serde::Deserialize;
use shared::{
    Code, OfferId, Validate, Violations,
    import::FileProblem,
    pool::{CodePool, CodesAdded, CodesRemoved, NewCodes, OnCodeFault, UPLOAD_MAX},
};
use utoipa::IntoParams;

use super::{
    fill::{self, Doing},
    upload::{self, Line},
};
use crate::{
    error::{Error, Result},
    http::{
        Allowed, Id, Query,
        body::{self, Media},
        idempotency::Keyed,
        list::{self, Paged},
        problem,
        query::{Nothing, Paging},
    },
    offers::catalogue::Catalogue,
    partners::{
        Desk,
        permission::{OffersRead, OffersWrite},
    },
    refusals,
    store::{Store, Transaction, clock::Clock},
    uploads,
};

refusals! {
    /// No such offer, one that hands no codes out or is over, or codes that are wrong or there already.
    AddRefusals: NotFound, NoCodePool, StateConflict, CodesRefused;
    /// No such offer, or a cursor of another list.
    ReadRefusals: NotFound, InvalidQuery, InvalidCursor;
    /// No such offer.
    RemoveRefusals: NotFound;
}

/// The query of an upload of codes.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AddQuery {
    /// What becomes of the upload if some codes are wrong or there already; `reject_all` when left out.
    #[param(inline, value_type = OnCodeFault, required = false)]
    pub on_error: Option<OnCodeFault>,
}

impl Validate for AddQuery {
    fn check(&self, _: &mut Violations) {}
}

/// Codes as they were sent: one a line, or as a list.
#[derive(Debug)]
pub struct Sent(Vec<Line>);

impl FromRequest for Sent {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (media, payload, lang) = (body::media(request), payload.take(), problem::lang(request));
        Box::pin(async move {
            let media = media?;
            if matches!(&media, Media::Text { charset: Some(charset) } if !uploads::is_read(charset)) {
                return Err(Code::UnsupportedMediaType.into());
            }
            let sent = body::read_up_to(payload, UPLOAD_MAX).await?;
            let charset = match media {
                Media::Json => return Ok(Self(upload::entries(body::checked::<NewCodes>(&sent)?.codes))),
                Media::Text { charset } => charset,
            };
            let reading = tokio::task::spawn_blocking(move || upload::lines(&sent, charset.as_deref()));
            let lines = reading.await.map_err(Error::internal)?;
            let unreadable = |why: FileProblem| Error::new(Code::MalformedRequest).with("failure", why.localised(lang));
            Ok(Self(lines.map_err(unreadable)?))
        })
    }
}

/// Adds codes to an offer's pool: a text with one code a line, a table whose first line names the column of codes (`code`,
/// `kod`, `промокод`), or a list. Texts and tables are read as uploads of offers are: encodings, separators, `sep=;`,
/// `="00123"`. A file that cannot be read is refused with `failure` saying why. Codes that are wrong, stand twice, or belong
/// to any offer of the partner already are named line by line.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path), AddQuery),
    request_body(content((NewCodes = "application/json"), (String = "text/plain"), (String = "text/csv"))),
    security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = CodesAdded), AddRefusals))]
#[post("/partners/{slug}/offers/{id}/codes")]
pub async fn add(
    request: HttpRequest,
    Keyed(desk, (id, query, sent), answering): Keyed<Desk<OffersWrite>, (Id<OfferId>, Query<AddQuery>, Sent)>,
    store: web::Data<Store>,
    catalogue: web::Data<Catalogue>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let doing = Doing::at(&desk, id.0, clock.now());
    let on_error = query.0.on_error.unwrap_or(OnCodeFault::RejectAll);
    let lang = problem::lang(&request);
    let work = async |tx: &Transaction| {
        let filled = fill::add(tx, &doing, sent.0.clone(), on_error).await?;
        let refused = u32::try_from(filled.faults.len()).unwrap_or(u32::MAX);
        let problems = upload::problems(&filled.faults, lang);
        if refused > 0 && on_error == OnCodeFault::RejectAll {
            return Err(Error::new(Code::CodesRefused).with("problems", problems).with("refused", refused));
        }
        Ok(HttpResponse::Ok().json(CodesAdded { added: filled.added, refused, problems, stock: filled.stock }))
    };
    let answer = answering.transaction(&store, work).await?;
    catalogue.refresh(&store, doing.now).await?;
    Ok(answer)
}

impl Paged for CodePool {
    fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }
}

/// How many codes an offer's pool has, and those that are not handed out yet, masked.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path), Paging),
    security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = CodePool, headers(("ETag" = String))), ReadRefusals))]
#[get("/partners/{slug}/offers/{id}/codes")]
pub async fn read(
    request: HttpRequest,
    Allowed(desk, (id, query)): Allowed<Desk<OffersRead>, (Id<OfferId>, Query<Paging>)>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let doing = Doing::at(&desk, id.0, clock.now());
    list::private(&request, &fill::read(&store, &doing, query.0.limit(), query.0.cursor.as_deref()).await?)
}

/// Takes the codes that are not handed out out of an offer's pool, so that they can be used elsewhere.
#[utoipa::path(tag = "partner's offers", params(("slug" = String, Path), ("id" = OfferId, Path)),
    security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = CodesRemoved), RemoveRefusals))]
#[delete("/partners/{slug}/offers/{id}/codes")]
pub async fn remove(
    Allowed(desk, (id, _)): Allowed<Desk<OffersWrite>, (Id<OfferId>, Query<Nothing>)>,
    store: web::Data<Store>,
    catalogue: web::Data<Catalogue>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let doing = Doing::at(&desk, id.0, clock.now());
    let removed = store.transaction(async |tx| fill::remove(tx, &doing).await).await?;
    catalogue.refresh(&store, doing.now).await?;
    Ok(HttpResponse::Ok().json(removed))
}
