//! What the partner says of itself, for teachers and for the ministry. When somebody else has changed it meanwhile, both
//! versions stand side by side, and nothing that was written is lost.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use shared::{
    Code,
    partner::{MemberRole, PartnerDetails, PartnerProfile},
};

use super::{
    Desk,
    about::{About, values},
    guard::guard,
    parts::console_page,
    places,
    versus::{Versus, versions},
};
use crate::{
    api::{self, Tagged},
    components::{
        field::{Field, no_help},
        form::Form,
        icon::Icon,
        note,
        states::{ghost_text, states},
    },
    format::moment,
    language::{lang, say, tr},
    load::load,
};

/// The page `/console/{slug}/profile`.
pub fn profile(desk: Desk) -> AnyView {
    let slug = desk.slug.clone();
    let profile = load(move || {
        let slug = slug.clone();
        async move { api::partner_profile(&slug).await }
    });
    let content = states(profile, ghost_text, move |tagged| show(tagged, &desk));
    console_page(tr!(profile.title), tr!(profile.lead), None, content)
}

fn show(tagged: &Tagged<PartnerProfile>, desk: &Desk) -> AnyView {
    let profile = &tagged.value;
    let writes = desk.role.is_none_or(|role| role == MemberRole::Owner);
    let (slug, tax, since) = (profile.slug.clone(), profile.tax_id.clone(), profile.created_at);
    let facts = view! {
        <dl class="terms">
            <div><dt>{tr!(about.name)}</dt><dd>{profile.name.clone()}</dd></div>
            <div><dt>{tr!(about.slug)}</dt><dd>{slug}</dd></div>
            {tax.map(|tax| view! { <div><dt>{tr!(about.tax_id)}</dt><dd>{tax}</dd></div> })}
            <div><dt>{tr!(profile.since)}</dt><dd>{move || moment(since, lang())}</dd></div>
        </dl>
    };
    let rest = if writes { edit(tagged, desk) } else { note::plain(Icon::Info, || say!(profile.only_owners)) };
    view! {
        {facts}
        <p class="quiet small">{tr!(profile.name_help)}</p>
        {rest}
    }
    .into_any()
}

/// What can be written, as a whole: what is left empty is removed.
fn details(fields: About) -> PartnerDetails {
    let about = fields.about();
    PartnerDetails {
        name: fields.name.get_untracked().trim().to_owned(),
        about: (about.az.len() + about.en.iter().len() + about.ru.iter().len() > 0).then_some(about),
        website: fields.website(),
        contact_name: fields.contact_name(),
        contact_email: fields.contact_email(),
        contact_phone: fields.contact_phone(),
    }
}

fn edit(tagged: &Tagged<PartnerProfile>, desk: &Desk) -> AnyView {
    let form = Form::new("profile");
    let fields = About::of(&tagged.value);
    let tag = RwSignal::new(tagged.tag.clone());
    let theirs = RwSignal::new(None::<PartnerProfile>);
    let done = RwSignal::new(false);
    let saved = StoredValue::new(details(fields));
    let ministry = desk.role.is_none();
    let slug = StoredValue::new(desk.slug.clone());
    // Somebody was faster: their version is fetched, to be compared.
    Effect::new(move |_| {
        if form.code() == Some(Code::StaleVersion) {
            spawn_local(async move {
                if let Ok(present) = api::partner_profile(&slug.get_value()).await {
                    tag.try_set(present.tag);
                    theirs.try_set(Some(present.value));
                }
            });
        }
    });
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        done.set(false);
        let slug = slug.get_value();
        form.submit(
            details(fields),
            |input| async move { api::change_profile(&slug, &input, ministry, tag.get_untracked()).await },
            move |present: Tagged<PartnerProfile>| {
                tag.set(present.tag);
                theirs.set(None);
                saved.set_value(details(fields));
                done.set(true);
                places::reload();
            },
        );
    };
    let name = ministry.then(|| {
        view! {
            <Field form name="name" label=tr!(about.name) help=no_help autocomplete="organization" value=fields.name/>
        }
    });
    view! {
        <form class="form" novalidate on:submit=submit>
            {form.summary()}
            {move || theirs.get().map(|theirs| compare(&theirs, fields))}
            {name}
            {fields.show_company(form)}
            {fields.show_contact(form)}
            {form.button(tr!(verb.save))}
            {note::done(done, Icon::Check, || say!(verb.saved))}
        </form>
        {guard(move || details(fields) != saved.get_value())}
    }
    .into_any()
}

/// Both versions side by side, where they differ.
fn compare(theirs: &PartnerProfile, fields: About) -> AnyView {
    let places = fields.places().into_iter().zip(values(theirs));
    versions(places.map(|((_, label, mine), present)| Versus::text(label, mine, present)))
}
