//! A partner's first page: where it stands, and what needs attention.

use leptos::prelude::*;
use shared::{
    Page,
    import::{ImportState, ImportView},
    offer::{ManagedFacets, ManagedOffers, OfferState, PartnerOffer},
    partner::{ApiKeyView, KeyState, MemberRole, PartnerState},
    pool::StockLevel,
    webhook::Webhook,
};

use super::Desk;
use crate::{
    api, browser,
    components::{
        icon::{Icon, icon},
        note,
        page::titled,
        states::{ghost_few, ghost_figures, states},
    },
    format::{date, number},
    language::{lang, say, tr},
    load::{Load, Loader, load},
    names,
};

/// Days before the end of a key from which on it is said.
const SOON_DAYS: i64 = 14;

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Matter {
    icon: Icon,
    words: String,
    href: String,
}

/// The page `/console/{slug}`.
pub fn overview(desk: Desk) -> AnyView {
    titled(|| say!(console.overview));
    let (state, name, active) = (desk.state, desk.name.clone(), desk.is_active());
    let rest = if desk.sees(MemberRole::Editor) { at_work(&desk) } else { cashier(&desk) };
    view! {
        <div class="console-page">
            <header class="heading">
                <h1 tabindex="-1">{name}</h1>
                <p class="row">
                    <span class="pill" class:good=active class:soon=!active>
                        {move || names::partner_state(state, lang())}
                    </span>
                    {desk.role.map(|role| view! { <span class="quiet">{move || names::member_role(role, lang())}</span> })}
                </p>
            </header>
            {standing(&desk)}
            {rest}
        </div>
    }
    .into_any()
}

/// What the partner's standing with the ministry means, and what helps.
fn standing(desk: &Desk) -> Option<AnyView> {
    let slug = desk.slug.clone();
    let words = match desk.state {
        PartnerState::Active | PartnerState::Sandbox => return None,
        PartnerState::Applied => tr!(overview.applied)(),
        PartnerState::Suspended => tr!(overview.suspended)(),
        PartnerState::Refused => tr!(overview.refused)(),
    };
    let again = (desk.state == PartnerState::Refused && desk.may(MemberRole::Owner)).then(|| {
        let href = format!("/join?again={slug}");
        view! { <a class="button primary" href=href>{tr!(overview.apply_again)}</a> }
    });
    let profile = load(move || {
        let slug = slug.clone();
        async move { api::partner_profile(&slug).await }
    });
    let reason = move || {
        profile.ready().and_then(|profile| profile.value.reason).map(|why| say!(review.reason_was, reason = why))
    };
    Some(
        view! {
            <div class="reason block warn" data-testid="standing">
                {icon(Icon::Info)}
                <span>
                    {words}
                    <br/>
                    <strong>{reason}</strong>
                </span>
                {again}
            </div>
        }
        .into_any(),
    )
}

/// What somebody at the till needs.
fn cashier(desk: &Desk) -> AnyView {
    let (active, href) = (desk.is_active(), desk.href("/till"));
    if active {
        view! {
            <section class="panel">
                <h2>{tr!(overview.till)}</h2>
                <p>{tr!(overview.till_help)}</p>
                <a class="button primary big" href=href>{icon(Icon::Qr)}{tr!(overview.till_open)}</a>
            </section>
        }
        .into_any()
    } else {
        note::plain(Icon::Info, || say!(overview.till_closed))
    }
}

fn at_work(desk: &Desk) -> AnyView {
    let paths = (desk.api("/offers?facets=true&limit=100"), desk.api("/api-keys"), desk.api("/webhooks"));
    let offers = load(move || api::managed_offers(paths.0.clone()));
    let keys = load(move || api::api_keys(paths.1.clone()));
    let webhooks = load(move || api::webhooks(paths.2.clone()));
    let slug = desk.slug.clone();
    let imports = load(move || {
        let slug = slug.clone();
        async move { api::imports(&slug, None).await }
    });
    let looked = Looked { offers, keys, webhooks, imports };
    let figures_desk = desk.clone();
    let figures = states(offers, ghost_figures, move |list: &ManagedOffers| figures(list, &figures_desk));
    let desk = desk.clone();
    view! {
        <section class="section">
            <h2>{tr!(overview.attention)}</h2>
            {move || attention(&desk, looked)}
        </section>
        <section class="section">
            <h2>{tr!(overview.offers)}</h2>
            {figures}
        </section>
    }
    .into_any()
}

/// What is looked at for what needs attention.
#[derive(Clone, Copy)]
struct Looked {
    offers: Loader<ManagedOffers>,
    keys: Loader<Page<ApiKeyView>>,
    webhooks: Loader<Page<Webhook>>,
    imports: Loader<Page<ImportView>>,
}

/// Reads what is there; notes that something is still on its way, or could not be had.
fn there<T: Clone + Send + Sync>(loader: Loader<T>, loading: &mut bool, blind: &mut bool) -> Option<T> {
    match loader.get() {
        Load::Loading => *loading = true,
        Load::Failed(_) => *blind = true,
        Load::Ready(value) => return Some(value),
    }
    None
}

