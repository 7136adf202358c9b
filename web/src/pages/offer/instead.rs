//! What stands where the button would be, when it cannot be pressed: the reason, and the step that would help.

use chrono::{DateTime, Utc};
use leptos::{prelude::*, task::spawn_local};
use shared::{
    ClaimId, OfferId,
    account::VerifyEmail,
    eligibility::{Eligibility, Rule, RuleView},
    offer::Audience,
};

use crate::{
    api, browser,
    components::{
        action::{PLAIN, action},
        card::Openness,
        icon::{Icon, icon},
        note,
    },
    format::day_month,
    language::{lang, say, tr},
    session,
};

/// Where the page keeps, over a sign-in, that somebody was about to claim.
const INTENT: &str = "vm.claim";

/// The offer that somebody was about to claim before they signed in; told once.
pub fn take_intent() -> Option<OfferId> {
    browser::take_aside(INTENT)?.parse().ok()
}

/// For somebody who has not signed in: the way there, and back to a claim.
pub fn sign_in(id: OfferId) -> AnyView {
    let remember = move |_| browser::put_aside(INTENT, &id.to_string());
    view! {
        <a
            class="button primary wide big"
            data-testid="claim-sign-in"
            href=format!("/sign-in?next=/offers/{id}")
            on:click=remember
        >
            {tr!(offer.sign_in_claim)}
        </a>
        {note::plain(Icon::Info, || say!(offer.sign_in_why))}
        <p class="aside">
            <a href=format!("/sign-up?next=/offers/{id}") on:click=remember>{tr!(offer.sign_up)}</a>
        </p>
    }
    .into_any()
}

/// For somebody who has it: the way to the code, and when they can have it again.
pub fn show_code(claim: Option<ClaimId>, next: Option<DateTime<Utc>>) -> AnyView {
    let href = claim.map_or_else(|| "/claims".to_owned(), |id| format!("/claims/{id}"));
    let again = move || next.map(|at| say!(offer.again_on, date = day_month(at, lang()))).unwrap_or_default();
    view! {
        <a class="button primary wide big" data-testid="show-code" href=href>
            {icon(Icon::Qr)}
            {tr!(offer.show_code)}
        </a>
        {note::good(Icon::Check, move || format!("{}. {}", say!(card.claimed), again()))}
    }
    .into_any()
}

/// For everybody, when the offer itself is not open.
pub fn closed(why: Openness, next: Option<DateTime<Utc>>) -> AnyView {
    let title = move || match why {
        Openness::Exhausted | Openness::Open => tr!(card.none_left)(),
        Openness::Soon => tr!(card.soon)(),
        Openness::Paused => tr!(card.paused)(),
        Openness::Ended => tr!(card.ended)(),
    };
    let help = move || match (why, next) {
        (Openness::Exhausted, Some(at)) => say!(offer.next_month, date = day_month(at, lang())),
        (Openness::Exhausted | Openness::Open, _) => String::new(),
        (Openness::Soon, _) => say!(offer.soon_why),
        (Openness::Paused, _) => say!(offer.paused_why),
        (Openness::Ended, _) => say!(offer.ended_why),
    };
    view! {
        <div class="reason block" data-testid="claim-refusal">
            {icon(Icon::Clock)}
            <span><strong>{title}</strong><br/>{help}</span>
        </div>
        <a class="button wide" href="/offers?available=true">{tr!(offer.all_offers)}</a>
    }
    .into_any()
}

/// For somebody who does not meet the rules: what would meet the first of them, the step there, and all rules.
pub fn may_not(rule: &RuleView, audience: &[Audience], all: Option<Eligibility>) -> AnyView {
    let first = rule.rule;
    let step = match first {
        Rule::EmailVerified => verify_again(),
        Rule::RoleVerified => view! { <a class="button wide" href="/account">{tr!(nav.account)}</a> }.into_any(),
        _ => view! { <a class="button wide" href=offers_for_me(audience)>{tr!(offer.others)}</a> }.into_any(),
    };
    let rules = all.map(|e| e.rules).unwrap_or_default();
    view! {
        <div class="reason block warn" data-testid="claim-refusal">
            {icon(Icon::Info)}
            <span>{move || first.remedy(lang())}</span>
        </div>
        {step}
        <div class="rules">
            <h2>{tr!(offer.rules)}</h2>
            <ul>{rules.iter().map(rule_line).collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn rule_line(rule: &RuleView) -> AnyView {
    let RuleView { rule, met, .. } = *rule;
    let (picture, class) = if met { (Icon::Check, "met") } else { (Icon::Cross, "unmet") };
    let said = move || if met { tr!(offer.rule_met)() } else { tr!(offer.rule_unmet)() };
    view! {
        <li class=class>
            {icon(picture)}
            <span>{move || rule.title(lang())}<span class="hidden">" – "{said}</span></span>
        </li>
    }
    .into_any()
}

/// The offers for people like them, unless this one is; then those that are open.
fn offers_for_me(audience: &[Audience]) -> String {
    let mine = session::me().and_then(|me| Audience::ALL.iter().find(|a| a.role() == me.role).copied());
    mine.filter(|a| !audience.contains(a))
        .map_or_else(|| "/offers?available=true".to_owned(), |a| format!("/offers?audience={}", a.as_str()))
}

fn verify_again() -> AnyView {
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
        {action(PLAIN, || say!(offer.verify_again), busy.into(), run)}
        {note::done(sent, Icon::Mail, || say!(offer.verify_sent))}
    }
    .into_any()
}
