//! Uploads over HTTP.

use actix_web::{HttpRequest, HttpResponse, get, http::header, post, web};
use serde::Deserialize;
use shared::{
    Code, ImportId, Page, Validate, Violations,
    import::{ImportMode, ImportState, ImportView, OnError, RowCode, RowErrors},
    offer::Kind,
};
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    Imports,
    admit::{How, Wanted},
    events as listening, report, rows, store,
    upload::Upload,
    view,
};
use crate::{
    error::{Error, Result},
    http::{
        Allowed, Id, Query, accept, cursor, etag,
        idempotency::{self, Key, Owner},
        idempotency::{Answering, Keyed},
        list as pages, problem,
        query::{Nothing, Paging, check_limit},
    },
    partners::{
        Desk,
        permission::{ImportsRead, ImportsWrite},
    },
    refusals,
    store::{Transaction, entities::imports},
};

refusals! {
    /// Of uploading.
    CreateRefusals: NotFound, TooManyImports, UploadsFull, InvalidQuery, PartnerNotActive;
    /// No such upload.
    ReadRefusals: NotFound;
    /// Of lists.
    ListRefusals: NotFound, InvalidCursor;
    /// Of errors, whose rows are read from the file that was sent.
    ErrorRefusals: NotFound, InvalidCursor, UploadElsewhere;
    /// Too many listen.
    ListenRefusals: NotFound, Overloaded;
    /// It is over, or not over yet.
    ActRefusals: NotFound, StateConflict, PartnerNotActive;
    /// Nothing to correct.
    RetryRefusals: NotFound, StateConflict, TooManyImports, UploadsFull, InvalidQuery, PartnerNotActive;
}

/// How an upload is to be treated.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// `upsert` writes each row's offer as a whole, `patch` changes only what a row names, `replace_all` is `upsert` and
    /// ends the offers that no row names.
    #[param(default = "upsert")]
    pub mode: Option<ImportMode>,
    /// Tells what would come of it, and writes no offer.
    #[param(default = false)]
    pub dry_run: Option<bool>,
    /// `skip_rows` applies the rows that are right; `reject_all` applies none unless all are.
    #[param(default = "skip_rows")]
    pub on_error: Option<OnError>,
    /// With `replace_all`: if more than this share of the offers that are open or in review would end, none does.
    #[param(minimum = 0, maximum = 100, default = 20)]
    pub max_delete_percent: Option<u8>,
    /// Hands what is new or changed to the ministry; with `false` new offers stay drafts.
    #[param(default = true)]
    pub submit: Option<bool>,
}

impl Validate for NewImport {
    fn check(&self, violations: &mut Violations) {
        if let Some(percent) = self.max_delete_percent {
            violations.range("?max_delete_percent", i64::from(percent), 0, 100);
        }
    }
}

/// The query of an upload's errors.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ErrorQuery {
    /// Only with this code.
    pub code: Option<RowCode>,
    /// Errors on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u16>,
    /// As the page before gave it.
    #[param(pattern = "^[A-Za-z0-9_-]*$", max_length = 1024)]
    pub cursor: Option<String>,
}

impl Validate for ErrorQuery {
    fn check(&self, violations: &mut Violations) {
        check_limit(self.limit, violations);
    }
}

/// For which kind of offer.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TemplateQuery {
    /// The kind.
    pub kind: Kind,
}

impl Validate for TemplateQuery {
    fn check(&self, _: &mut Violations) {}
}

type All = web::Data<Imports>;

/// Tell the cursors of uploads, and of what is wrong with one, from others.
const LIST: &str = "imports";
const ERRORS: &str = "import_errors";

/// A CSV file to fill in: all columns of a kind of offer, and an example.
#[utoipa::path(tag = "imports", params(("slug" = String, Path), TemplateQuery), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, content_type = "text/csv", body = String), ReadRefusals))]
#[get("/partners/{slug}/imports/template.csv")]
pub async fn template(Allowed(_desk, query): Allowed<Desk<ImportsRead>, Query<TemplateQuery>>) -> HttpResponse {
    let kind = query.0.kind;
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, report::CSV))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.csv\"", kind.as_str())))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(rows::template(kind))
}

