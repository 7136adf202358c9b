//! The box with the main button: what is left, and claiming, or why not and what would help.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    ClaimId, Code, OfferId,
    claim::NewClaim,
    eligibility::Eligibility,
    offer::{OfferView, Period},
};

use super::{
    instead,
    standing::{Standing, standing},
};
use crate::{
    api::{self, Failure},
    components::{
        action::action,
        bar::left_bar,
        card::{Openness, openness},
        icon::Icon,
        note::{self, line},
        states::failed,
        stepper::stepper,
    },
    format::{day_month, number},
    language::{lang, say, tr},
    load::{Load, Loader, load_renewed},
    names, session,
};

/// The box. `reload` reads the offer again, when it turned out to be out of date.
pub fn claiming(offer: &OfferView, reload: Callback<()>) -> AnyView {
    let id = offer.card.id;
    let eligibility = may_they(id);
    let open = openness(&offer.card);
    let claim = Claim::new(id, reload, use_navigate());
    let claimed = claim.claimed;
    let now = Memo::new(move |_| {
        let known = eligibility.ready().filter(|e| !e.rules.is_empty());
        standing(open, session::is_signed_in(), claimed.get().or_else(|| session::claim_on(id)), known.as_ref())
    });

    // Somebody who signed in to claim this need not press again.
    let resumed = claim.clone();
    Effect::new(move |_| {
        if now.get() == Standing::May && instead::take_intent() == Some(id) {
            resumed.run(1);
        }
    });

    let left = offer.card.quota.zip(offer.card.left).filter(|_| open != Openness::Soon);
    let next = offer.next_period_at;
    let monthly = next.filter(|_| offer.card.period == Period::Monthly);
    let failure = claim.failure;
    let (button, audience) = (button(offer, claim), offer.card.audience.clone());
    let action = move || match (now.get(), eligibility.get()) {
        (Standing::Checking, Load::Failed(failure)) => failed(failure, move || eligibility.retry()),
        (Standing::Checking, _) => note::plain(Icon::Clock, || say!(offer.checking)),
        (Standing::May, _) => button(),
        (Standing::Anonymous, _) => instead::sign_in(id),
        (Standing::Claimed(claim), _) => instead::show_code(claim, next),
        (Standing::Closed(why), _) => instead::closed(why, next),
        (Standing::MayNot(rule), _) => instead::may_not(&rule, &audience, eligibility.ready()),
    };
    view! {
        <div class="claiming" aria-live="polite">
            {left.map(|(quota, left)| left_bar(left, quota))}
            {monthly.map(|at| line(Icon::Repeat, move || say!(offer.renews, date = day_month(at, lang()))))}
            {offer.card.ends_at.map(|at| line(Icon::Calendar, move || say!(card.until, date = day_month(at, lang()))))}
            {note::refused(failure)}
            {action}
        </div>
    }
    .into_any()
}

/// Asks whether they may claim it; again whenever somebody signs in or is verified, and not for nobody.
fn may_they(id: OfferId) -> Loader<Eligibility> {
    load_renewed(move || {
        let known = session::me();
        async move {
            match known {
                Some(_) => api::eligibility(id).await,
                None => Ok(Eligibility { eligible: false, rules: Vec::new() }),
            }
        }
    })
}

fn button<N>(offer: &OfferView, claim: Claim<N>) -> impl Fn() -> AnyView + Send + 'static
where
    N: Fn(&str, NavigateOptions) + Clone + Send + 'static,
{
    let max = offer.card.left.map_or(offer.max_quantity, |left| left.min(offer.max_quantity));
    let quantity = RwSignal::new(1_u32);
    let busy = Signal::from(claim.busy);
    let kind = offer.card.kind;
    let label = move || if busy.get() { say!(offer.claiming) } else { names::claim_do(kind, lang()).to_owned() };
    move || {
        let claim = claim.clone();
        view! {
            {(max > 1).then(|| units(quantity, max))}
            <div data-testid="claim-button">
                {action("button primary wide big", label, busy, move || claim.run(quantity.get_untracked()))}
            </div>
            {note::good(Icon::Check, || say!(offer.eligible))}
        }
        .into_any()
    }
}

/// Claiming, and what comes of it.
#[derive(Clone)]
struct Claim<N> {
    offer: OfferId,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    /// The claim, when the server knows of one that the page did not.
    claimed: RwSignal<Option<ClaimId>>,
    reload: Callback<()>,
    navigate: N,
}

impl<N: Fn(&str, NavigateOptions) + Clone + 'static> Claim<N> {
    fn new(offer: OfferId, reload: Callback<()>, navigate: N) -> Self {
        let (busy, failure, claimed) = (RwSignal::new(false), RwSignal::new(None), RwSignal::new(None));
        Self { offer, busy, failure, claimed, reload, navigate }
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
                    Some(id) => _ = self.claimed.try_set(Some(id)),
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

fn units(quantity: RwSignal<u32>, max: u32) -> AnyView {
    view! {
        <div class="field">
            <label for="quantity">{tr!(offer.quantity)}</label>
            {stepper("quantity", quantity, max)}
            <p class="field-help">
                {move || say!(offer.quantity_help, max = number(max.into(), lang()))}
            </p>
        </div>
    }
    .into_any()
}
