//! Words that are not saved are not lost by a click: the page asks before it follows a link elsewhere, or goes a step back
//! or forth. On closing the tab or leaving the console, the browser itself asks.

use std::cell::Cell;

use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent};

use crate::{
    components::{action::DANGER, dialog::dialog},
    language::{say, tr},
};

/// Where the page would have been left for.
#[derive(Clone)]
enum Way {
    Link(String),
    /// The step in the history that was taken back.
    Step,
}

/// Answers whether a step back or forth is held up.
type Hold = StoredValue<Box<dyn Fn() -> bool>, LocalStorage>;

thread_local! {
    static HOLD: Cell<Option<Hold>> = const { Cell::new(None) };
}

/// Listens to steps back and forth. Called once, before anything else does: what the window itself hears goes to its
/// listeners in their order, and a step that is held up is none for the others.
pub fn watch_steps() {
    let _ = window_event_listener(ev::popstate, |event| {
        if HOLD.get().and_then(|hold| hold.try_with_value(|held_up| held_up())) == Some(true) {
            event.stop_immediate_propagation();
        }
    });
}

/// Asks before the page is left while `dirty` holds. Other views of the same path are no other page.
pub fn guard(dirty: impl Fn() -> bool + Copy + 'static) -> AnyView {
    let asked = RwSignal::new(None::<Way>);
    let open = RwSignal::new(false);
    let leaving = StoredValue::new(false);
    let must_ask = move || !leaving.try_get_value().unwrap_or(true) && untrack(dirty);
    let closes = window_event_listener(ev::beforeunload, move |ev| {
        if must_ask() {
            ev.prevent_default();
        }
    });
    on_cleanup(move || closes.remove());
    before_router("click", move |event| {
        if let Some(address) = link_elsewhere(event).filter(|_| must_ask()) {
            event.prevent_default();
            event.stop_immediate_propagation();
            asked.set(Some(Way::Link(address)));
            open.set(true);
        }
    });
    let here = use_location();
    let held_up = move || {
        let path = here.pathname.get_untracked();
        let held_up = path != location_path() && must_ask();
        if held_up {
            // The browser is there already, the router is not: the address of this page is put on top again, and one
            // step back leads to where the person wanted to go.
            let query = here.search.get_untracked();
            let address = if query.is_empty() { path } else { format!("{path}?{query}") };
            if let Ok(history) = window().history() {
                let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&address));
            }
            asked.set(Some(Way::Step));
            open.set(true);
        }
        held_up
    };
    HOLD.set(Some(Hold::new_local(Box::new(held_up))));
    let navigate = use_navigate();
    let leave = move |_| {
        leaving.set_value(true);
        match asked.get_untracked() {
            Some(Way::Link(address)) => navigate(&address, NavigateOptions::default()),
            Some(Way::Step) => _ = window().history().and_then(|history| history.back()),
            None => {}
        }
    };
    let content = move || {
        view! {
            <p>{tr!(console.unsaved_help)}</p>
            <div class="row dialog-row">
                <button type="button" class="button primary" data-testid="stay" on:click=move |_| open.set(false)>
                    {tr!(editor.keep_typing)}
                </button>
                <button type="button" class=DANGER data-testid="leave" on:click=leave.clone()>
                    {tr!(console.unsaved_leave)}
                </button>
            </div>
        }
        .into_any()
    };
    dialog(open, "dialog", || say!(console.unsaved), content)
}

fn location_path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The address of another page of the console, if that is what a plain click leads to.
fn link_elsewhere(event: &Event) -> Option<String> {
    let mouse = event.dyn_ref::<MouseEvent>()?;
    if mouse.button() != 0 || mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key() || mouse.alt_key() {
        return None;
    }
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok().flatten()?;
    let link = link.dyn_into::<HtmlAnchorElement>().ok()?;
    let location = window().location();
    let inside = link.origin() == location.origin().unwrap_or_default() && link.rel() != "external";
    let elsewhere = inside && link.target().is_empty() && !link.has_attribute("download");
    (elsewhere && link.pathname() != location_path()).then(|| link.pathname() + &link.search())
}

/// Listens to what happens in the window before the router does, for as long as the owner lives.
fn before_router(name: &'static str, heard: impl Fn(&Event) + 'static) {
    let closure = Closure::<dyn Fn(Event)>::new(move |event: Event| heard(&event));
    let function = closure.as_ref().unchecked_ref::<js_sys::Function>().clone();
    let _ = window().add_event_listener_with_callback_and_bool(name, &function, true);
    let kept = StoredValue::new_local(Some((closure, function)));
    on_cleanup(move || {
        if let Some((_closure, function)) = kept.try_update_value(Option::take).flatten() {
            let _ = window().remove_event_listener_with_callback_and_bool(name, &function, true);
        }
    });
}
