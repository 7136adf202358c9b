//! The OpenAPI document: what the routes say of themselves, and what holds for all of them.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use shared::{Code, Problem};
use utoipa::{
    OpenApi, PartialSchema, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, HeaderBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder,
        Schema,
        path::{Operation, Parameter},
        schema::{SchemaType, Type},
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
        server::ServerBuilder,
    },
};

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Virtual market",
        version = "1.0.0",
        description = "Companies support education: partners publish offers, learners, educators and institutions claim \
            them, partners redeem the claims.\n\nErrors are problem documents (RFC 9457) with a stable `code`; their texts \
            follow `Accept-Language` (az, en, ru). Lists are paged with `limit` and an opaque `cursor`. Reads carry a \
            strong `ETag`; changes of a versioned thing need `If-Match`. Every POST takes an `Idempotency-Key`: the same \
            key and body get the first answer again for 24 hours (answers that carry secrets, refusals for load and \
            failures are not kept). Requests that change something with cookies need `Sec-Fetch-Site: same-origin` or \
            any `X-Requested-With` header.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, Code))
)]
struct Head;

/// The refusals of an operation that are its own, by code; each becomes a response of its status.
#[macro_export]
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $($code:ident),+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::response::Response>,
            > {
                $crate::http::openapi::responses(&[$(shared::Code::$code),+])
            }
        }
    )+};
}

/// A response for each status among the codes, which names the codes.
pub fn responses(codes: &[Code]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status().to_string()).or_default().push(*code);
    }
    by_status.into_iter().map(|(status, codes)| (status, RefOr::T(refusal(&codes)))).collect()
}

fn refusal(codes: &[Code]) -> Response {
    let text: Vec<String> = codes.iter().map(|c| format!("`{}`: {}", c.as_str(), c.meaning().trim())).collect();
    let mut response = ResponseBuilder::new().description(text.join("\n\n")).content(
        "application/problem+json",
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
    );
    if codes.iter().any(|c| matches!(c, Code::RateLimited | Code::Overloaded | Code::UploadElsewhere)) {
        response = response.header("Retry-After", HeaderBuilder::new().description(Some("Seconds to wait.")).build());
    }
    response.build()
}

/// Adds to an operation what holds for all of its kind, where it does not say it itself.
fn complete(method: &str, operation: &mut Operation) {
    let mut codes = vec![Code::MalformedRequest, Code::RateLimited, Code::Overloaded, Code::RequestTimeout];
    codes.extend([Code::UriTooLong, Code::HeadersTooLarge]);
    if operation.request_body.is_some() {
        codes.extend([Code::PayloadTooLarge, Code::UnsupportedMediaType, Code::InvalidInput]);
    } else {
        codes.push(Code::InvalidQuery);
    }
    if operation.security.as_ref().is_some_and(|s| !s.is_empty()) {
        codes.extend([Code::Unauthenticated, Code::Forbidden]);
        if method != "get" {
            codes.push(Code::CrossSite);
        }
    }
    if method == "post" {
        codes.extend([Code::IdempotencyInProgress, Code::IdempotencyKeyReused]);
    }
    if method == "get" {
        let known = ResponseBuilder::new().description("As the caller has it: see `If-None-Match`.").build();
        operation.responses.responses.entry("304".to_owned()).or_insert(RefOr::T(known));
    }
    for (status, general) in responses(&codes) {
        let RefOr::T(general) = general else { continue };
        match operation.responses.responses.get_mut(&status) {
            Some(RefOr::T(own)) if own.content.contains_key("application/problem+json") => {
                for text in general.description.split("\n\n") {
                    if !own.description.contains(text) {
                        own.description = format!("{}\n\n{text}", own.description);
                    }
                }
            }
            Some(_) => {}
            None => {
                operation.responses.responses.insert(status, RefOr::T(general));
            }
        }
    }
}

/// Every response has a description (OpenAPI 3.1 §4.8.17), on which makers of clients insist: its reason phrase, where
/// there is nothing to add.
fn describe(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let phrase = StatusCode::from_bytes(status.as_bytes()).ok().and_then(|status| status.canonical_reason());
            phrase.unwrap_or("OK").clone_into(&mut response.description);
        }
    }
}

/// `get_offers_id_claims`: unique, and a name that generated clients can use.
fn operation_id(method: &str, path: &str) -> String {
    let words =
        path.trim_start_matches("/api/v1").split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

/// A header is never null, only left out; some makers of clients stumble over it.
fn leave_out_null(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    if let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema
        && let SchemaType::Array(types) = &mut schema.schema_type
    {
        types.retain(|of| *of != Type::Null);
        if let [only] = &types[..] {
            schema.schema_type = SchemaType::Type(only.clone());
        }
    }
}

/// The form of `If-Match` and `If-None-Match` (RFC 9110 §8.8.3, §13.1).
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#;

/// Says of a header of tags what form they have.
fn describe_tags(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(Parameter { name, schema: Some(RefOr::T(Schema::Object(schema))), .. }) = parameter
        && ["If-Match", "If-None-Match"].contains(&name.as_str())
    {
        schema.pattern = Some(TAGS.to_owned());
    }
}

/// The whole document, from the paths that the routes gave.
pub fn finish(mut routes: Document) -> Document {
    let mut document = Head::openapi();
    for (path, item) in &mut routes.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(operation_id(method, path));
            if path.starts_with("/api/") {
                complete(method, operation);
            }
            describe(operation);
            for parameter in operation.parameters.iter_mut().flatten() {
                leave_out_null(parameter);
                describe_tags(parameter);
            }
        }
    }
    document.merge(routes);
    let components = document.components.get_or_insert_with(|| ComponentsBuilder::new().build());
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    components.add_security_scheme(
        "api_key",
        SecurityScheme::Http(
            Http::builder()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("vm_live_<id>_<secret>_<crc32>")
                .description(Some(
                    "A key of a partner's program: `vm_live_…` works at the partner's offers, `vm_test_…` in its \
                     sandbox alone. Keys have scopes and end after some months; owners make them in the console.",
                ))
                .build(),
        ),
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("vm_session"))));
    components.schemas.insert(shared::FieldError::name().into_owned(), shared::FieldError::schema());
    components.schemas.insert(shared::FieldCode::name().into_owned(), shared::FieldCode::schema());
    document.servers = Some(vec![ServerBuilder::new().url("/").build()]);
    document
}
