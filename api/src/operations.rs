//! What operators and programs ask of the process itself: health, metrics, the OpenAPI document, the public keys.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    accounts::token::Keys,
    error::Result,
    http::{
        Query,
        described::{DOCUMENT, TAG},
        etag::{self, Keep},
        query::Nothing,
        routes::Routes,
    },
    store::Store,
};

/// The routes at the root.
pub fn routes(app: &mut impl Routes) {
    app.service(live).service(ready).service(metrics).service(openapi).service(jwks);
}

/// Whether the process is well.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`.
    pub status: String,
}

fn ok() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(Health { status: "ok".to_owned() })
}

/// Whether the process runs.
#[utoipa::path(tag = "operations", responses((status = 200, body = Health)))]
#[get("/health/live")]
async fn live(_: Query<Nothing>) -> HttpResponse {
    ok()
}

/// Whether it can answer and take changes: proved by a write, at most once a second.
#[utoipa::path(tag = "operations", responses((status = 200, body = Health), (status = 503, description = "Not ready.", body = shared::Problem, content_type = "application/problem+json")))]
#[get("/health/ready")]
async fn ready(_: Query<Nothing>, store: web::Data<Store>) -> Result<HttpResponse> {
    store.check_writes().await?;
    Ok(ok())
}

/// Figures for Prometheus, in its text format.
#[utoipa::path(tag = "operations", responses((status = 200, body = String, content_type = "text/plain")))]
#[get("/metrics")]
async fn metrics(_: Query<Nothing>, handle: web::Data<PrometheusHandle>) -> HttpResponse {
    handle.run_upkeep();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(handle.render())
}

/// This document.
#[utoipa::path(tag = "operations", responses((status = 200, body = Object)))]
#[get("/openapi.json")]
async fn openapi(request: HttpRequest, _: Query<Nothing>) -> HttpResponse {
    etag::tagged(&request, Keep::Public, TAG.clone(), Bytes::from_static(DOCUMENT.as_bytes()))
}

/// The public keys of access tokens (RFC 7517).
#[utoipa::path(tag = "auth", responses((status = 200, body = Object, content_type = "application/jwk-set+json")))]
#[get("/.well-known/jwks.json")]
async fn jwks(request: HttpRequest, _: Query<Nothing>, keys: web::Data<Keys>) -> HttpResponse {
    let body = Bytes::copy_from_slice(keys.jwks().as_bytes());
    let mut response = etag::tagged(&request, Keep::Public, etag::of_body(&body), body);
    if response.status() == 200 {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/jwk-set+json"));
    }
    response
}
