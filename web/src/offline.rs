//! Whether there is a connection, and the service worker that serves what was seen when there is none.

use std::sync::LazyLock;

use leptos::{ev, prelude::*};
use wasm_bindgen_futures::JsFuture;

use crate::browser;

/// The service worker's store of answers; `sw.js` has the same name.
const SEEN: &str = "vm-seen";

static ONLINE: LazyLock<ArcRwSignal<bool>> = LazyLock::new(|| ArcRwSignal::new(browser::is_online()));

/// Whether there is a connection.
pub fn is_online() -> bool {
    ONLINE.get()
}

/// Notes that the server answered, or that it could not be reached.
pub fn note(reached: bool) {
    if ONLINE.get_untracked() != reached {
        ONLINE.set(reached);
    }
}

/// Follows the device's connection, and sets up the service worker.
pub fn watch() {
    let _ = window_event_listener(ev::online, |_| note(true));
    let _ = window_event_listener(ev::offline, |_| note(false));
    let worker = window().navigator().service_worker();
    if !worker.is_undefined() {
        let _ = worker.register("/sw.js");
    }
}

/// Removes what was kept of somebody who signs out: the next person at this device must not see it.
pub fn forget_what_was_seen() {
    if let Ok(caches) = window().caches() {
        let deletion = caches.delete(SEEN);
        leptos::task::spawn_local(async move {
            let _ = JsFuture::from(deletion).await;
        });
    }
}
