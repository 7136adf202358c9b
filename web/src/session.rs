//! Who is signed in, and what they have claimed. The page learns it from the server; it never sees a token.

use std::{collections::HashMap, sync::LazyLock};

use chrono::{DateTime, Utc};
use leptos::{prelude::*, task::spawn_local};
use shared::{
    ClaimId, OfferId,
    account::{Logout, Me},
    claim::ClaimView,
    month::Month,
};

use crate::{api, browser, offline, renewal};

/// Who is at the page.
#[derive(Clone, Debug, PartialEq)]
enum Session {
    /// Not known yet.
    Unknown,
    /// Nobody that we know.
    Anonymous,
    /// Somebody.
    SignedIn(Box<Me>),
}

static SESSION: LazyLock<ArcRwSignal<Session>> = LazyLock::new(|| ArcRwSignal::new(Session::Unknown));
static CLAIMED: LazyLock<ArcRwSignal<HashMap<OfferId, ClaimId>>> = LazyLock::new(ArcRwSignal::default);

/// The account, if somebody is signed in; followed by whoever reads it in a view.
pub fn me() -> Option<Me> {
    SESSION.with(|s| match s {
        Session::SignedIn(me) => Some(me.as_ref().clone()),
        _ => None,
    })
}

/// Whether somebody is signed in; nothing while that is not known.
pub fn is_signed_in() -> Option<bool> {
    SESSION.with(|s| match s {
        Session::Unknown => None,
        Session::Anonymous => Some(false),
        Session::SignedIn(_) => Some(true),
    })
}

/// Asks the server who is signed in.
pub fn start() {
    api::on_ended(left);
    renewal::watch(renew);
    refresh();
}

/// What was claimed may be that of a month that is over: the server is asked anew.
fn renew() {
    if SESSION.with_untracked(|s| matches!(s, Session::SignedIn(_))) {
        refresh();
    }
}

/// Asks the server again.
pub fn refresh() {
    spawn_local(async {
        match api::me().await {
            Ok(me) => entered(me),
            Err(failure) if api::is_anonymous(&failure) => left(),
            // Without a connection nobody is signed out; with an unknown state the page offers to sign in.
            Err(_) if SESSION.with_untracked(|s| *s == Session::Unknown) => SESSION.set(Session::Anonymous),
            Err(_) => {}
        }
    });
}

/// Somebody signed in, or their account changed.
pub fn entered(me: Me) {
    api::believe(true);
    let session = Session::SignedIn(Box::new(me));
    // Where nothing changed, nothing is drawn again, such as a form that somebody is filling in.
    if SESSION.with_untracked(|known| *known != session) {
        SESSION.set(session);
    }
    load_claims();
}

/// Nobody is signed in any more.
pub fn left() {
    api::believe(false);
    offline::forget_what_was_seen();
    CLAIMED.update(HashMap::clear);
    SESSION.set(Session::Anonymous);
}

/// Signs out here.
pub async fn sign_out() {
    // Signed out on this device even if the server cannot be told now: its cookie then ends by itself.
    let _ = api::logout(&Logout::default()).await;
    left();
}

fn load_claims() {
    spawn_local(async {
        if let Ok(page) = api::my_claims().await {
            let now = browser::now();
            let counting = page.items.iter().filter(|claim| counts(claim, now));
            CLAIMED.set(counting.map(|claim| (claim.offer.id, claim.id)).collect());
        }
    });
}

/// Whether a claim is its claimant's one claim on the offer at the moment.
fn counts(claim: &ClaimView, now: DateTime<Utc>) -> bool {
    let this_month = Month::of(now).to_string();
    claim.state.counts() && claim.period.as_ref().is_none_or(|month| *month == this_month)
}

/// Notes a claim that was made, used or given back.
pub fn note_claim(claim: &ClaimView) {
    let counts = counts(claim, browser::now());
    CLAIMED.update(|claimed| {
        if counts {
            claimed.insert(claim.offer.id, claim.id);
        } else if claimed.get(&claim.offer.id) == Some(&claim.id) {
            claimed.remove(&claim.offer.id);
        }
    });
}

/// The claim on an offer in its present period, if there is one.
pub fn claim_on(offer: OfferId) -> Option<ClaimId> {
    CLAIMED.with(|claimed| claimed.get(&offer).copied())
}
