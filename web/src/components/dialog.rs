//! Dialogs: what stands above the page until it is answered. The browser keeps the focus inside, and closes on Escape.

use std::future::Future;

use leptos::{html, prelude::*, task::spawn_local};

use super::{
    action::{DANGER, action},
    icon::{Icon, icon},
    note,
};
use crate::{api::Failure, language::tr};

/// A dialog that is open while `open` holds; its content is made anew each time.
pub fn dialog(
    open: RwSignal<bool>,
    class: &'static str,
    title: impl Fn() -> String + Copy + Send + Sync + 'static,
    content: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let inside = move || {
        open.get().then(|| {
            view! {
                <div class="dialog-head">
                    <h2>{title}</h2>
                    <button
                        type="button"
                        class="icon-button"
                        aria-label=tr!(verb.close)
                        on:click=move |_| open.set(false)
                    >
                        {icon(Icon::Cross)}
                    </button>
                </div>
                {content()}
            }
        })
    };
    view! {
        <dialog class=class node_ref=node aria-label=title on:close=move |_| _ = open.try_set(false)>
            {inside}
        </dialog>
    }
    .into_any()
}

/// Asks before something that takes away, then does it; a refusal is shown where it was asked.
pub fn confirm<F>(
    open: RwSignal<bool>,
    title: impl Fn() -> String + Copy + Send + Sync + 'static,
    help: impl Fn() -> String + Copy + Send + Sync + 'static,
    yes: impl Fn() -> String + Copy + Send + Sync + 'static,
    run: impl Fn() -> F + Clone + Send + Sync + 'static,
) -> AnyView
where
    F: Future<Output = Result<(), Failure>> + 'static,
{
    ask(DANGER, open, title, help, yes, run)
}

/// Asks before something that gives, such as an approval, in the same way.
pub fn agree<F>(
    open: RwSignal<bool>,
    title: impl Fn() -> String + Copy + Send + Sync + 'static,
    help: impl Fn() -> String + Copy + Send + Sync + 'static,
    yes: impl Fn() -> String + Copy + Send + Sync + 'static,
    run: impl Fn() -> F + Clone + Send + Sync + 'static,
) -> AnyView
where
    F: Future<Output = Result<(), Failure>> + 'static,
{
    ask("button primary", open, title, help, yes, run)
}

fn ask<F>(
    class: &'static str,
    open: RwSignal<bool>,
    title: impl Fn() -> String + Copy + Send + Sync + 'static,
    help: impl Fn() -> String + Copy + Send + Sync + 'static,
    yes: impl Fn() -> String + Copy + Send + Sync + 'static,
    run: impl Fn() -> F + Clone + Send + Sync + 'static,
) -> AnyView
where
    F: Future<Output = Result<(), Failure>> + 'static,
{
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let content = move || {
        failure.set(None);
        let run = run.clone();
        let go = move || {
            busy.set(true);
            failure.set(None);
            let answer = run();
            spawn_local(async move {
                let answer = answer.await;
                busy.try_set(false);
                match answer {
                    Ok(()) => _ = open.try_set(false),
                    Err(problem) => _ = failure.try_set(Some(problem)),
                }
            });
        };
        view! {
            <p>{help}</p>
            {note::refused(failure)}
            <div class="row dialog-row">
                {action(class, yes, busy.into(), go)}
                <button type="button" class="button" on:click=move |_| open.set(false)>{tr!(verb.cancel)}</button>
            </div>
        }
        .into_any()
    };
    dialog(open, "dialog", title, content)
}
