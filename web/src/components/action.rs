//! Buttons that do something which takes a moment.

use leptos::prelude::*;

/// A button beside the main one.
pub const PLAIN: &str = "button";
/// A button that takes something away.
pub const DANGER: &str = "button danger";

/// A button that is busy while `busy` holds, and then does not fire twice.
pub fn action(
    class: &'static str,
    label: impl Fn() -> String + Send + 'static,
    busy: Signal<bool>,
    run: impl Fn() + Send + 'static,
) -> AnyView {
    view! {
        <button
            type="button"
            class=class
            class:busy=busy
            aria-disabled=move || busy.get().then_some("true")
            on:click=move |_| {
                if !busy.get_untracked() {
                    run();
                }
            }
        >
            <span class="spinner" aria-hidden="true"></span>
            {label}
        </button>
    }
    .into_any()
}
