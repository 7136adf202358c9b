//! What happens to every answer: a request id, errors as problem documents, security headers, the log line and metrics.

use std::time::Instant;

use actix_web::{
    HttpMessage, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use shared::Code;
use uuid::Uuid;

use super::{
    path,
    problem::{self, Asked},
    unread::Held,
};
use crate::error::Error;

/// The id of a request: as a proxy gave it, or our own.
#[derive(Clone, Debug)]
pub struct RequestId(pub HeaderValue);

impl RequestId {
    fn of(request: &ServiceRequest) -> Self {
        let given = request.headers().get(&X_REQUEST_ID).filter(|v| {
            (8..=64).contains(&v.len()) && v.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        });
        let own = || HeaderValue::from_str(&Uuid::now_v7().simple().to_string()).ok();
        Self(given.cloned().or_else(own).unwrap_or(HeaderValue::from_static("none")))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers that depend on how the site is reached.
#[derive(Clone, Debug)]
pub struct SiteHeaders {
    /// The policy for pages (CSP level 3), with the hashes of what the page inlines.
    pub page_policy: HeaderValue,
    /// Whether to send HSTS (RFC 6797).
    pub https: bool,
}

/// API answers are data: they load nothing and are framed nowhere.
static DATA_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The outermost middleware.
pub async fn finish(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<EitherBody<impl MessageBody>>> {
    let started = Instant::now();
    let asked = Asked {
        request_id: RequestId::of(&request),
        path: request.path().to_owned(),
        accept_language: request.headers().get(header::ACCEPT_LANGUAGE).cloned(),
    };
    let method = request.method().clone();
    if method == Method::HEAD {
        // HEAD is wherever GET is (RFC 9110 §9.3.2); the connection itself leaves the body out.
        request.head_mut().method = Method::GET;
    }
    let site = request.app_data::<web::Data<SiteHeaders>>().cloned();
    request.extensions_mut().insert(asked.clone());
    let held = Held::of(&mut request);
    let mut response = match unfit(&request) {
        None => as_problem(next.call(request).await?, &asked),
        Some(code) => request.into_response(problem::response(&code.into(), &asked)).map_into_right_body(),
    };
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        // What does not say that it may be kept is of one person, or of one moment.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(X_REQUEST_ID.clone(), asked.request_id.0.clone());
    secure(headers, site.as_ref().map(web::Data::get_ref));
    let quiet = response.request().extensions().contains::<Summarised>();
    log(&method, response.status(), started, &asked, quiet);
    Ok(Held::until_sent(held, response))
}

/// The longest address, with its query.
const URI_MAX: usize = 8 * 1024;
/// The largest head, with names and values of all fields.
const HEAD_MAX: usize = 32 * 1024;

/// Why a head is refused, whatever it asks for. What is far beyond (128 KiB, 96 fields) is refused before it becomes a
/// request, without a document.
fn unfit(request: &ServiceRequest) -> Option<Code> {
    let uri = request.uri().path_and_query().map_or(0, |uri| uri.as_str().len());
    let head: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if uri > URI_MAX {
        Some(Code::UriTooLong)
    } else if head > HEAD_MAX {
        Some(Code::HeadersTooLarge)
    } else {
        (!path::is_storable(request.uri().path())).then_some(Code::NotFound)
    }
}

/// Replaces the body of an error by its problem document; leaves everything else as it is.
fn as_problem<B: MessageBody + 'static>(response: ServiceResponse<B>, asked: &Asked) -> ServiceResponse<EitherBody<B>> {
    let status = response.status();
    let is_problem = || response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t == "application/problem+json");
    if status.as_u16() < 400 || (response.response().error().is_none() && is_problem()) {
        return response.map_into_left_body();
    }
    let error = response.response().error().map_or_else(|| Error::new(of_status(status)), of_actix);
    let (http, old) = response.into_parts();
    note(&error, asked);
    let mut new = problem::response(&error, asked);
    // Cookies that were to be set or cleared, and limits, stay with the refusal.
    for (name, value) in old.headers() {
        if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
            new.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(http, new).map_into_right_body()
}

/// Our error inside actix's, or what stands for actix's own.
pub(super) fn of_actix(error: &actix_web::Error) -> Error {
    let Some(ours) = error.as_error::<Error>() else {
        return Error::new(of_status(error.as_response_error().status_code()));
    };
    ours.again()
}

/// Why an answer is a refusal.
pub fn code_of<B>(response: &HttpResponse<B>) -> Code {
    response.error().map_or_else(|| of_status(response.status()), |error| of_actix(error).code)
}

fn of_status(status: StatusCode) -> Code {
    match status.as_u16() {
        401 => Code::Unauthenticated,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        406 => Code::NotAcceptable,
        408 => Code::RequestTimeout,
        413 => Code::PayloadTooLarge,
        414 => Code::UriTooLong,
        415 => Code::UnsupportedMediaType,
        431 => Code::HeadersTooLarge,
        503 => Code::Overloaded,
        400..=499 => Code::MalformedRequest,
        _ => Code::Internal,
    }
}

/// Failures of ours go to the log with all that led to them; refusals do not.
fn note(error: &Error, asked: &Asked) {
    if error.code.status() >= 500 {
        tracing::error!(
            request_id = asked.request_id.as_str(),
            path = asked.path.as_str(),
            code = error.code.as_str(),
            cause = error.chain(),
            "request.failed"
        );
    }
}

fn secure(headers: &mut HeaderMap, site: Option<&SiteHeaders>) {
    let is_html = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|t| t.as_bytes().starts_with(b"text/html") || t.as_bytes().starts_with(b"text/javascript"));
    let policy = match site {
        Some(site) if is_html => &site.page_policy,
        _ => &DATA_POLICY,
    };
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    if is_html {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(self), geolocation=(), microphone=(), payment=()"),
        );
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    }
    if site.is_some_and(|s| s.https) {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
}

/// Put into a request by a feature that tells in lines of its own what became of many: the claim queue, of its batches.
#[derive(Clone, Copy, Debug)]
pub struct Summarised;

/// One line for each request that changed, failed or was slow at `info`; plain reads at `debug`, since on a busy
/// morning there are tens of thousands of them a second and the metrics count them anyway.
fn log(method: &Method, status: StatusCode, started: Instant, asked: &Asked, quiet: bool) {
    let took = started.elapsed();
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    metrics::histogram!("http_request_seconds", "status" => class(status)).record(took.as_secs_f64());
    let (method, path, status) = (method.as_str(), asked.path.as_str(), status.as_u16());
    let request_id = asked.request_id.as_str();
    if status >= 500 || ms >= 1000 || !(quiet || matches!(method, "GET" | "HEAD")) {
        tracing::info!(request_id, method, path, status, ms, "request");
    } else {
        tracing::debug!(request_id, method, path, status, ms, "request");
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