/// Lists a partner's uploads, the newest first.
#[utoipa::path(tag = "imports", params(("slug" = String, Path), Paging), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<ImportView>), ListRefusals))]
#[get("/partners/{slug}/imports")]
pub async fn list(
    request: HttpRequest,
    Allowed(desk, query): Allowed<Desk<ImportsRead>, Query<Paging>>,
    all: All,
) -> Result<HttpResponse> {
    let before = cursor::decode::<Uuid>(LIST, query.0.cursor.as_deref())?;
    let limit = query.0.limit();
    let mut found = store::page(all.store.fresh(), desk.id(), before, limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut found, limit, |last| last.id);
    let (lang, now) = (problem::lang(&request), all.clock.now());
    let items = found.iter().map(|import| view::of(import, lang, now)).collect::<Result<_>>()?;
    pages::private(&request, &Page { items, next_cursor })
}

/// Uploads offers: CSV, JSON (a list, or `{"items": […]}`) or NDJSON. The answer comes as soon as the body is safely
/// stored; `Location` tells how it goes.
#[utoipa::path(tag = "imports", params(("slug" = String, Path), NewImport), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    request_body(content((String = "text/csv"), (Vec<shared::offer::OfferDraft> = "application/json"), (String = "application/x-ndjson")), description = "The offers, up to `IMPORT_LIMIT_MB`."),
    responses((status = 202, body = ImportView, headers(("Location" = String))), CreateRefusals))]
#[post("/partners/{slug}/imports")]
pub async fn create(
    request: HttpRequest,
    Allowed(desk, (query, upload)): Allowed<Desk<ImportsWrite>, (Query<NewImport>, Upload)>,
    all: All,
) -> Result<HttpResponse> {
    take(&request, &all, &desk, How::from(&query.0), upload, None).await
}

/// Reads an upload and takes it in.
async fn take(
    request: &HttpRequest,
    all: &Imports,
    desk: &Desk<ImportsWrite>,
    how: How,
    upload: Upload,
    retry_of: Option<Uuid>,
) -> Result<HttpResponse> {
    let owner = desk.owner();
    if !idempotency::is_known(request, &owner, &all.store).await? {
        // Before it is received. An upload that is sent again is answered as the first time.
        all.check_room(all.store.fresh(), desk.id()).await?;
    }
    let id = ImportId(Uuid::now_v7());
    let (format, charset) = (upload.format, upload.charset.clone());
    let arrived = upload.receive(&all.spool, id).await?;
    let key = Key::of_digest(request, &owner, arrived.digest)?;
    let (partner, slug, actor, now) = (desk.id(), desk.slug.clone(), desk.actor, all.clock.now());
    let wanted = Wanted { id, partner, slug, actor, how, format, charset, retry_of, lang: problem::lang(request), now };
    all.admit(&wanted, arrived, &Answering::to(request, key)).await
}

async fn found<P>(all: &Imports, desk: &Desk<P>, id: ImportId) -> Result<imports::Model> {
    store::find(all.store.fresh(), desk.id(), id).await?.ok_or_else(|| Code::NotFound.into())
}

/// How an upload goes, or what became of it.
#[utoipa::path(tag = "imports", params(("slug" = String, Path), ("id" = ImportId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = ImportView), ReadRefusals))]
#[get("/partners/{slug}/imports/{id}")]
pub async fn read(
    request: HttpRequest,
    Allowed(desk, (id, _)): Allowed<Desk<ImportsRead>, (Id<ImportId>, Query<Nothing>)>,
    all: All,
) -> Result<HttpResponse> {
    let import = found(&all, &desk, id.0).await?;
    etag::private(&request, &view::of(&import, problem::lang(&request), all.clock.now())?)
}

