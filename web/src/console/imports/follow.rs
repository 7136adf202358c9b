//! Following an upload: by server-sent events, and by asking again where those do not come through.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use shared::{ImportId, import::ImportView};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::api;

/// How often the page asks where events do not come.
const EVERY: Duration = Duration::from_millis(1500);
/// After how many broken connections it gives events up; the browser itself comes again after each.
const PATIENCE: u32 = 3;

/// An open stream with what it calls. They end together.
struct Stream {
    source: EventSource,
    _heard: Closure<dyn Fn(MessageEvent)>,
    _broken: Closure<dyn Fn()>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// Tells each change to `put`, until it is over or the page is left.
pub fn follow(slug: StoredValue<String>, id: ImportId, put: Callback<ImportView>) {
    let stream = StoredValue::<Option<Stream>, LocalStorage>::new_local(None);
    let over = StoredValue::new(false);
    let told = move |import: ImportView| {
        let done = import.state.is_over();
        put.run(import);
        if done {
            over.try_set_value(true);
            close_later(stream);
        }
    };
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        if let Ok(import) = serde_json::from_str(&text) {
            told(import);
        }
    });
    let failures = StoredValue::new(0_u32);
    let broken = Closure::<dyn Fn()>::new(move || {
        let count = failures.try_get_value().unwrap_or_default() + 1;
        failures.try_set_value(count);
        let closed =
            stream.try_with_value(|s| s.as_ref().is_some_and(|s| s.source.ready_state() == EventSource::CLOSED));
        if (count >= PATIENCE || closed == Some(true)) && over.try_get_value() == Some(false) {
            close_later(stream);
            ask(slug, id, put, over);
        }
    });
    let path = slug.with_value(|slug| format!("/api/v1{}", api::imports_path(slug, &format!("/{id}/events"))));
    let Ok(source) = EventSource::new(&path) else {
        ask(slug, id, put, over);
        return;
    };
    let listens = source.add_event_listener_with_callback("progress", heard.as_ref().unchecked_ref());
    source.set_onerror(Some(broken.as_ref().unchecked_ref()));
    stream.set_value(Some(Stream { source, _heard: heard, _broken: broken }));
    if listens.is_err() {
        ask(slug, id, put, over);
    }
    on_cleanup(move || {
        over.try_set_value(true);
        stream.try_set_value(None);
    });
}

/// Closes the stream once the callback that decided so has returned: it belongs to the stream.
fn close_later(stream: StoredValue<Option<Stream>, LocalStorage>) {
    set_timeout(move || _ = stream.try_set_value(None), Duration::ZERO);
}

/// Asks again and again.
fn ask(slug: StoredValue<String>, id: ImportId, put: Callback<ImportView>, over: StoredValue<bool>) {
    let next = move || {
        if over.try_get_value() != Some(false) {
            return;
        }
        let Some(slug_now) = slug.try_get_value() else { return };
        spawn_local(async move {
            match api::import(&slug_now, id).await {
                Ok(import) if import.state.is_over() => {
                    over.try_set_value(true);
                    put.try_run(import);
                }
                Ok(import) => {
                    put.try_run(import);
                    ask(slug, id, put, over);
                }
                Err(_) => ask(slug, id, put, over),
            }
        });
    };
    set_timeout(next, EVERY);
}
