//! The box with the main button: what is left, and claiming, or why not and what would help.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    ClaimId, Code, OfferId,
    account::VerifyEmail,
    claim::NewClaim,
    eligibility::{Eligibility, Rule, RuleView},
    offer::{Audience, OfferView, Period},
};

use super::standing::{Standing, standing};
use crate::{
    api::{self, Failure},
    browser,
    components::{
        action::{PLAIN, action},
        bar::left_bar,
        card::{Openness, openness},
        icon::{Icon, icon},
        states::failed,
    },
    format::day_month,
    language::{lang, say, tr},
    load::{Load, load},
    names, session,
};

/// Where the page keeps, over a sign-in, that somebody was about to claim.
const INTENT: &str = "vm.claim";

/// The box. `reload` reads the offer again, when it turned out to be out of date.
pub fn claiming(offer: &OfferView, reload: Callback<()>) -> AnyView {
    let id = offer.card.id;
    let eligibility = load(move || {
        // Again whenever somebody signs in or is verified; not asked for nobody.
        let known = session::me();
        async move {
            match known {
                Some(_) => api::eligibility(id).await,
                None => Ok(Eligibility { eligible: false, rules: Vec::new() }),
            }
        }
    });
    let open = openness(&offer.card);
    let claimed_before = RwSignal::new(None::<ClaimId>);
    let now = Memo::new(move |_| {
        let known = eligibility.ready().filter(|e| !e.rules.is_empty());
        standing(open, session::is_signed_in(), claimed_before.get().or_else(|| session::claim_on(id)), known.as_ref())
    });
    let claim = Claim::new(id, claimed_before, reload, use_navigate());
    let quantity = RwSignal::new(1_u32);

    // Somebody who signed in to claim this need not press again.
    let resumed = claim.clone();
    Effect::new(move |_| {
        if now.get() == Standing::May && browser::take_aside(INTENT).is_some_and(|intent| intent == id.to_string()) {
            resumed.run(1);
        }
    });

    let max = offer.card.left.map_or(offer.max_quantity, |left| left.min(offer.max_quantity));
    let left = offer.card.quota.zip(offer.card.left).filter(|_| open != Openness::Soon);
    let next = offer.next_period_at;
    let (kind, audience) = (offer.card.kind, offer.card.audience.clone());
    let busy = Signal::from(claim.busy);
    let failure = claim.failure;
    let button = move || {
        let claim = claim.clone();
        match now.get() {
            _ if matches!(eligibility.get(), Load::Failed(_)) && session::is_signed_in() == Some(true) => {
                let Load::Failed(failure) = eligibility.get() else { return ().into_any() };
                failed(failure, move || eligibility.retry())
            }
            Standing::May => view! {
                {(max > 1).then(|| stepper(quantity, max))}
                <div data-testid="claim-button">
                    {action(
                        "button primary wide big",
                        move || if busy.get() { say!(offer.claiming) } else { names::claim_do(kind, lang()).to_owned() },
                        busy,
                        move || claim.run(quantity.get_untracked()),
                    )}
                </div>
                <p class="reason good">{icon(Icon::Check)}<span>{tr!(offer.eligible)}</span></p>
            }
            .into_any(),
            Standing::Anonymous => sign_in(id),
            Standing::Checking => view! { <p class="reason" role="status">{icon(Icon::Clock)}<span>{tr!(offer.checking)}</span></p> }.into_any(),
            Standing::Claimed(claim) => claimed(claim, next),
            Standing::Closed(why) => closed(why, next),
            Standing::MayNot(rule) => may_not(&rule, &audience, eligibility.ready()),
        }
    };
    view! {
        <div class="claiming" aria-live="polite">
            {left.map(|(quota, left)| left_bar(left, quota))}
            {(offer.card.period == Period::Monthly).then_some(next).flatten().map(|at| {
                view! { <p class="card-line">{icon(Icon::Repeat)}<span>{move || say!(offer.renews, date = day_month(at, lang()))}</span></p> }
            })}
            {offer.card.ends_at.map(|at| {
                view! { <p class="card-line">{icon(Icon::Calendar)}<span>{move || say!(card.until, date = day_month(at, lang()))}</span></p> }
            })}
            {move || failure.get().as_ref().map(refusal)}
            {button}
        </div>
    }
    .into_any()
}

/// Claiming, and what comes of it.
#[derive(Clone)]
struct Claim<N> {
    offer: OfferId,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    claimed_before: RwSignal<Option<ClaimId>>,
    reload: Callback<()>,
    navigate: N,
}

impl<N: Fn(&str, NavigateOptions) + Clone + 'static> Claim<N> {
    fn new(offer: OfferId, claimed_before: RwSignal<Option<ClaimId>>, reload: Callback<()>, navigate: N) -> Self {
        Self { offer, busy: RwSignal::new(false), failure: RwSignal::new(None), claimed_before, reload, navigate }
    }

    fn run(&self, quantity: u32) {
        let this = self.clone();
        this.busy.set(true);
        this.failure.set(None);
        spawn_local(async move {
            let answer = api::claim_offer(this.offer, &NewClaim { quantity }).await;
            this.busy.try_set(false);
            match answer {
                Ok(claim) => {
                    session::note_claim(&claim);
                    (this.navigate)(&format!("/claims/{}?new", claim.id), NavigateOptions::default());
                }
                Err(failure) => this.refused(failure),
            }
        });
    }

    /// What is shown was out of date: the page takes over what the server knows.
    fn refused(&self, failure: Failure) {
        match failure.code() {
            Some(Code::AlreadyClaimed) => {
                let id = failure.extra("claim_id").and_then(|v| v.as_str()).and_then(|id| id.parse().ok());
                match id {
                    Some(id) => _ = self.claimed_before.try_set(Some(id)),
                    None => _ = self.failure.try_set(Some(failure)),
                }
            }
            Some(Code::QuotaExhausted | Code::OfferNotOpen | Code::NotEligible) => {
                self.failure.try_set(Some(failure));
                session::refresh();
                self.reload.run(());
            }
            _ => _ = self.failure.try_set(Some(failure)),
        }
    }
}

