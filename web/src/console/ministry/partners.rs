//! Applications and partners: approving, refusing, suspending, reinstating.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use shared::partner::{AdminPartner, PartnerAction, PartnerReason, PartnerState};

use super::super::parts::console_page;
use crate::{
    api::{self, Failure},
    components::{
        action::action,
        dialog::{agree, dialog},
        field::Area,
        form::Form,
        icon::{Icon, icon},
        note,
        states::{empty, ghost_few, states},
    },
    format::moment,
    language::{lang, say, tr},
    load::{Loader, load},
    names,
};

/// The states that can be chosen; a sandbox is no partner of its own.
const STATES: [PartnerState; 4] =
    [PartnerState::Applied, PartnerState::Active, PartnerState::Suspended, PartnerState::Refused];

/// The page `/console/ministry/partners`.
pub fn partners() -> AnyView {
    let state = RwSignal::new(PartnerState::Applied);
    let (typed, query) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let more = RwSignal::new(Vec::<AdminPartner>::new());
    let next = RwSignal::new(None::<String>);
    let first = load(move || {
        let (state, query) = (state.get(), query.get());
        async move {
            let page = api::admin_partners(state, &query, None).await?;
            more.set(Vec::new());
            next.set(page.next_cursor);
            Ok(page.items)
        }
    });
    let search = move |ev: SubmitEvent| {
        ev.prevent_default();
        query.set(typed.get_untracked().trim().to_owned());
    };
    let chips = STATES.map(|one| {
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || (state.get() == one).to_string()
                on:click=move |_| state.set(one)
            >
                {move || names::partner_state(one, lang())}
            </button>
        }
    });
    let list = states(first, ghost_few, move |items: &Vec<AdminPartner>| {
        if items.is_empty() {
            return empty(Icon::Check, tr!(review.no_partners), tr!(review.no_partners_help), ().into_any());
        }
        let rows = items.iter().cloned().map(|one| card(one, first)).collect_view();
        view! { <ul class="stack">{rows}</ul> }.into_any()
    });
    let further = move || more.get().into_iter().map(|one| card(one, first)).collect_view();
    let content = view! {
        <form class="search" role="search" on:submit=search>
            {icon(Icon::Search)}
            <input
                type="search"
                autocomplete="off"
                aria-label=tr!(review.search_partner)
                placeholder=tr!(review.search_partner)
                prop:value=typed
                on:input=move |ev| typed.set(event_target_value(&ev))
            />
            <button type="submit" class="button">{tr!(verb.search)}</button>
        </form>
        <div class="chips" role="group" aria-label=tr!(review.by_state)>{chips.into_iter().collect_view()}</div>
        {list}
        <ul class="stack" hidden=move || more.with(Vec::is_empty)>{further}</ul>
        {move || next.get().map(|_| further_button(state, query, more, next))}
    };
    console_page(tr!(review.partners), tr!(review.partners_lead), None, content.into_any())
}

