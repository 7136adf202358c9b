//! What a browser does by itself between documents, done between pages: the focus moves to the new page, and going back
//! finds the place where one was.

use std::{cell::RefCell, collections::HashMap};

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_location;
use wasm_bindgen::JsValue;
use web_sys::ScrollRestoration;

use crate::browser;

/// How many frames the page waits for a list to be long enough again.
const FRAMES: u32 = 90;

thread_local! {
    static PLACES: RefCell<HashMap<String, f64>> = RefCell::default();
    static RETURNING: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes where the visitor is. Called once, before there is a router: it must hear of going back before that does.
pub fn note_places() {
    if let Ok(history) = window().history() {
        let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    }
    let _ = window_event_listener(ev::scroll, |_| {
        let y = window().scroll_y().unwrap_or_default();
        PLACES.with_borrow_mut(|places| places.insert(browser::address(), y));
    });
    let _ = window_event_listener(ev::popstate, |_| {
        RETURNING.with_borrow_mut(|r| *r = Some(browser::address()));
    });
}

/// Follows the visitor through the pages. Called once, inside the router.
pub fn watch() {
    let location = use_location();
    Effect::new(move |before: Option<String>| {
        let path = location.pathname.get();
        let address = location
            .search
            .with_untracked(|search| if search.is_empty() { path.clone() } else { format!("{path}?{search}") });
        if before.is_some_and(|b| b != path) {
            arrive(address);
        }
        path
    });
}

fn arrive(address: String) {
    let back_to = RETURNING.with_borrow_mut(Option::take).filter(|place| *place == address);
    set_timeout(
        move || {
            keep_address(&address);
            if !browser::focus("main h1") {
                browser::focus("main");
            }
            match back_to {
                Some(place) => {
                    let y = PLACES.with_borrow(|places| places.get(&place).copied()).unwrap_or_default();
                    restore(y, FRAMES);
                }
                None => window().scroll_to_with_x_and_y(0.0, 0.0),
            }
        },
        std::time::Duration::from_millis(30),
    );
}

/// The router does not push an address that it believes to be the present one; after going forward it may be wrong.
fn keep_address(address: &str) {
    if browser::address() != address
        && let Ok(history) = window().history()
    {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

fn restore(y: f64, frames: u32) {
    let height = document().document_element().map_or(0, |root| root.scroll_height());
    let view = window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or_default();
    if f64::from(height) >= y + view || frames == 0 {
        window().scroll_to_with_x_and_y(0.0, y);
    } else {
        request_animation_frame(move || restore(y, frames - 1));
    }
}
