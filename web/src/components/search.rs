//! A box for a search that is made while somebody types.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Icon, icon};
use crate::language::tr;

/// How long it waits for the next letter.
const PAUSE: Duration = Duration::from_millis(250);

/// The box. `current` is what the address says is searched for, and `search` changes that.
pub fn search_box<T>(current: Signal<String>, search: Callback<String>, label: T, hint: T) -> AnyView
where
    T: Fn() -> &'static str + Copy + Send + Sync + 'static,
{
    let typed = RwSignal::new(current.get_untracked());
    // Going back changes the address; the box follows, unless somebody types in it just then.
    Effect::new(move |_| {
        let current = current.get();
        if typed.with_untracked(|typed| typed.trim() != current) {
            typed.set(current);
        }
    });
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = pending.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    let apply = move || {
        let words = typed.get_untracked().trim().to_owned();
        if current.with_untracked(|current| *current != words) {
            search.run(words);
        }
    };
    let input = move |text: String| {
        typed.set(text);
        stop();
        pending.set_value(set_timeout_with_handle(apply, PAUSE).ok());
    };
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        stop();
        apply();
    };
    view! {
        <form class="search" role="search" on:submit=submit>
            {icon(Icon::Search)}
            <input
                type="search"
                name="q"
                autocomplete="off"
                enterkeyhint="search"
                aria-label=label
                placeholder=hint
                prop:value=typed
                on:input=move |ev| input(event_target_value(&ev))
            />
            <button
                type="button"
                class="icon-button"
                aria-label=tr!(offers.clear_search)
                hidden=move || typed.with(String::is_empty)
                on:click=move |_| input(String::new())
            >
                {icon(Icon::Cross)}
            </button>
        </form>
    }
    .into_any()
}
