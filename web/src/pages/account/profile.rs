//! Name, language, status, password.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    Lang,
    account::{ChangeMe, Me, VerifyEmail},
};

use crate::{
    api,
    components::{
        action::{PLAIN, action},
        field::{Field, Input, no_help},
        form::Form,
        icon::{Icon, icon},
        note,
    },
    format::date,
    language::{lang, say, tr},
    names, session,
};

/// What the platform knows of them: role, confirmed or not, address confirmed or not.
pub fn status() -> AnyView {
    (move || {
        session::me().map(|me| {
            let (role, verified, since) = (me.role, me.role_verified, me.created_at);
            let pill = if verified {
                view! { <span class="pill good">{icon(Icon::Check)}{tr!(account.verified)}</span> }.into_any()
            } else {
                view! { <span class="pill soon">{icon(Icon::Clock)}{tr!(account.unverified)}</span> }.into_any()
            };
            view! {
                <section class="panel identity">
                    <span class="initial large" aria-hidden="true">{me.name.chars().take(1).collect::<String>()}</span>
                    <div class="identity-words">
                        <h2>{me.name.clone()}</h2>
                        <p class="quiet">{me.email.clone()}</p>
                        <p class="identity-role">{move || names::role(role, lang())}{pill}</p>
                        {(!verified).then(|| view! { <p class="quiet">{tr!(account.unverified_help)}</p> })}
                        <p class="quiet small">{move || say!(account.since, date = date(since, lang()))}</p>
                    </div>
                    {(!me.email_verified).then(unverified)}
                </section>
            }
        })
    })
    .into_any()
}

fn unverified() -> AnyView {
    let (busy, sent) = (RwSignal::new(false), RwSignal::new(false));
    let run = move || {
        busy.set(true);
        spawn_local(async move {
            let done = api::verify_email(&VerifyEmail { token: None }).await.is_ok();
            busy.try_set(false);
            sent.try_set(done);
        });
    };
    view! {
        <div class="reason block warn">
            {icon(Icon::Mail)}
            <span>
                <strong>{tr!(account.email_unverified)}</strong>
                <br/>
                {move || if sent.get() { tr!(offer.verify_sent)() } else { tr!(auth.verify_none)() }}
            </span>
            {action(PLAIN, || say!(offer.verify_again), busy.into(), run)}
        </div>
    }
    .into_any()
}

/// Name and language of mails.
pub fn about(me: &Me) -> AnyView {
    let form = Form::new("about");
    let name = RwSignal::new(me.name.clone());
    let tongue = RwSignal::new(me.lang);
    let done = RwSignal::new(false);
    let send = form.on_submit(
        move || ChangeMe {
            name: Some(name.get_untracked().trim().to_owned()),
            lang: Some(tongue.get_untracked()),
            ..ChangeMe::default()
        },
        |input| async move { api::change_me(&input).await },
        move |me: Me| {
            session::entered(me);
            done.set(true);
        },
    );
    let submit = move |ev| {
        done.set(false);
        send(ev);
    };
    let options = Lang::ALL.map(|l| {
        view! { <option value=l.tag() selected=move || tongue.get() == l>{names::language(l, l)}</option> }
    });
    view! {
        <section class="panel">
            <h2>{tr!(account.profile)}</h2>
            <form class="form" novalidate on:submit=submit>
                {form.summary()}
                <Field form name="name" label=tr!(auth.name) help=no_help autocomplete="name" value=name/>
                <div class="field">
                    <label for="about-lang">{tr!(account.language)}</label>
                    <select
                        id="about-lang"
                        name="lang"
                        on:change=move |ev| tongue.set(Lang::from_tag(&event_target_value(&ev)).unwrap_or_default())
                    >
                        {options.into_iter().collect_view()}
                    </select>
                </div>
                {form.button(tr!(verb.save))}
                {note::done(done, Icon::Check, || say!(verb.saved))}
            </form>
        </section>
    }
    .into_any()
}

/// Changing the password.
pub fn password() -> AnyView {
    let form = Form::new("password");
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let done = RwSignal::new(false);
    let send = form.on_submit(
        move || ChangeMe {
            new_password: Some(new.get_untracked()),
            current_password: Some(current.get_untracked()).filter(|p| !p.is_empty()),
            ..ChangeMe::default()
        },
        |input| async move { api::change_me(&input).await },
        move |me: Me| {
            session::entered(me);
            current.set(String::new());
            new.set(String::new());
            done.set(true);
        },
    );
    let submit = move |ev| {
        done.set(false);
        send(ev);
    };
    view! {
        <section class="panel">
            <h2>{tr!(account.password)}</h2>
            <p class="quiet">{tr!(account.password_help)}</p>
            <form class="form" novalidate on:submit=submit>
                {form.summary()}
                <Field form
                    name="current_password"
                    input=Input::Password
                    label=tr!(auth.current_password)
                    help=no_help
                    autocomplete="current-password"
                    value=current
                />
                <Field form
                    name="new_password"
                    input=Input::Password
                    label=tr!(auth.new_password)
                    help=tr!(auth.password_help)
                    autocomplete="new-password"
                    value=new
                />
                {form.button(tr!(auth.reset_do))}
                {note::done(done, Icon::Check, || say!(verb.saved))}
            </form>
        </section>
    }
    .into_any()
}
