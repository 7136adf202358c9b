//! Sending a file, with its progress: `fetch` does not tell of that, `XMLHttpRequest` does.

use js_sys::Promise;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ProgressEvent, XmlHttpRequest};

use super::{
    Failure,
    transport::{BASE, problem_in},
};
use crate::{browser, language::lang_now};

/// Sends `file` to `path` below the API's base. `progress` is told the share that is sent, from 0 to 1; `started` gets
/// the request, with which it can be given up.
pub async fn upload<T: DeserializeOwned>(
    path: &str,
    file: &File,
    media: &str,
    progress: impl Fn(f64) + 'static,
    started: impl FnOnce(XmlHttpRequest),
) -> Result<T, Failure> {
    let request = send(path, file, media, progress, started).await.map_err(|_| Failure::Offline)?;
    let text = request.response_text().ok().flatten().unwrap_or_default();
    let request_id = request.get_response_header("X-Request-Id").ok().flatten();
    match request.status() {
        Ok(200..300) => serde_json::from_str(&text).map_err(|_| Failure::Broken { request_id }),
        _ => Err(problem_in(&text, request_id)),
    }
}

async fn send(
    path: &str,
    file: &File,
    media: &str,
    progress: impl Fn(f64) + 'static,
    started: impl FnOnce(XmlHttpRequest),
) -> Result<XmlHttpRequest, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("POST", &format!("{BASE}{path}"))?;
    for (name, value) in [
        ("Accept", "application/json"),
        ("Accept-Language", lang_now().tag()),
        ("Content-Type", media),
        ("X-Requested-With", "virtual-market"),
        ("Idempotency-Key", &browser::new_id()),
    ] {
        request.set_request_header(name, value)?;
    }
    let tell = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            progress(event.loaded() / event.total());
        }
    });
    request.upload()?.set_onprogress(Some(wasm_bindgen::JsCast::unchecked_ref(tell.as_ref())));
    let answered = Promise::new(&mut |resolve, reject| {
        request.set_onload(Some(&resolve));
        request.set_onerror(Some(&reject));
        request.set_onabort(Some(&reject));
    });
    request.send_with_opt_blob(Some(file))?;
    started(request.clone());
    JsFuture::from(answered).await?;
    Ok(request)
}
