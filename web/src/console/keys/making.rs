//! Making a key and putting a new one in its place. The text of a key is shown once.

use leptos::prelude::*;
use shared::{
    Page,
    partner::{ApiKeyView, KeyMode, MadeApiKey, NewApiKey, RotateApiKey, Scope},
};

use super::super::parts::secret;
use crate::{
    api,
    components::{
        choices::{Words, checks, no_words, radios},
        field::{Field, Input},
        form::Form,
        icon::Icon,
        note,
    },
    language::{say, tr},
    load::Loader,
    names,
};

/// The key's text, which nobody can show again.
pub fn show_once(made: RwSignal<Option<MadeApiKey>>) -> AnyView {
    let Some(key) = made.get_untracked() else { return ().into_any() };
    let test = key.key.mode == KeyMode::Test;
    view! {
        <p>{tr!(keys.once)}</p>
        {secret(key.text, tr!(keys.text))}
        {test.then(|| note::plain(Icon::Info, || say!(keys.test_help)))}
    }
    .into_any()
}

/// The form of a new key.
pub fn make(
    path: String,
    open: RwSignal<bool>,
    made: RwSignal<Option<MadeApiKey>>,
    keys: Loader<Page<ApiKeyView>>,
) -> AnyView {
    let form = Form::new("key");
    let (name, days) = (RwSignal::new(String::new()), RwSignal::new(shared::partner::KEY_DAYS.to_string()));
    let mode = RwSignal::new(KeyMode::Live);
    let scopes = RwSignal::new(Vec::<Scope>::new());
    let submit = form.on_submit(
        move || NewApiKey {
            name: name.get_untracked().trim().to_owned(),
            mode: mode.get_untracked(),
            scopes: scopes.get_untracked(),
            // What is no number is out of range.
            expires_in_days: Some(days.get_untracked().trim().parse().unwrap_or_default()),
        },
        move |input| async move { api::make_api_key(path, &input).await },
        move |key: MadeApiKey| {
            open.set(false);
            made.set(Some(key));
            keys.retry();
        },
    );
    let modes: (Words<KeyMode>, Words<KeyMode>) = (names::key_mode, names::key_mode_help);
    let scope_words: (Words<Scope>, Words<Scope>) = (names::scope, no_words);
    view! {
        <form class="form" novalidate on:submit=submit>
            {form.summary()}
            <Field form name="name" label=tr!(keys.name) help=tr!(keys.name_help) autocomplete="off" value=name/>
            {radios(form, "mode", tr!(keys.mode), KeyMode::ALL, modes, mode)}
            {checks(form, "scopes", tr!(keys.scopes), Scope::ALL, scope_words, scopes)}
            <Field form
                name="expires_in_days"
                input=Input::Number
                label=tr!(keys.days)
                help=tr!(keys.days_help)
                autocomplete="off"
                value=days
            />
            {form.button(tr!(keys.make))}
        </form>
    }
    .into_any()
}

/// The form in which a key is rotated.
pub fn rotate(
    path: String,
    open: RwSignal<bool>,
    made: RwSignal<Option<MadeApiKey>>,
    keys: Loader<Page<ApiKeyView>>,
) -> AnyView {
    let form = Form::new("rotate");
    let hours = RwSignal::new(shared::partner::GRACE_HOURS.to_string());
    let submit = form.on_submit(
        move || RotateApiKey {
            grace_hours: Some(hours.get_untracked().trim().parse().unwrap_or(u16::MAX)),
            expires_in_days: None,
        },
        move |input| async move { api::rotate_api_key(path, &input).await },
        move |key: MadeApiKey| {
            open.set(false);
            made.set(Some(key));
            keys.retry();
        },
    );
    view! {
        <p>{tr!(keys.rotate_help)}</p>
        <form class="form" novalidate on:submit=submit>
            {form.summary()}
            <Field form
                name="grace_hours"
                input=Input::Number
                label=tr!(keys.grace)
                help=tr!(keys.grace_help)
                autocomplete="off"
                value=hours
            />
            {form.button(tr!(keys.rotate))}
        </form>
    }
    .into_any()
}
