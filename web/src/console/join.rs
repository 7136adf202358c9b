//! Applying to become a partner.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use shared::{
    fold,
    partner::{NewPartner, PartnerProfile, PartnerState},
};

use super::{
    about::{About, text},
    places,
};
use crate::{
    api,
    components::{
        field::{Area, Field, Input},
        form::Form,
        icon::{Icon, icon},
        page::{heading, titled},
        states::ghost_text,
    },
    language::{say, tr},
    pages::sign_in_first,
    session,
};

/// The page `/join`; with `?again={slug}` for an application that was refused.
pub fn join() -> AnyView {
    let signed_in = Memo::new(|_| session::is_signed_in());
    let again = use_query_map().with_untracked(|q| q.get("again"));
    let next = again.as_ref().map_or_else(|| "/join".to_owned(), |slug| format!("/join?again={}", api::encode(slug)));
    (move || match signed_in.get() {
        Some(false) => sign_in_first(tr!(join.sign_in), &next),
        None => view! { <div class="console-page">{ghost_text()}</div> }.into_any(),
        Some(true) => apply(again.clone()),
    })
    .into_any()
}

fn apply(again: Option<String>) -> AnyView {
    titled(|| say!(join.title));
    let done = RwSignal::new(None::<PartnerProfile>);
    let filled = RwSignal::new(again.is_none().then(Start::default));
    if let Some(slug) = again {
        spawn_local(async move {
            let start = api::partner_profile(&slug).await.ok().map(|tagged| tagged.value);
            filled.try_set(Some(start.filter(|p| p.state == PartnerState::Refused).map(Start::of).unwrap_or_default()));
        });
    }
    (move || match (done.get(), filled.get()) {
        (Some(profile), _) => thanks(profile),
        (None, Some(start)) => fill_in(start, done),
        (None, None) => view! { <div class="console-page">{ghost_text()}</div> }.into_any(),
    })
    .into_any()
}

/// What the form starts from: nothing, or what was refused.
#[derive(Clone, Default)]
struct Start {
    profile: Option<PartnerProfile>,
}

impl Start {
    fn of(profile: PartnerProfile) -> Self {
        Self { profile: Some(profile) }
    }
}

/// A name for addresses, made of a company's name.
fn slug_of(name: &str) -> String {
    let latin = fold::fold(name).chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').collect::<String>();
    let slug = latin.split_whitespace().collect::<Vec<_>>().join("-");
    slug.trim_start_matches(|c: char| !c.is_ascii_lowercase()).chars().take(40).collect()
}

fn fill_in(start: Start, done: RwSignal<Option<PartnerProfile>>) -> AnyView {
    let form = Form::new("join");
    let before = start.profile;
    let fields = before.as_ref().map_or_else(About::new, About::of);
    let of =
        |pick: fn(&PartnerProfile) -> Option<String>| RwSignal::new(before.as_ref().and_then(pick).unwrap_or_default());
    let slug = of(|profile| Some(profile.slug.clone()));
    let tax = of(|profile| profile.tax_id.clone());
    let message = of(|profile| profile.message.clone());
    // The name in addresses follows the name until somebody writes it by hand.
    let suggested = RwSignal::new(String::new());
    if before.is_none() {
        Effect::new(move |_| {
            let next = slug_of(&fields.name.get());
            if slug.get_untracked() == suggested.get_untracked() {
                slug.set(next.clone());
                suggested.set(next);
            }
        });
    }
    let submit = form.on_submit(
        move || NewPartner {
            slug: slug.get_untracked().trim().to_owned(),
            name: fields.name.get_untracked().trim().to_owned(),
            about: fields.about(),
            website: fields.website(),
            tax_id: tax.get_untracked().trim().to_owned(),
            contact_name: fields.contact_name().unwrap_or_default(),
            contact_email: fields.contact_email().unwrap_or_default(),
            contact_phone: fields.contact_phone().unwrap_or_default(),
            message: text(message),
        },
        |input| async move { api::apply(&input).await },
        move |profile: PartnerProfile| {
            places::reload();
            done.set(Some(profile));
        },
    );
    let reason = before.and_then(|profile| profile.reason).map(|reason| {
        view! {
            <div class="reason block warn">
                {icon(Icon::Info)}
                <span><strong>{tr!(join.refused)}</strong><br/>{reason}</span>
            </div>
        }
    });
    view! {
        <div class="console-page">
            {heading(tr!(join.title), Some(tr!(join.lead)))}
            {reason}
            <form class="form" novalidate on:submit=submit>
                {form.summary()}
                <Field form
                    name="name"
                    label=tr!(about.name)
                    help=tr!(join.name_help)
                    autocomplete="organization"
                    value=fields.name
                />
                <Field form name="slug" label=tr!(about.slug) help=tr!(join.slug_help) autocomplete="off" value=slug/>
                <Field form
                    name="tax_id"
                    input=Input::Number
                    label=tr!(about.tax_id)
                    help=tr!(join.tax_help)
                    autocomplete="off"
                    value=tax
                />
                {fields.show_company(form)}
                {fields.show_contact(form)}
                <Area form name="message" label=tr!(join.message) help=tr!(join.message_help) value=message/>
                {form.button(tr!(join.send))}
                <p class="field-help">{tr!(join.after)}</p>
            </form>
        </div>
    }
    .into_any()
}

fn thanks(profile: PartnerProfile) -> AnyView {
    let (slug, name) = (profile.slug, profile.name);
    let email = session::me().map(|me| me.email).unwrap_or_default();
    view! {
        <div class="notice page-notice" data-testid="applied">
            <span class="notice-icon good">{icon(Icon::Check)}</span>
            <h1 tabindex="-1">{move || say!(join.sent, name = name)}</h1>
            <p>{move || say!(join.sent_help, email = email)}</p>
            <a class="button primary" href=format!("/console/{slug}")>{tr!(join.go_on)}</a>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use shared::partner::is_slug;

    use super::slug_of;

    #[test]
    fn a_name_in_addresses_is_made_of_the_name() {
        assert_eq!(slug_of("Nümunə Telekom MMC"), "numune-telekom-mmc");
        assert_eq!(slug_of("“Kitab evi” №2"), "kitab-evi-2");
        assert_eq!(slug_of("2 Qardaş"), "qardas");
        assert!(is_slug(&slug_of("Şirkət & Ortaqlar")));
    }
}
