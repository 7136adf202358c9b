//! What both processes show at a quiet point: counts of offers, and people's claims.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use shared::{
    ClaimId, OfferId, Page,
    claim::{ClaimState, ClaimView},
    offer::{OfferView, PartnerOffer},
};
use tests::{Caller, PATIENCE, db::Db};

use crate::{
    checks,
    model::ledger::Row,
    world::{Claimant, World},
};

/// How many of the newest offers, and how many people, are looked at.
const OFFERS: usize = 20;
const PEOPLE: usize = 12;

/// Looks at both processes.
pub async fn check(world: &World, db: &Db) {
    let rows = checks::rows(db).await;
    let offers = world.offers();
    for url in world.urls() {
        join_all(offers.iter().rev().take(OFFERS).map(|offer| offer_is_shown(world, &url, *offer, &rows))).await;
        let from = usize::try_from(world.clock.tick()).unwrap_or_default();
        for at in 0..PEOPLE {
            claims_are_shown(world, &url, &world.people[(from + at) % world.people.len()], db).await;
        }
    }
}

/// The list may be a moment behind.
async fn offer_is_shown(world: &World, url: &str, offer: OfferId, rows: &HashMap<ClaimId, Row>) {
    let count = rows.values().filter(|row| row.offer == offer && row.state.counts()).map(|row| row.quantity).sum();
    let anon = Caller::new(url);
    let path = world.partner.path(&format!("/offers/{offer}"));
    let live: PartnerOffer = world.read(&world.admin.at(url), &path).await.ok();
    if live.claimed != count {
        return world.wrong(format!("{offer}: its partner sees {} claimed, and {count} are", live.claimed));
    }
    let left = live.offer.quota.map(|quota| quota.saturating_sub(count));
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = world.read(&anon, &format!("/offers/{offer}")).await;
        let shown = (answer.status == 200).then(|| answer.json::<OfferView>().card);
        let is_so = shown.as_ref().map_or(!live.state.is_public(), |card| {
            (card.claimed, card.left, card.quota, card.state) == (count, left, live.offer.quota, live.state)
        });
        if is_so {
            return;
        }
        if Instant::now() > deadline {
            let shown = shown.map(|card| (card.claimed, card.left, card.quota, card.state));
            let is = (count, left, live.offer.quota, live.state);
            return world.wrong(format!("{offer} is shown as {shown:?} for {PATIENCE:?}, and is {is:?}"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A hold may run out between two looks.
async fn claims_are_shown(world: &World, url: &str, person: &Claimant, db: &Db) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (shown, there) = (shown_to(world, url, person).await, theirs(db, person).await);
        if shown == there {
            return;
        }
        if Instant::now() > deadline {
            return world.wrong(format!("{} is shown {shown:?} at {url}, and has {there:?}", person.id));
        }
    }
}

async fn shown_to(world: &World, url: &str, person: &Claimant) -> BTreeMap<ClaimId, ClaimState> {
    let (mut shown, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let path = format!("/me/claims?limit=100{cursor}");
        let page: Page<ClaimView> = world.read(&person.caller.at(url), &path).await.ok();
        shown.extend(page.items.iter().map(|claim| (claim.id, claim.state)));
        let Some(next) = page.next_cursor else { return shown };
        cursor = format!("&cursor={next}");
    }
}

async fn theirs(db: &Db, person: &Claimant) -> BTreeMap<ClaimId, ClaimState> {
    let rows = checks::rows(db).await;
    rows.values().filter(|row| row.claimant == person.id).map(|row| (row.id, row.state)).collect()
}
