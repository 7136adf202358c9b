//! One's data: taking a copy, and leaving.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::account::DeleteMe;

use crate::{
    api::{self, Failure},
    browser,
    components::{
        action::{PLAIN, action},
        field::{Field, Input, no_help},
        form::Form,
        note,
    },
    language::{say, tr},
    session,
};

/// Export and deletion.
pub fn data() -> AnyView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let export = move || {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = api::export_me().await;
            busy.try_set(false);
            match answer {
                Ok(text) => browser::download("virtual-market.json", "application/json", &text),
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    view! {
        <section class="panel">
            <h2>{tr!(account.data)}</h2>
            <p class="quiet">{tr!(account.export_help)}</p>
            {action(PLAIN, || say!(account.export), busy.into(), export)}
            {note::refused(failure)}
            <details class="danger-zone">
                <summary>{tr!(account.delete)}</summary>
                {delete()}
            </details>
        </section>
    }
    .into_any()
}

fn delete() -> AnyView {
    let form = Form::new("delete");
    let password = RwSignal::new(String::new());
    let navigate = use_navigate();
    let submit = form.on_submit(
        move || DeleteMe { current_password: password.get_untracked() },
        |input| async move { api::delete_me(&input).await },
        move |()| {
            session::left();
            navigate("/", NavigateOptions::default());
        },
    );
    view! {
        <p>{tr!(account.delete_help)}</p>
        <form class="form" novalidate on:submit=submit>
            {form.summary()}
            <Field form
                name="current_password"
                input=Input::Password
                label=tr!(auth.current_password)
                help=no_help
                autocomplete="current-password"
                value=password
            />
            <button type="submit" class="button danger" class:busy=form.busy()>
                <span class="spinner" aria-hidden="true"></span>
                {tr!(account.delete_do)}
            </button>
        </form>
    }
    .into_any()
}
