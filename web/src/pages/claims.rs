//! One's codes: ready first, then at a till, then what can be claimed each month, then used and expired. Works without a connection once seen.

use leptos::prelude::*;
use shared::{
    Page,
    claim::{Allowance, ClaimState, ClaimView},
};

use super::sign_in_first;
use crate::{
    api, browser,
    components::{
        card::kind_badge,
        icon::{Icon, icon},
        page::heading,
        states::{empty, ghost_few, states},
    },
    format::{date, day_month},
    language::{lang, say, tr},
    load::{Loader, load_renewed},
    names, session,
};

/// The page `/claims`.
pub fn claims() -> AnyView {
    let signed_in = Memo::new(|_| session::is_signed_in());
    (move || match signed_in.get() {
        Some(false) => sign_in_first(tr!(state.sign_in_claims), "/claims"),
        None => {
            view! { <div class="page">{heading(tr!(claims.title), None::<fn() -> &'static str>)}{ghost_few()}</div> }
                .into_any()
        }
        Some(true) => mine(),
    })
    .into_any()
}

fn mine() -> AnyView {
    let claims = load_renewed(api::my_claims);
    let allowances = load_renewed(api::my_allowances);
    view! {
        <div class="page">
            {heading(tr!(claims.title), None::<fn() -> &'static str>)}
            {states(claims, ghost_few, move |page| list(page, allowances))}
        </div>
    }
    .into_any()
}

fn list(page: &Page<ClaimView>, allowances: Loader<Page<Allowance>>) -> AnyView {
    // Benefits help to find one's way; without them the codes are still there.
    let benefits = move || allowances.ready().map(benefits);
    if page.items.is_empty() {
        let step =
            view! { <a class="button primary" href="/offers?available=true">{tr!(verb.all_offers)}</a> }.into_any();
        let none = empty(Icon::Qr, tr!(claims.empty), tr!(claims.empty_help), step);
        return view! { {none} {benefits} }.into_any();
    }
    page.items.iter().for_each(session::note_claim);
    let of =
        |states: &[ClaimState]| page.items.iter().filter(|c| states.contains(&c.state)).cloned().collect::<Vec<_>>();
    let past = [ClaimState::Redeemed, ClaimState::Expired, ClaimState::Cancelled];
    view! {
        {group(tr!(claims.active), of(&[ClaimState::Active]))}
        {group(tr!(claims.held), of(&[ClaimState::Held]))}
        {benefits}
        {group(tr!(claims.past), of(&past))}
    }
    .into_any()
}

fn group(title: impl Fn() -> &'static str + Copy + Send + 'static, claims: Vec<ClaimView>) -> Option<AnyView> {
    (!claims.is_empty()).then(|| {
        view! {
            <section class="section">
                <h2>{title}</h2>
                <ul class="rows">{claims.into_iter().map(row).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

/// A line on time: how long an active code is good, or when another's life ended.
fn when(claim: &ClaimView) -> String {
    let lang = lang();
    match (claim.state, claim.expires_at, claim.redeemed_at.or(claim.cancelled_at)) {
        (ClaimState::Active | ClaimState::Held, Some(until), _) => {
            let days = (until - browser::now()).num_days();
            if (0..=7).contains(&days) {
                say!(claims.days_left, days = days)
            } else {
                say!(claims.until, date = day_month(until, lang))
            }
        }
        (_, _, Some(at)) | (ClaimState::Expired, Some(at), None) => date(at, lang),
        _ => String::new(),
    }
}

fn row(claim: ClaimView) -> AnyView {
    let (state, title) = (claim.state, claim.offer.title.clone());
    let active = state == ClaimState::Active;
    let partner = claim.offer.partner.name.clone();
    let (id, kind, code) = (claim.id, claim.offer.kind, claim.code.to_string());
    view! {
        <li class="row-item" class:past=!state.counts() || state == ClaimState::Redeemed data-testid="claim-row">
            {kind_badge(kind)}
            <div class="row-words">
                <h3><a href=format!("/claims/{id}")>{move || title.get(lang()).to_owned()}</a></h3>
                <p>
                    {partner}
                    {move || (!active).then(|| format!(" · {}", names::claim_state(state, lang())))}
                    " · "
                    {move || when(&claim)}
                </p>
            </div>
            {active.then(|| view! { <code class="row-code">{code}</code> })}
            {icon(Icon::Right)}
        </li>
    }
    .into_any()
}

fn benefits(page: Page<Allowance>) -> Option<AnyView> {
    (!page.items.is_empty()).then(|| {
        view! {
            <section class="section">
                <h2>{tr!(claims.allowances)}</h2>
                <ul class="rows">{page.items.into_iter().map(benefit).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

fn benefit(allowance: Allowance) -> AnyView {
    let Allowance { offer_id, title, partner, available, claim_id, next_available_at, .. } = allowance;
    let state = move || {
        if available {
            say!(claims.available_now)
        } else {
            next_available_at.map(|at| say!(claims.next_on, date = day_month(at, lang()))).unwrap_or_default()
        }
    };
    let picture = if available { Icon::Check } else { Icon::Clock };
    view! {
        <li class="row-item" class:available=available>
            <span class="badge plain" class:good=available>
                {icon(if claim_id.is_some() { Icon::Repeat } else { picture })}
            </span>
            <div class="row-words">
                <h3><a href=format!("/offers/{offer_id}")>{move || title.get(lang()).to_owned()}</a></h3>
                <p>{partner.name}" · "{state}</p>
            </div>
            {icon(Icon::Right)}
        </li>
    }
    .into_any()
}
