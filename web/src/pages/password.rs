//! A forgotten password: asking for the mail, and setting a new one with its link.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::account::{ForgotPassword, ResetPassword};

use crate::{
    api,
    components::{
        field::{Field, Input, no_help},
        form::Form,
        icon::{Icon, icon},
        page::heading,
    },
    language::tr,
};

/// The page `/forgot-password`.
pub fn forgot_password() -> AnyView {
    let done = RwSignal::new(false);
    let form = Form::new("forgot");
    let email = RwSignal::new(String::new());
    let submit = form.on_submit(
        move || ForgotPassword { email: email.get_untracked().trim().to_owned() },
        |input| async move { api::forgot_password(&input).await },
        move |()| done.set(true),
    );
    let fill_in = move || {
        view! {
            <div class="narrow">
                {heading(tr!(auth.forgot_title), Some(tr!(auth.forgot_lead)))}
                <form class="form" novalidate on:submit=submit.clone()>
                    {form.summary()}
                    <Field form
                        name="email"
                        input=Input::Email
                        label=tr!(auth.email)
                        help=no_help
                        autocomplete="username"
                        value=email
                    />
                    {form.button(tr!(auth.forgot_do))}
                </form>
            </div>
        }
        .into_any()
    };
    (move || {
        if done.get() { finished(Icon::Mail, tr!(auth.forgot_done), tr!(auth.forgot_done_help)) } else { fill_in() }
    })
    .into_any()
}

/// The page `/reset-password?token=`.
pub fn reset_password() -> AnyView {
    let token = use_query_map().with_untracked(|q| q.get("token")).unwrap_or_default();
    let done = RwSignal::new(false);
    let form = Form::new("reset");
    let password = RwSignal::new(String::new());
    let submit = form.on_submit(
        move || ResetPassword { token: token.clone(), password: password.get_untracked() },
        |input| async move { api::reset_password(&input).await },
        move |()| done.set(true),
    );
    let fill_in = move || {
        view! {
            <div class="narrow">
                {heading(tr!(auth.reset_title), None::<fn() -> &'static str>)}
                <form class="form" novalidate on:submit=submit.clone()>
                    {form.summary()}
                    <Field form
                        name="password"
                        input=Input::Password
                        label=tr!(auth.new_password)
                        help=tr!(auth.password_help)
                        autocomplete="new-password"
                        value=password
                    />
                    {form.button(tr!(auth.reset_do))}
                </form>
                <p class="aside centred"><a href="/forgot-password">{tr!(auth.forgot_again)}</a></p>
            </div>
        }
        .into_any()
    };
    (move || {
        if done.get() { finished(Icon::Check, tr!(auth.reset_done), tr!(auth.reset_done_help)) } else { fill_in() }
    })
    .into_any()
}

fn finished(
    picture: Icon,
    title: impl Fn() -> &'static str + Copy + Send + 'static,
    help: impl Fn() -> &'static str + Copy + Send + 'static,
) -> AnyView {
    view! {
        <div class="notice page-notice" role="status">
            <span class="notice-icon good">{icon(picture)}</span>
            <h1 tabindex="-1">{title}</h1>
            <p>{help}</p>
            <a class="button primary" href="/sign-in">{tr!(auth.sign_in_do)}</a>
        </div>
    }
    .into_any()
}
