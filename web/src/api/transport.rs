//! One call over `fetch`: headers, time-out, a second try where that is safe, and the problem document.

use leptos::prelude::window;
use serde::{Serialize, de::DeserializeOwned};
use shared::{Code, Problem};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, Response};

use super::{Failure, renewal};
use crate::{browser, language::lang_now, offline};

pub(super) const BASE: &str = "/api/v1";
const TIMEOUT_MS: u32 = 30_000;
/// How often a busy server is asked again, and how long the page waits for it at most.
const PATIENCE: u32 = 3;
const WAIT_MAX_S: u32 = 5;

/// The methods that the page uses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A call that can be sent more than once: its idempotency key stays the same.
pub struct Call {
    method: Method,
    path: String,
    body: Option<String>,
    media: &'static str,
    accept: &'static str,
    key: Option<String>,
    if_match: Option<String>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub text: String,
    tag: Option<String>,
    request_id: Option<String>,
    retry_after: Option<u32>,
    from_cache: bool,
}

impl Call {
    /// A call to `path` below the API's base.
    pub fn new(method: Method, path: String, body: Option<String>) -> Self {
        let key = (method == Method::Post).then(browser::new_id);
        Self { method, path, body, media: "application/json", accept: "application/json", key, if_match: None }
    }
}

fn init(call: &Call) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", call.accept)?;
    headers.set("Accept-Language", lang_now().tag())?;
    if call.method != Method::Get {
        headers.set("X-Requested-With", "virtual-market")?;
    }
    if let Some(tag) = &call.if_match {
        headers.set("If-Match", tag)?;
    }
    if let Some(key) = &call.key {
        headers.set("Idempotency-Key", key)?;
    }
    let init = RequestInit::new();
    init.set_method(call.method.name());
    if let Some(body) = &call.body {
        headers.set("Content-Type", call.media)?;
        init.set_body(&JsValue::from_str(body));
    }
    init.set_headers(&headers);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    Ok(init)
}

async fn fetch(call: &Call) -> Result<Answer, JsValue> {
    let url = format!("{BASE}{}", call.path);
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(&url, &init(call)?)).await?.dyn_into()?;
    let header = |name| response.headers().get(name).ok().flatten();
    let answer = Answer {
        status: response.status(),
        text: String::new(),
        tag: header("ETag"),
        request_id: header("X-Request-Id"),
        retry_after: header("Retry-After").and_then(|s| s.parse().ok()),
        from_cache: header("X-From-Cache").is_some(),
    };
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    Ok(Answer { text, ..answer })
}

/// Sends a call once.
pub async fn once(call: &Call) -> Result<Answer, Failure> {
    let answer = fetch(call).await.map_err(|_| Failure::Offline);
    offline::note(answer.as_ref().is_ok_and(|a| !a.from_cache));
    answer
}

fn failure(answer: Answer) -> Failure {
    problem_in(&answer.text, answer.request_id)
}

/// The problem document in a text.
pub(super) fn problem_in(text: &str, request_id: Option<String>) -> Failure {
    serde_json::from_str::<Problem>(text)
        .map_or(Failure::Broken { request_id }, |problem| Failure::Problem(Box::new(problem)))
}

/// Sends a call; renews the session once if that is what it takes, and waits for a server that says when to come back.
async fn send(call: &Call) -> Result<Answer, Failure> {
    let mut renewed = false;
    for attempt in 1.. {
        let answer = once(call).await?;
        match answer.status {
            200..300 => return Ok(answer),
            401 if !renewed && renewal::is_believed() && !call.path.starts_with("/auth/") => {
                renewed = true;
                if !renewal::renew().await {
                    return Err(failure(answer));
                }
            }
            503 if attempt < PATIENCE && answer.retry_after.is_some_and(|s| s <= WAIT_MAX_S) => {
                wait(answer.retry_after.unwrap_or(1).max(1)).await;
            }
            _ => return Err(failure(answer)),
        }
    }
    Err(Failure::Broken { request_id: None })
}

