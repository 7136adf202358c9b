//! Changing a webhook and its secret. When somebody else has changed the webhook meanwhile, both versions stand side by
//! side.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    Code,
    webhook::{ChangeWebhook, EventKind, GRACE_HOURS_DEFAULT, RotateSecret, Webhook, WebhookSecret},
};

use super::{
    super::{
        parts::secret,
        versus::{Versus, versions},
    },
    Fields, KINDS,
};
use crate::{
    api::{self, Tagged},
    components::{
        action::PLAIN,
        field::{Field, Input},
        form::Form,
    },
    language::{lang, tr},
    load::Loader,
    names,
};

/// The form in which a webhook is changed.
pub fn edit(tagged: Tagged<Webhook>, path: String, open: RwSignal<bool>, loader: Loader<Tagged<Webhook>>) -> AnyView {
    let form = Form::new("change");
    let Tagged { value, tag } = tagged;
    let fields = Fields::new(&value.url, value.description.as_deref().unwrap_or_default(), value.kinds);
    let tag = RwSignal::new(tag);
    let theirs = RwSignal::new(None::<Webhook>);
    // Somebody was faster: their version is fetched, to be compared.
    let for_theirs = path.clone();
    Effect::new(move |_| {
        if form.code() == Some(Code::StaleVersion) {
            let path = for_theirs.clone();
            spawn_local(async move {
                if let Ok(present) = api::webhook(path).await {
                    tag.try_set(present.tag);
                    theirs.try_set(Some(present.value));
                }
            });
        }
    });
    let submit = form.on_submit(
        move || ChangeWebhook {
            url: Some(fields.url.get_untracked().trim().to_owned()),
            description: Some(fields.description.get_untracked().trim().to_owned()),
            kinds: Some(fields.kinds.get_untracked()),
            enabled: None,
        },
        move |input| async move { api::change_webhook(path, &input, tag.get_untracked()).await },
        move |hook| {
            open.set(false);
            loader.put(hook);
        },
    );
    view! {
        <form class="form" novalidate on:submit=submit>
            {form.summary()}
            {move || theirs.get().map(|theirs| compare(theirs, fields))}
            {fields.show(form)}
            {form.button(tr!(verb.save))}
        </form>
    }
    .into_any()
}

/// What is told, in words, in the order in which it can be chosen.
fn told(kinds: &[EventKind]) -> String {
    let names = KINDS.iter().filter(|kind| kinds.contains(kind)).map(|&kind| names::event(kind, lang()));
    names.collect::<Vec<_>>().join(", ")
}

fn compare(theirs: Webhook, fields: Fields) -> AnyView {
    let Webhook { url, description, kinds, .. } = theirs;
    let kinds = StoredValue::new(kinds);
    let told = Versus {
        label: || tr!(hooks.kinds)(),
        mine: Signal::derive(move || fields.kinds.with(|kinds| told(kinds))),
        theirs: Signal::derive(move || kinds.with_value(|kinds| told(kinds))),
        take: Callback::new(move |()| fields.kinds.set(kinds.get_value())),
    };
    versions([
        Versus::text(|| tr!(hooks.url)(), fields.url, url),
        Versus::text(|| tr!(hooks.description)(), fields.description, description.unwrap_or_default()),
        told,
    ])
}

/// The form in which the secret is changed; `rotated` once that is done, while the new one is still shown.
pub fn rotate(path: String, open: RwSignal<bool>, rotated: RwSignal<bool>) -> AnyView {
    let form = Form::new("secret");
    let hours = RwSignal::new(GRACE_HOURS_DEFAULT.to_string());
    let made = RwSignal::new(None::<WebhookSecret>);
    let submit = form.on_submit(
        move || RotateSecret { grace_hours: hours.get_untracked().trim().parse().unwrap_or(u8::MAX) },
        move |input| async move { api::rotate_secret(path, &input).await },
        move |hook| {
            rotated.set(true);
            made.set(Some(hook));
        },
    );
    let done = move |hook: WebhookSecret| {
        view! {
            <p>{tr!(hooks.once)}</p>
            {secret(hook.secret, tr!(hooks.secret))}
            <button type="button" class=PLAIN on:click=move |_| open.set(false)>{tr!(hooks.stored)}</button>
        }
        .into_any()
    };
    let fill_in = move || {
        view! {
            <p>{tr!(hooks.rotate_help)}</p>
            <form class="form" novalidate on:submit=submit.clone()>
                {form.summary()}
                <Field form
                    name="grace_hours"
                    input=Input::Number
                    label=tr!(hooks.grace)
                    help=tr!(keys.grace_help)
                    autocomplete="off"
                    value=hours
                />
                {form.button(tr!(hooks.rotate))}
            </form>
        }
        .into_any()
    };
    (move || made.get().map_or_else(&fill_in, &done)).into_any()
}