/// What needs attention, of all that could be looked at; what could not says so.
fn attention(desk: &Desk, looked: Looked) -> AnyView {
    let (mut loading, mut blind) = (false, false);
    let offers = there(looked.offers, &mut loading, &mut blind);
    let imports = there(looked.imports, &mut loading, &mut blind);
    let webhooks = there(looked.webhooks, &mut loading, &mut blind);
    let keys = there(looked.keys, &mut loading, &mut blind);
    if loading {
        return ghost_few();
    }
    let mut matters = Vec::new();
    if let Some(list) = offers {
        of_offers(&list, desk, &mut matters);
    }
    if let Some(page) = imports {
        of_imports(&page.items, desk, &mut matters);
    }
    if let Some(page) = webhooks {
        page.items.iter().for_each(|hook| of_webhook(hook, desk, &mut matters));
    }
    if let Some(page) = keys {
        page.items.iter().for_each(|key| of_key(key, desk, &mut matters));
    }
    let unseen = blind.then(|| note::plain(Icon::Warn, || say!(overview.blind)));
    if matters.is_empty() && !blind {
        return note::good(Icon::Check, || say!(overview.all_good));
    }
    let rows = matters.into_iter().map(|matter| {
        view! {
            <li class="row-item" data-testid="matter">
                <span class="badge warned-badge">{icon(matter.icon)}</span>
                <div class="row-words"><h3><a href=matter.href>{matter.words}</a></h3></div>
                {icon(Icon::Right)}
            </li>
        }
    });
    let rows = rows.collect_view();
    view! { {unseen} <ul class="rows">{rows}</ul> }.into_any()
}

fn count(facets: Option<&ManagedFacets>, state: OfferState) -> u32 {
    let found = facets.and_then(|facets| facets.state.iter().find(|count| count.value == state.as_str()));
    found.map_or(0, |count| count.count)
}

fn of_offers(list: &ManagedOffers, desk: &Desk, matters: &mut Vec<Matter>) {
    let lang = lang();
    let rejected = count(list.facets.as_ref(), OfferState::Rejected);
    if rejected > 0 {
        matters.push(Matter {
            icon: Icon::Edit,
            words: say!(overview.rejected, n = number(rejected.into(), lang)),
            href: desk.href("/offers?state=rejected"),
        });
    }
    let title = |offer: &PartnerOffer| offer.offer.title.get(lang).to_owned();
    let href = |offer: &PartnerOffer| desk.href(&format!("/offers/{}", offer.id));
    for offer in &list.items {
        // The live one stays when an edit is refused; the reason stands on it.
        if offer.rejection.is_some() && offer.state != OfferState::Rejected {
            let words = say!(overview.edit_rejected, title = title(offer));
            matters.push(Matter { icon: Icon::Edit, words, href: href(offer) });
        }
        let open = matches!(offer.state, OfferState::Published | OfferState::Paused | OfferState::Scheduled);
        let words = match offer.codes.and_then(|codes| codes.level).filter(|_| open) {
            Some(StockLevel::Empty) => say!(overview.codes_empty, title = title(offer)),
            Some(StockLevel::Tenth) => say!(overview.codes_tenth, title = title(offer)),
            Some(StockLevel::Half) | None => continue,
        };
        matters.push(Matter { icon: Icon::Ticket, words, href: href(offer) });
    }
}

/// The newest upload that is over speaks for all: one that went well has made up for those before it.
fn of_imports(imports: &[ImportView], desk: &Desk, matters: &mut Vec<Matter>) {
    let over = |import: &&ImportView| matches!(import.state, ImportState::Finished | ImportState::Failed);
    let Some(last) = imports.iter().filter(|import| !import.dry_run).find(over) else { return };
    let day = date(last.created_at, lang());
    let words = match (last.state, last.counts.failed) {
        (ImportState::Failed, _) => say!(overview.import_failed, date = day),
        (_, 0) => return,
        (_, failed) => say!(overview.import_rows, n = number(failed, lang()), date = day),
    };
    matters.push(Matter { icon: Icon::Download, words, href: desk.href(&format!("/imports/{}", last.id)) });
}

fn of_webhook(hook: &Webhook, desk: &Desk, matters: &mut Vec<Matter>) {
    let name = hook.description.clone().unwrap_or_else(|| hook.url.clone());
    let words = if hook.enabled && hook.failing_since.is_some() {
        say!(overview.hook_failing, name = name)
    } else if !hook.enabled && hook.disabled_reason != Some(shared::webhook::DisabledReason::ByHand) {
        say!(overview.hook_off, name = name)
    } else {
        return;
    };
    matters.push(Matter { icon: Icon::Bolt, words, href: desk.href(&format!("/webhooks/{}", hook.id)) });
}

fn of_key(key: &ApiKeyView, desk: &Desk, matters: &mut Vec<Matter>) {
    let ends = key.expires_at;
    if key.state == KeyState::Live && (ends - browser::now()).num_days() < SOON_DAYS {
        let words = say!(overview.key_ends, name = key.name.clone(), date = date(ends, lang()));
        matters.push(Matter { icon: Icon::Key, words, href: desk.href("/keys") });
    }
}

/// How many offers stand how.
fn figures(list: &ManagedOffers, desk: &Desk) -> AnyView {
    let facets = list.facets.clone().unwrap_or_default();
    let figure = |value: u32, label: fn() -> &'static str, query: &str| {
        view! {
            <a class="figure figure-link" href=desk.href(&format!("/offers?{query}"))>
                <span class="figure-value">{move || number(value.into(), lang())}</span>
                <span class="figure-label">{label}</span>
            </a>
        }
    };
    view! {
        <div class="figures">
            {figure(count(Some(&facets), OfferState::Published), || tr!(overview.published)(), "state=published")}
            {figure(facets.waiting, || tr!(overview.waiting)(), "waiting=true")}
            {figure(count(Some(&facets), OfferState::Draft), || tr!(overview.drafts)(), "state=draft")}
            {figure(count(Some(&facets), OfferState::Paused), || tr!(overview.paused)(), "state=paused")}
        </div>
    }
    .into_any()
}