fn further_button(
    state: RwSignal<PartnerState>,
    query: RwSignal<String>,
    more: RwSignal<Vec<AdminPartner>>,
    next: RwSignal<Option<String>>,
) -> AnyView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let run = move || {
        busy.set(true);
        let (state, query, cursor) = (state.get_untracked(), query.get_untracked(), next.get_untracked());
        spawn_local(async move {
            let answer = api::admin_partners(state, &query, cursor).await;
            busy.try_set(false);
            match answer {
                Ok(page) => {
                    more.try_update(|more| more.extend(page.items));
                    next.try_set(page.next_cursor);
                }
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    view! { {note::refused(failure)} {action("button", || say!(verb.more), busy.into(), run)} }.into_any()
}

fn card(partner: AdminPartner, loader: Loader<Vec<AdminPartner>>) -> AnyView {
    let AdminPartner { profile, owners, allowed } = partner;
    let state = profile.state;
    let at = profile.created_at;
    let row = |label: fn() -> &'static str, values: Vec<String>| {
        let line = |value: String| view! { <dd class="breaks">{value}</dd> };
        (!values.is_empty()).then(|| view! { <div><dt>{label}</dt>{values.into_iter().map(line).collect_view()}</div> })
    };
    let owners = owners.into_iter().flat_map(|owner| [owner.name, owner.email]).collect();
    let contact = [&profile.contact_name, &profile.contact_email, &profile.contact_phone];
    let contact = contact.into_iter().flatten().cloned().collect();
    let about = profile.about.clone();
    let buttons =
        allowed.into_iter().map(|one| act(one, &profile.id.to_string(), &profile.name, loader)).collect_view();
    view! {
        <li class="panel" data-testid="partner" data-slug=profile.slug.clone()>
            <div class="panel-head">
                <div class="row-words">
                    <h2>{profile.name.clone()}</h2>
                    <p class="row">
                        <span
                            class="pill"
                            class:good={state == PartnerState::Active}
                            class:soon={state == PartnerState::Applied}
                            class:bad={state == PartnerState::Suspended}
                        >
                            {move || names::partner_state(state, lang())}
                        </span>
                        <span>{move || moment(at, lang())}</span>
                    </p>
                </div>
                <div class="row-tools">
                    {buttons}
                    <a class="button small" href=format!("/console/{}", profile.slug)>{tr!(review.look)}</a>
                </div>
            </div>
            {profile.reason.clone().map(|why| note::plain(Icon::Info, move || say!(review.reason_was, reason = why)))}
            {about.map(|about| view! { <p class="prose">{move || about.get(lang()).to_owned()}</p> })}
            {profile
                .message
                .clone()
                .map(|message| {
                    view! { <p class="prose"><strong>{tr!(join.message)}</strong><br/>{message}</p> }
                })}
            <dl class="facts wide-facts">
                {row(|| tr!(about.slug)(), vec![profile.slug.clone()])}
                {row(|| tr!(about.tax_id)(), profile.tax_id.clone().into_iter().collect())}
                {row(|| tr!(about.website)(), profile.website.clone().into_iter().collect())}
                {row(|| tr!(about.contact)(), contact)}
                {row(|| tr!(review.owners)(), owners)}
            </dl>
        </li>
    }
    .into_any()
}

/// The button of an action, which asks first: for the reason where its owners are to read one.
fn act(what: PartnerAction, id: &str, name: &str, loader: Loader<Vec<AdminPartner>>) -> AnyView {
    let open = RwSignal::new(false);
    let path = format!("/admin/partners/{id}/{}", what.as_str());
    let class = if what == PartnerAction::Approve { "button small primary" } else { "button small" };
    let label = move || names::partner_action(what, lang());
    let ask = match what {
        PartnerAction::Approve | PartnerAction::Reinstate => {
            let run = move || {
                let path = path.clone();
                async move {
                    api::act_on_partner(path).await?;
                    loader.retry();
                    Ok(())
                }
            };
            agree(open, move || label().to_owned(), || say!(review.approve_help), move || label().to_owned(), run)
        }
        PartnerAction::Refuse | PartnerAction::Suspend => {
            dialog(open, "dialog", move || label().to_owned(), move || reason(what, path.clone(), open, loader))
        }
    };
    let spoken = name.to_owned();
    view! {
        <button
            type="button"
            class=class
            data-action=what.as_str()
            aria-label=move || format!("{}: {spoken}", label())
            on:click=move |_| open.set(true)
        >
            {label}
        </button>
        {ask}
    }
    .into_any()
}

fn reason(what: PartnerAction, path: String, open: RwSignal<bool>, loader: Loader<Vec<AdminPartner>>) -> AnyView {
    let form = Form::new("reason");
    let value = RwSignal::new(String::new());
    let submit = form.on_submit(
        move || PartnerReason { reason: value.get_untracked().trim().to_owned() },
        move |input| async move { api::refuse_partner(path, &input).await },
        move |_: AdminPartner| {
            open.set(false);
            loader.retry();
        },
    );
    let help = move || match what {
        PartnerAction::Suspend => tr!(review.suspend_help)(),
        _ => tr!(review.refuse_help)(),
    };
    view! {
        <p>{help}</p>
        <form class="form" novalidate on:submit=submit>
            {form.summary()}
            <Area form name="reason" label=tr!(review.reason) help=tr!(review.reason_help) value/>
            {form.button(tr!(review.send))}
        </form>
    }
    .into_any()
}