/// The progress as server-sent events: `event: progress`, its data an `ImportView`, whenever it has changed, until the
/// upload is over.
#[utoipa::path(tag = "imports", params(("slug" = String, Path), ("id" = ImportId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, content_type = "text/event-stream", body = Object), (status = 204, description = "The last event was heard."), ListenRefusals))]
#[get("/partners/{slug}/imports/{id}/events")]
pub async fn events(
    request: HttpRequest,
    Allowed(desk, (id, _)): Allowed<Desk<ImportsRead>, (Id<ImportId>, Query<Nothing>)>,
    all: All,
) -> Result<HttpResponse> {
    let import = found(&all, &desk, id.0).await?;
    listening::listen(&request, all.into_inner(), desk, &import)
}

/// What is wrong with rows, in the order of the file; with `Accept: text/csv` the rows themselves as they were sent,
/// with columns that say what is wrong.
#[utoipa::path(tag = "imports", params(("slug" = String, Path), ("id" = ImportId, Path), ErrorQuery), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, content((RowErrors = "application/json"), (String = "text/csv"))), ErrorRefusals))]
#[get("/partners/{slug}/imports/{id}/errors")]
pub async fn errors(
    request: HttpRequest,
    Allowed(desk, (id, query)): Allowed<Desk<ImportsRead>, (Id<ImportId>, Query<ErrorQuery>)>,
    all: All,
) -> Result<HttpResponse> {
    let import = found(&all, &desk, id.0).await?;
    let lang = problem::lang(&request);
    let code = query.0.code.map(RowCode::as_str);
    if accept::prefers_csv(&request) {
        return report::csv(all.into_inner(), import, code.map(ToOwned::to_owned), lang).await;
    }
    let limit = usize::from(query.0.limit.unwrap_or(shared::list::LIMIT_DEFAULT));
    let after = cursor::decode::<i64>(ERRORS, query.0.cursor.as_deref())?.unwrap_or(0);
    let mut found = store::errors(all.store.fresh(), import.id, code, after, limit + 1).await?;
    let next_cursor = cursor::cut(ERRORS, &mut found, limit, |last| last.number);
    let items = found.iter().filter_map(|row| view::error(row, lang)).collect();
    pages::private(&request, &Page { items, next_cursor })
}

/// Stops an upload. What it did stays done.
#[utoipa::path(tag = "imports", params(("slug" = String, Path), ("id" = ImportId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = ImportView), ActRefusals))]
#[post("/partners/{slug}/imports/{id}/cancel")]
pub async fn cancel(
    request: HttpRequest,
    Keyed(desk, (id, _), answering): Keyed<Desk<ImportsWrite>, (Id<ImportId>, Query<Nothing>)>,
    all: All,
) -> Result<HttpResponse> {
    let (lang, now) = (problem::lang(&request), all.clock.now());
    let work = async |tx: &Transaction| {
        let import = Imports::cancel(tx, desk.id(), &desk.slug, id.0, desk.actor, now).await?;
        Ok(HttpResponse::Ok().json(view::of(&import, lang, now)?))
    };
    answering.transaction(&all.store, work).await
}

/// Uploads the corrected file of an upload that is over: rows that were right the first time are passed over. It is
/// treated as the first one was, and ends no offers.
#[utoipa::path(tag = "imports", params(("slug" = String, Path), ("id" = ImportId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    request_body(content((String = "text/csv"), (Vec<shared::offer::OfferDraft> = "application/json"), (String = "application/x-ndjson")), description = "The whole file or the corrected rows."),
    responses((status = 202, body = ImportView, headers(("Location" = String))), RetryRefusals))]
#[post("/partners/{slug}/imports/{id}/retry")]
pub async fn retry(
    request: HttpRequest,
    Allowed(desk, (id, _, upload)): Allowed<Desk<ImportsWrite>, (Id<ImportId>, Query<Nothing>, Upload)>,
    all: All,
) -> Result<HttpResponse> {
    let import = found(&all, &desk, id.0).await?;
    let over = ImportState::from_name(&import.state).is_some_and(ImportState::is_over);
    let nothing_failed = import.state == ImportState::Finished.as_str() && import.failed == 0;
    if !over || nothing_failed || import.tidied {
        return Err(Error::new(Code::StateConflict).with("state", &import.state));
    }
    take(&request, &all, &desk, How::again(&import), upload, Some(import.id)).await
}
