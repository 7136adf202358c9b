//! What the page asks of the browser besides drawing: storage, clipboard, files, the clock.

use chrono::{DateTime, Utc};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlElement, Storage, Url};

/// The present moment.
pub fn now() -> DateTime<Utc> {
    // Milliseconds since 1970 are whole and far below 2⁵³.
    #[allow(clippy::cast_possible_truncation)]
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn session() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// What is kept under `key` on this device.
pub fn stored(key: &str) -> Option<String> {
    local()?.get_item(key).ok().flatten()
}

/// Keeps `value` on this device; a browser that refuses forgets it, and that is all.
pub fn store(key: &str, value: &str) {
    let _ = local().map(|s| s.set_item(key, value));
}

/// Forgets `key` on this device.
pub fn forget(key: &str) {
    let _ = local().map(|s| s.remove_item(key));
}

/// Takes what was put aside under `key` in this tab.
pub fn take_aside(key: &str) -> Option<String> {
    let storage = session()?;
    let value = storage.get_item(key).ok().flatten();
    let _ = storage.remove_item(key);
    value
}

/// Puts `value` aside for this tab.
pub fn put_aside(key: &str, value: &str) {
    let _ = session().map(|s| s.set_item(key, value));
}

/// The languages that the browser is set to, the best first.
pub fn preferred_languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// Whether the device says that it has a connection.
pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// Whether the page can be seen, not in a tab behind another one.
pub fn is_in_sight() -> bool {
    !document().hidden()
}

/// A fresh id, for `Idempotency-Key`. It begins with the time, so that the server keeps those of one time side by side.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Copies a text; answers whether that worked.
pub async fn copy(text: String) -> bool {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(&text)).await.is_ok()
}

/// Offers a text as a file.
pub fn download(name: &str, media_type: &str, text: &str) {
    let _ = try_download(name, media_type, text);
}

fn try_download(name: &str, media_type: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link = document().create_element("a")?.dyn_into::<HtmlAnchorElement>()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}

/// What stands in a text file; nothing where it cannot be read.
pub async fn text_of(file: &Blob) -> Option<String> {
    JsFuture::from(file.text()).await.ok()?.as_string()
}

/// Loads a script of this site; once, however often it is asked for.
pub async fn script(src: &str) -> Result<(), JsValue> {
    if document().query_selector(&format!("script[src='{src}'][data-loaded]"))?.is_some() {
        return Ok(());
    }
    let script = document().create_element("script")?.dyn_into::<HtmlElement>()?;
    script.set_attribute("src", src)?;
    let loaded = js_sys::Promise::new(&mut |resolve, reject| {
        script.set_onload(Some(&resolve));
        script.set_onerror(Some(&reject));
    });
    document().head().ok_or(JsValue::NULL)?.append_child(&script)?;
    JsFuture::from(loaded).await?;
    script.set_attribute("data-loaded", "")
}

/// Shakes a phone for so many milliseconds, where it can.
pub fn vibrate(milliseconds: u32) {
    let navigator = window().navigator();
    let can = js_sys::Reflect::has(&navigator, &JsValue::from_str("vibrate")).unwrap_or_default();
    if can {
        let _ = navigator.vibrate_with_duration(milliseconds);
    }
}

/// Opens the browser's print dialogue.
pub fn print() {
    let _ = window().print();
}

/// Moves the focus to an element, without scrolling to it.
pub fn focus(selector: &str) -> bool {
    let Some(element) = document().query_selector(selector).ok().flatten() else { return false };
    let Ok(element) = element.dyn_into::<HtmlElement>() else { return false };
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    element.focus_with_options(&options).is_ok()
}

/// Moves the focus to a field and scrolls there.
pub fn focus_field(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Takes an element out of the page.
pub fn remove(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.remove();
    }
}

/// Sets an attribute of the document's root: its language, its theme.
pub fn set_root(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(name, value);
    }
}

/// Loads another page of this site in place of this one.
pub fn leave_for(path: &str) {
    let _ = window().location().replace(path);
}

/// The path and query of the address bar.
pub fn address() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}
