//! Signing up. Whoever has signed up is signed in, and is told to look into their mail.

use leptos::prelude::*;
use shared::account::{Login, Me, Register, Role};

use super::{is_console, sign_in::next};
use crate::{
    api,
    components::{
        field::{Field, Input, no_help},
        form::Form,
        icon::{Icon, icon},
        page::heading,
    },
    language::{lang, lang_now, say, tr},
    names, session,
};

/// The page `/sign-up`.
pub fn sign_up() -> AnyView {
    let done = RwSignal::new(None::<Me>);
    let next = next();
    (move || match done.get() {
        Some(me) => welcome(me, next.clone()),
        None => fill_in(done, &next),
    })
    .into_any()
}

fn fill_in(done: RwSignal<Option<Me>>, next: &str) -> AnyView {
    let form = Form::new("sign-up");
    let (name, email, password) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let role = RwSignal::new(Role::Educator);
    let submit = form.on_submit(
        move || Register {
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            name: name.get_untracked().trim().to_owned(),
            role: Some(role.get_untracked()),
            lang: Some(lang_now()),
        },
        |input| async move {
            api::register(&input).await?;
            api::login(&Login { email: input.email, password: input.password }).await
        },
        move |me: Me| {
            session::entered(me.clone());
            done.set(Some(me));
        },
    );
    view! {
        <div class="narrow">
            {heading(tr!(auth.sign_up), Some(tr!(auth.sign_up_lead)))}
            <form class="form" novalidate on:submit=submit>
                {form.summary()}
                {roles(role)}
                <Field form name="name" label=tr!(auth.name) help=no_help autocomplete="name" value=name/>
                <Field form
                    name="email"
                    input=Input::Email
                    label=tr!(auth.email)
                    help=tr!(auth.email_help)
                    autocomplete="username"
                    value=email
                />
                <Field form
                    name="password"
                    input=Input::Password
                    label=tr!(auth.password)
                    help=tr!(auth.password_help)
                    autocomplete="new-password"
                    value=password
                />
                {form.button(tr!(auth.sign_up_do))}
            </form>
            <p class="aside centred">
                {tr!(auth.have_account)}
                " "
                <a href=format!("/sign-in?next={}", api::encode(next))>{tr!(auth.sign_in_do)}</a>
            </p>
        </div>
    }
    .into_any()
}

fn role_help(role: Role) -> &'static str {
    match role {
        Role::Learner => tr!(role_help.learner)(),
        Role::Educator => tr!(role_help.educator)(),
        Role::InstitutionHead | Role::Admin => tr!(role_help.institution_head)(),
    }
}

fn roles(chosen: RwSignal<Role>) -> AnyView {
    let one = move |role: Role| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="role"
                    value=role.as_str()
                    prop:checked=move || chosen.get() == role
                    on:change=move |_| chosen.set(role)
                />
                <span class="choice-words">
                    <span class="choice-name">{move || names::role(role, lang())}</span>
                    <span class="choice-help">{move || role_help(role)}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="choices">
            <legend>{tr!(auth.role)}</legend>
            {[Role::Educator, Role::Learner, Role::InstitutionHead].map(one).into_iter().collect_view()}
            <p class="field-help">{tr!(auth.role_help)}</p>
        </fieldset>
    }
    .into_any()
}

fn welcome(me: Me, next: String) -> AnyView {
    let (name, email) = (me.name, me.email);
    let there = is_console(&next).then_some("external");
    view! {
        <div class="notice page-notice">
            <span class="notice-icon good">{icon(Icon::Mail)}</span>
            <h1 tabindex="-1">{move || say!(auth.welcome, name = name)}</h1>
            <p>{move || say!(auth.look_mail, email = email)}</p>
            <a class="button primary" rel=there href=next>{tr!(auth.go_on)}</a>
        </div>
    }
    .into_any()
}