fn refusal(failure: &Failure) -> AnyView {
    let (title, help) = crate::components::states::words(failure);
    let id = failure.request_id().map(str::to_owned);
    view! {
        <div class="reason bad" role="alert">
            {icon(Icon::Warn)}
            <span><strong>{title}</strong>" "{help}{id.map(|id| view! { <code class="request-id">{id}</code> })}</span>
        </div>
    }
    .into_any()
}

fn stepper(quantity: RwSignal<u32>, max: u32) -> AnyView {
    let set = move |n: u32| quantity.set(n.clamp(1, max));
    view! {
        <div class="field">
            <label for="quantity">{tr!(offer.quantity)}</label>
            <div class="stepper">
                <button type="button" class="icon-button" aria-label=tr!(offer.fewer) on:click=move |_| set(quantity.get_untracked().saturating_sub(1))>{icon(Icon::Minus)}</button>
                <input id="quantity" name="quantity" type="number" inputmode="numeric" min="1" max=max prop:value=move || quantity.get().to_string() on:change=move |ev| set(event_target_value(&ev).parse().unwrap_or(1))/>
                <button type="button" class="icon-button" aria-label=tr!(offer.more) on:click=move |_| set(quantity.get_untracked() + 1)>{icon(Icon::Plus)}</button>
            </div>
            <p class="field-help">{move || say!(offer.quantity_help, max = crate::format::number(max.into(), lang()))}</p>
        </div>
    }
    .into_any()
}

fn sign_in(id: OfferId) -> AnyView {
    let remember = move |_| browser::put_aside(INTENT, &id.to_string());
    view! {
        <a class="button primary wide big" data-testid="claim-sign-in" href=format!("/sign-in?next=/offers/{id}") on:click=remember>{tr!(offer.sign_in_claim)}</a>
        <p class="reason">{icon(Icon::Info)}<span>{tr!(offer.sign_in_why)}</span></p>
        <p class="aside"><a href=format!("/sign-up?next=/offers/{id}") on:click=remember>{tr!(offer.sign_up)}</a></p>
    }
    .into_any()
}

fn claimed(claim: Option<ClaimId>, next: Option<chrono::DateTime<chrono::Utc>>) -> AnyView {
    let href = claim.map_or_else(|| "/claims".to_owned(), |id| format!("/claims/{id}"));
    view! {
        <a class="button primary wide big" data-testid="show-code" href=href>{icon(Icon::Qr)}{tr!(offer.show_code)}</a>
        <p class="reason good">
            {icon(Icon::Check)}
            <span>
                {tr!(card.claimed)}". "
                {move || next.map(|at| say!(offer.again_on, date = day_month(at, lang())))}
            </span>
        </p>
    }
    .into_any()
}

fn closed(why: Openness, next: Option<chrono::DateTime<chrono::Utc>>) -> AnyView {
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
        <div class="reason block" data-testid="claim-refusal">{icon(Icon::Clock)}<span><strong>{title}</strong><br/>{help}</span></div>
        <a class="button wide" href="/offers?available=true">{tr!(offer.all_offers)}</a>
    }
    .into_any()
}

/// The first rule that is not met, what would meet it, and the step there; below, all rules.
fn may_not(rule: &RuleView, audience: &[Audience], all: Option<Eligibility>) -> AnyView {
    let step = match rule.rule {
        Rule::EmailVerified => verify_again(),
        Rule::RoleVerified => view! { <a class="button wide" href="/account">{tr!(nav.account)}</a> }.into_any(),
        _ => {
            let mine = session::me().and_then(|me| Audience::ALL.iter().find(|a| a.role() == me.role).copied());
            let href = mine
                .filter(|a| !audience.contains(a))
                .map_or_else(|| "/offers?available=true".to_owned(), |a| format!("/offers?audience={}", a.as_str()));
            view! { <a class="button wide" href=href>{tr!(offer.others)}</a> }.into_any()
        }
    };
    let failed_rule = rule.rule;
    let rules = all.map(|e| e.rules).unwrap_or_default();
    let line = |rule: RuleView| {
        let (picture, class) = if rule.met { (Icon::Check, "met") } else { (Icon::Cross, "unmet") };
        let said = move || if rule.met { tr!(offer.rule_met)() } else { tr!(offer.rule_unmet)() };
        let words = rule.rule;
        view! {
            <li class=class>{icon(picture)}<span>{move || words.title(lang())}<span class="hidden">" – "{said}</span></span></li>
        }
    };
    view! {
        <div class="reason block warn" data-testid="claim-refusal">
            {icon(Icon::Info)}<span>{move || failed_rule.remedy(lang())}</span>
        </div>
        {step}
        <div class="rules">
            <h3>{tr!(offer.rules)}</h3>
            <ul>{rules.into_iter().map(line).collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn verify_again() -> AnyView {
    let busy = RwSignal::new(false);
    let sent = RwSignal::new(false);
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
        <p class="reason good" role="status" hidden=move || !sent.get()>{icon(Icon::Mail)}<span>{tr!(offer.verify_sent)}</span></p>
    }
    .into_any()
}