async fn wait(seconds: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let ms = i32::try_from(seconds * 1000).unwrap_or(i32::MAX);
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    let _ = JsFuture::from(promise).await;
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    serde_json::from_str(&answer.text).map_err(|_| Failure::Broken { request_id: answer.request_id.clone() })
}

/// Reads `path`.
pub async fn get<T: DeserializeOwned>(path: String) -> Result<T, Failure> {
    read(&send(&Call::new(Method::Get, path, None)).await?)
}

/// Something versioned, with the tag that a change of it is made for.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged<T> {
    /// What it is.
    pub value: T,
    /// Its `ETag`, for `If-Match`.
    pub tag: String,
}

fn read_tagged<T: DeserializeOwned>(answer: &Answer) -> Result<Tagged<T>, Failure> {
    Ok(Tagged { value: read(answer)?, tag: answer.tag.clone().unwrap_or_default() })
}

/// Reads `path` with its tag.
pub async fn get_tagged<T: DeserializeOwned>(path: String) -> Result<Tagged<T>, Failure> {
    read_tagged(&send(&Call::new(Method::Get, path, None)).await?)
}

/// Changes the version with this `tag`, and no other.
pub async fn change_tagged<T: DeserializeOwned>(
    method: Method,
    path: String,
    body: &(impl Serialize + ?Sized),
    tag: String,
) -> Result<Tagged<T>, Failure> {
    let body = serde_json::to_string(body).map_err(|_| Failure::Broken { request_id: None })?;
    read_tagged(&send(&Call { if_match: Some(tag), ..Call::new(method, path, Some(body)) }).await?)
}

/// Sends a text that is no JSON, and reads what comes back.
pub async fn post_text<T: DeserializeOwned>(path: String, media: &'static str, body: String) -> Result<T, Failure> {
    read(&send(&Call { media, ..Call::new(Method::Post, path, Some(body)) }).await?)
}

/// Nothing, as JSON.
#[derive(Serialize, serde::Deserialize)]
pub struct Empty {}

/// Takes `path` away.
pub async fn remove(path: String) -> Result<(), Failure> {
    send(&Call::new(Method::Delete, path, None)).await.map(|_| ())
}

/// Takes `path` away, in the version with this `tag` and no other.
pub async fn remove_tagged(path: String, tag: String) -> Result<(), Failure> {
    send(&Call { if_match: Some(tag), ..Call::new(Method::Delete, path, None) }).await.map(|_| ())
}

/// Reads `path` as text.
pub async fn get_text(path: String) -> Result<String, Failure> {
    Ok(send(&Call::new(Method::Get, path, None)).await?.text)
}

/// Reads `path` as text of a media type.
pub async fn get_text_as(path: String, accept: &'static str) -> Result<String, Failure> {
    Ok(send(&Call { accept, ..Call::new(Method::Get, path, None) }).await?.text)
}

/// Sends `body` and reads what comes back.
pub async fn change<T: DeserializeOwned>(
    method: Method,
    path: String,
    body: &(impl Serialize + ?Sized),
) -> Result<T, Failure> {
    read(&send_body(method, path, body).await?)
}

/// Sends `body`; what comes back does not matter.
pub async fn command(method: Method, path: String, body: &(impl Serialize + ?Sized)) -> Result<(), Failure> {
    send_body(method, path, body).await.map(|_| ())
}

async fn send_body(method: Method, path: String, body: &(impl Serialize + ?Sized)) -> Result<Answer, Failure> {
    let body = serde_json::to_string(body).map_err(|_| Failure::Broken { request_id: None })?;
    send(&Call::new(method, path, Some(body))).await
}

/// Whether a failure means that nobody is signed in.
pub fn is_anonymous(failure: &Failure) -> bool {
    matches!(failure.code(), Some(Code::Unauthenticated | Code::SessionEnded))
}
