//! Webhooks: where the partner's programs are told what happens.

mod change;
mod deliveries;
mod one;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    Page,
    partner::MemberRole,
    webhook::{EventKind, NewWebhook, Webhook, WebhookSecret},
};

pub use self::one::webhook;
use super::{
    Desk,
    parts::{closed, console_page, secret},
};
use crate::{
    api,
    components::{
        choices::{Words, checks, no_words},
        dialog::dialog,
        field::{Field, Input},
        form::Form,
        icon::{Icon, icon},
        states::{empty, ghost_few, states},
    },
    format::number,
    language::{lang, say, tr},
    load::{Loader, load},
    names,
};

/// What one can be told; `test` is told anyway.
const KINDS: &[EventKind] = &[
    EventKind::ClaimCreated,
    EventKind::ClaimCancelled,
    EventKind::ClaimExpired,
    EventKind::RedemptionHeld,
    EventKind::RedemptionReleased,
    EventKind::RedemptionConfirmed,
    EventKind::RedemptionUndone,
    EventKind::QuotaWarning,
    EventKind::CodesLow,
    EventKind::ImportFinished,
    EventKind::OfferReviewed,
];

/// The page `/console/{slug}/webhooks`.
pub fn webhooks(desk: Desk) -> AnyView {
    let path = desk.api("/webhooks");
    let for_list = path.clone();
    let webhooks = load(move || api::webhooks(for_list.clone()));
    let writes = desk.is_active() && desk.may(MemberRole::Owner);
    let making = RwSignal::new(false);
    let step = writes.then(|| {
        view! {
            <button type="button" class="button primary" data-testid="new-webhook" on:click=move |_| making.set(true)>
                {icon(Icon::Plus)}
                {tr!(hooks.new)}
            </button>
        }
        .into_any()
    });
    let (of_rows, of_dialog) = (desk.clone(), desk.clone());
    let list = states(webhooks, ghost_few, move |page: &Page<Webhook>| {
        if page.items.is_empty() {
            return empty(Icon::Bolt, tr!(hooks.none), tr!(hooks.none_help), ().into_any());
        }
        let rows = page.items.iter().cloned().map(|hook| row(hook, &of_rows)).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    });
    let content = view! {
        {closed(&desk)}
        {list}
        {dialog(making, "dialog", || say!(hooks.new), move || make(&of_dialog, making, webhooks))}
    };
    console_page(tr!(hooks.title), tr!(hooks.lead), step, content.into_any())
}

/// Whether something is sent to it, in a word and a colour.
fn standing(hook: &Webhook) -> AnyView {
    let (good, soon) = (hook.enabled && hook.failing_since.is_none(), hook.enabled && hook.failing_since.is_some());
    let bad = !hook.enabled;
    let words = move || {
        if bad {
            tr!(hooks.off)()
        } else if soon {
            tr!(hooks.failing)()
        } else {
            tr!(hooks.on)()
        }
    };
    view! { <span class="pill" class:good=good class:soon=soon class:bad=bad>{words}</span> }.into_any()
}

fn row(hook: Webhook, desk: &Desk) -> AnyView {
    let href = desk.href(&format!("/webhooks/{}", hook.id));
    let (count, waiting) = (hook.kinds.len() as u64, u64::from(hook.waiting));
    let name = hook.description.clone().unwrap_or_else(|| hook.url.clone());
    let facts = move || {
        let kinds = say!(hooks.count, n = number(count, lang()));
        if waiting == 0 { kinds } else { format!("{kinds} · {}", say!(hooks.waiting_n, n = number(waiting, lang()))) }
    };
    view! {
        <li class="row-item" data-testid="webhook">
            <span class="badge plain">{icon(Icon::Bolt)}</span>
            <div class="row-words">
                <h3><a href=href>{name}</a></h3>
                {hook.description.is_some().then(|| view! { <p class="breaks">{hook.url.clone()}</p> })}
                <p>{facts}</p>
            </div>
            {standing(&hook)}
            {icon(Icon::Right)}
        </li>
    }
    .into_any()
}

/// The fields that a new webhook and a changed one have.
#[derive(Clone, Copy)]
struct Fields {
    url: RwSignal<String>,
    description: RwSignal<String>,
    kinds: RwSignal<Vec<EventKind>>,
}

impl Fields {
    fn new(url: &str, description: &str, kinds: Vec<EventKind>) -> Self {
        Self {
            url: RwSignal::new(url.to_owned()),
            description: RwSignal::new(description.to_owned()),
            kinds: RwSignal::new(kinds),
        }
    }

    fn show(self, form: Form) -> AnyView {
        let words: (Words<EventKind>, Words<EventKind>) = (names::event, no_words);
        view! {
            <Field form
                name="url"
                input=Input::Url
                label=tr!(hooks.url)
                help=tr!(hooks.url_help)
                autocomplete="off"
                value=self.url
            />
            <Field form
                name="description"
                label=tr!(hooks.description)
                help=tr!(hooks.description_help)
                autocomplete="off"
                value=self.description
            />
            {checks(form, "kinds", tr!(hooks.kinds), KINDS, words, self.kinds)}
        }
        .into_any()
    }
}

fn make(desk: &Desk, open: RwSignal<bool>, list: Loader<Page<Webhook>>) -> AnyView {
    let form = Form::new("webhook");
    let fields = Fields::new("", "", vec![EventKind::ClaimCreated, EventKind::RedemptionConfirmed]);
    let made = RwSignal::new(None::<WebhookSecret>);
    let (path, desk) = (desk.api("/webhooks"), desk.clone());
    let submit = form.on_submit(
        move || NewWebhook {
            url: fields.url.get_untracked().trim().to_owned(),
            description: Some(fields.description.get_untracked().trim().to_owned()).filter(|text| !text.is_empty()),
            kinds: fields.kinds.get_untracked(),
        },
        move |input| async move { api::make_webhook(path, &input).await },
        move |hook| {
            made.set(Some(hook));
            list.retry();
        },
    );
    let navigate = use_navigate();
    let done = move |hook: WebhookSecret| {
        let href = desk.href(&format!("/webhooks/{}", hook.webhook.id));
        let navigate = navigate.clone();
        let go = move |_| {
            open.set(false);
            navigate(&href, NavigateOptions::default());
        };
        view! {
            <p>{tr!(hooks.once)}</p>
            {secret(hook.secret, tr!(hooks.secret))}
            <button type="button" class="button" on:click=go>{tr!(hooks.go_on)}</button>
        }
        .into_any()
    };
    let fill_in = move || {
        view! {
            <form class="form" novalidate on:submit=submit.clone()>
                {form.summary()}
                {fields.show(form)}
                {form.button(tr!(hooks.make))}
            </form>
        }
        .into_any()
    };
    (move || made.get().map_or_else(&fill_in, &done)).into_any()
}
