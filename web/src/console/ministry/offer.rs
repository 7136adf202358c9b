//! One offer in review: as a teacher would see it, what an edit would change, and the decision.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use shared::offer::{Action, PartnerOffer, Reject, ReviewOffer};

use super::super::editor;
use crate::{
    api,
    components::{
        dialog::{agree, dialog},
        field::Area,
        form::Form,
        icon::{Icon, icon},
        note,
        page::titled,
        states::{ghost_text, page_states},
    },
    language::{say, tr},
    load::{Loader, load},
};

/// The page `/console/ministry/offers/{id}`.
pub fn offer() -> AnyView {
    titled(|| say!(review.offers));
    let id = use_params_map().with_untracked(|p| p.get("id")).unwrap_or_default();
    let offer = load(move || {
        let id = id.clone();
        async move { api::review_offer(&id).await }
    });
    view! {
        <div class="console-page">
            <nav class="crumbs"><a href="/console/ministry/offers">{icon(Icon::Left)}{tr!(review.offers)}</a></nav>
            {page_states(offer, ghost_text, move |review: &ReviewOffer| show(&review.offer, offer))}
        </div>
    }
    .into_any()
}

fn show(offer: &PartnerOffer, loader: Loader<ReviewOffer>) -> AnyView {
    let can = |action: Action| offer.allowed.contains(&action);
    let waits = offer.pending.is_some() || can(Action::Reject);
    let buttons = waits.then(|| {
        view! {
            <div class="row-tools decision">
                {can(Action::Approve).then(|| decide(offer, Action::Approve))}
                {(can(Action::Announce) && offer.pending.is_none()).then(|| decide(offer, Action::Announce))}
                {can(Action::Reject).then(|| reject(offer))}
            </div>
        }
    });
    let settled = (!waits).then(|| note::plain(Icon::Info, || say!(review.settled)));
    let partner = format!("/console/{}", offer.partner.slug);
    // Somebody else may decide meanwhile.
    let again = move |_| loader.retry();
    view! {
        <section class="panel">
            <div class="panel-head">
                <p class="row">
                    <a href=partner>{offer.partner.name.clone()}</a>
                    <button type="button" class="button small" on:click=again>
                        {icon(Icon::Repeat)}
                        {tr!(verb.refresh)}
                    </button>
                </p>
                {buttons}
            </div>
            {settled}
        </section>
        {editor::waiting_edit(offer)}
        <section class="preview" data-testid="preview">{editor::as_teachers_see(offer)}</section>
    }
    .into_any()
}

/// The button of an approval or announcement, which asks first.
fn decide(offer: &PartnerOffer, what: Action) -> AnyView {
    let open = RwSignal::new(false);
    let path = format!("/admin/offers/{}/{}", offer.id, what.as_str());
    let navigate = use_navigate();
    let run = move || {
        let (path, navigate) = (path.clone(), navigate.clone());
        async move {
            api::decide_on_offer(path).await?;
            navigate("/console/ministry/offers", NavigateOptions::default());
            Ok(())
        }
    };
    let announce = what == Action::Announce;
    let label = move || if announce { say!(review.announce) } else { say!(partner_action.approve) };
    let help = move || if announce { say!(review.announce_help) } else { say!(review.approve_offer_help) };
    let class = if announce { "button" } else { "button primary" };
    view! {
        <button type="button" class=class data-action=what.as_str() on:click=move |_| open.set(true)>{label}</button>
        {agree(open, label, help, label, run)}
    }
    .into_any()
}

fn reject(offer: &PartnerOffer) -> AnyView {
    let open = RwSignal::new(false);
    let id = offer.id;
    let navigate = use_navigate();
    let content = move || {
        let form = Form::new("reject");
        let value = RwSignal::new(String::new());
        let navigate = navigate.clone();
        let submit = form.on_submit(
            move || Reject { reason: value.get_untracked().trim().to_owned() },
            move |input| async move { api::reject_offer(id, &input).await },
            move |_: PartnerOffer| navigate("/console/ministry/offers", NavigateOptions::default()),
        );
        view! {
            <p>{tr!(review.reject_help)}</p>
            <form class="form" novalidate on:submit=submit>
                {form.summary()}
                <Area form name="reason" label=tr!(review.reason) help=tr!(review.reason_help) value/>
                {form.button(tr!(review.reject))}
            </form>
        }
        .into_any()
    };
    view! {
        <button type="button" class="button" data-action="reject" on:click=move |_| open.set(true)>
            {tr!(review.reject)}
        </button>
        {dialog(open, "dialog", || say!(review.reject), content)}
    }
    .into_any()
}
