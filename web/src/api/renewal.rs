//! Renewing the session: its access token lives for minutes, the right to a new one for weeks, both in cookies that the
//! page cannot read. The page only remembers that somebody signed in here.

use std::{cell::RefCell, sync::LazyLock};

use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::transport::{Call, Method, once};
use crate::browser;

const KEY: &str = "vm.signed_in";

static ENDED: LazyLock<ArcTrigger> = LazyLock::new(ArcTrigger::new);

thread_local! {
    // One renewal at a time: a refresh token that is used twice ends the session.
    static RUNNING: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// Remembers whether somebody is signed in on this device.
pub fn believe(signed_in: bool) {
    if signed_in {
        browser::store(KEY, "1");
    } else {
        browser::forget(KEY);
    }
}

/// Whether somebody signed in on this device and has not signed out.
pub fn is_believed() -> bool {
    browser::stored(KEY).is_some()
}

/// Runs `then` whenever a session turns out to have ended.
pub fn on_ended(then: impl Fn() + 'static) {
    Effect::new(move |first: Option<()>| {
        ENDED.track();
        if first.is_some() {
            then();
        }
    });
}

/// Renews the session; answers whether there is one now.
pub async fn renew() -> bool {
    let running = RUNNING.with_borrow(Clone::clone).unwrap_or_else(|| {
        let promise = future_to_promise(async {
            let call = Call::new(Method::Post, "/auth/refresh".to_owned(), Some("{}".to_owned()));
            let renewed = once(&call).await.is_ok_and(|answer| answer.status < 300);
            RUNNING.with_borrow_mut(Option::take);
            Ok(JsValue::from_bool(renewed))
        });
        RUNNING.with_borrow_mut(|r| *r = Some(promise.clone()));
        promise
    });
    let renewed = JsFuture::from(running).await.is_ok_and(|v| v.is_truthy());
    if !renewed && browser::is_online() {
        believe(false);
        ENDED.notify();
    }
    renewed
}
