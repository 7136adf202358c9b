//! Synthetic offers of every kind.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use serde_json::json;
use shared::offer::{Audience, Fulfilment, Kind, OfferDraft, OfferState, Period, Region, Unit};
use uuid::Uuid;

use super::{
    Plan,
    draw::{Draw, For},
    partners,
    people::share,
    terms::{self, Thing},
    words::{self, DESCRIPTIONS, STEPS, SUMMARIES},
};
use crate::{
    offers::search_text,
    store::{clock::from_ms, entities::offers},
};

/// Since when offers have been published.
const SINCE_DAYS: i64 = 360;

/// How often each kind comes, in a hundred.
const KINDS: &[(Kind, u64)] = &[
    (Kind::InternetPackage, 22),
    (Kind::DiscountedTariff, 18),
    (Kind::DeviceGrant, 6),
    (Kind::DiscountedDevice, 18),
    (Kind::LongTermCredit, 10),
    (Kind::Course, 16),
    (Kind::Event, 10),
];

/// A synthetic offer, before it is a row.
#[derive(Clone, Debug)]
pub struct Offer {
    pub id: Uuid,
    pub partner: u64,
    pub created_ms: i64,
    pub published_at: DateTime<Utc>,
    pub draft: OfferDraft,
}

/// The offer of a number, from 0, in the order in which they were made.
pub fn make(plan: &Plan, index: u64) -> Offer {
    let mut draw = Draw::new(plan.seed, For::Offer, index);
    let from = (plan.until - TimeDelta::days(SINCE_DAYS)).timestamp_millis();
    // Nothing is younger than two days, so that everything has had time to be claimed.
    let span = u64::try_from((SINCE_DAYS - 2) * 24 * 3_600_000).unwrap_or_default();
    let created_ms = from + share(index, span, plan.offers);
    let id = draw.id(created_ms);
    let published_at = from_ms(created_ms) + TimeDelta::minutes(draw.between(30, 1440));

    let kind = kind(&mut draw);
    let audience = audience(kind, &mut draw);
    let regions = regions(&mut draw);
    let thing = terms::of(kind, plan.until, &audience, &regions, &mut draw);
    let partner = partners::in_area(plan, thing.area, &mut draw);
    let mut draft = blank(kind, &thing, &audience, regions, &mut draw);
    draft.external_id = Some(format!("sample-{}-{index}", plan.seed));
    limits(&mut draft, &mut draw);
    times(&mut draft, plan, published_at, &mut draw);
    if draw.chance(8) {
        draft.fulfilment = Fulfilment::Link;
        draft.link = Some(format!("{}/teklif/{index}", partners::website(plan, partner)));
    } else if draw.chance(5) {
        draft.fulfilment = Fulfilment::Contact;
    }
    Offer { id, partner, created_ms, published_at, draft }
}

fn kind(draw: &mut Draw) -> Kind {
    let mut drawn = draw.below(100);
    for (kind, share) in KINDS {
        if drawn < *share {
            return *kind;
        }
        drawn -= share;
    }
    Kind::Event
}

fn audience(kind: Kind, draw: &mut Draw) -> Vec<Audience> {
    match (kind, draw.below(10)) {
        (Kind::DeviceGrant, _) => vec![Audience::Institution],
        (Kind::InternetPackage | Kind::DiscountedTariff, 0..6) | (_, 0..3) => vec![Audience::Educator],
        (_, 3..7) => vec![Audience::Learner],
        (_, 9) => vec![Audience::Learner, Audience::Educator, Audience::Institution],
        _ => vec![Audience::Learner, Audience::Educator],
    }
}

/// Everywhere as often as not; else up to four regions.
fn regions(draw: &mut Draw) -> Vec<Region> {
    let count = if draw.chance(50) { 0 } else { 1 + draw.below(4) };
    let mut regions: Vec<Region> = (0..count).map(|_| *draw.pick(Region::ALL)).collect();
    regions.sort_unstable();
    regions.dedup();
    regions
}

fn blank(kind: Kind, thing: &Thing, audience: &[Audience], regions: Vec<Region>, draw: &mut Draw) -> OfferDraft {
    let whom = words::whom(audience);
    let name = thing.name;
    OfferDraft {
        external_id: None,
        kind,
        further_kinds: (kind == Kind::LongTermCredit && draw.chance(40))
            .then_some(Kind::DiscountedDevice)
            .into_iter()
            .collect(),
        area: thing.area,
        title: thing.title(whom, &regions),
        summary: Some(words::about(*draw.pick(SUMMARIES), name, whom)),
        description: draw.chance(85).then(|| words::about(*draw.pick(DESCRIPTIONS), name, whom)),
        how_to_use: STEPS.iter().filter(|_| draw.chance(80)).map(|step| words::text(*step)).collect(),
        audience: audience.to_vec(),
        regions,
        terms: thing.terms.figures(),
        quota: None,
        unit: Unit::Package,
        period: Period::Once,
        max_quantity: 1,
        fulfilment: Fulfilment::GeneratedCode,
        link: None,
        starts_at: None,
        ends_at: None,
        claim_days: *draw.pick(&[14, 30, 30, 60, 90]),
    }
}

/// How many units there are, of what, and how often.
fn limits(draft: &mut OfferDraft, draw: &mut Draw) {
    let (unit, quotas, unlimited): (_, &[u32], _) = match draft.kind {
        Kind::InternetPackage => (Unit::Package, &[500, 1000, 2500, 5000, 10_000, 30_000], 10),
        Kind::DiscountedTariff => (Unit::Connection, &[1000, 5000, 20_000], 70),
        Kind::DeviceGrant => (Unit::Computer, &[50, 100, 250, 1000], 0),
        Kind::DiscountedDevice => (Unit::Device, &[100, 300, 1000, 5000], 40),
        Kind::LongTermCredit => (Unit::Credit, &[200, 1000, 5000], 60),
        Kind::Course => (Unit::Place, &[15, 20, 30, 60, 200], 5),
        Kind::Event => (Unit::Ticket, &[100, 250, 600, 2000], 10),
    };
    draft.unit = unit;
    draft.quota = (!draw.chance(unlimited)).then(|| *draw.pick(quotas));
    let monthly = match draft.kind {
        Kind::InternetPackage => 80,
        Kind::Event | Kind::DiscountedTariff => 15,
        _ => 0,
    };
    if draw.chance(monthly) {
        draft.period = Period::Monthly;
    }
    if draft.kind == Kind::DeviceGrant {
        draft.max_quantity = *draw.pick(&[1, 5, 10, 20]);
    }
}

/// Some say when they opened, some when they will close (never soon); courses and events have days of their own.
fn times(draft: &mut OfferDraft, plan: &Plan, published_at: DateTime<Utc>, draw: &mut Draw) {
    if draw.chance(30) {
        draft.starts_at = Some(published_at);
    }
    if draw.chance(40) && !matches!(draft.kind, Kind::Course | Kind::Event) {
        draft.ends_at = Some(plan.until + TimeDelta::days(draw.between(60, 400)));
    }
}

/// The row of an offer, as changed at `now_ms`: that is what a running server notices.
pub fn row(plan: &Plan, offer: Offer, now_ms: i64) -> offers::ActiveModel {
    let draft = offer.draft;
    offers::ActiveModel {
        id: Set(offer.id),
        partner_id: Set(partners::id(plan, offer.partner)),
        external_id: Set(draft.external_id.clone()),
        search: Set(Some(search_text(&draft))),
        state: Set(OfferState::Published.as_str().to_owned()),
        starts_at: Set(draft.starts_at.map(|t| t.timestamp_millis())),
        ends_at: Set(draft.ends_at.map(|t| t.timestamp_millis())),
        draft: Set(json!(draft)),
        rejection: Set(None),
        version: Set(1),
        created_at: Set(offer.created_ms),
        updated_at: Set(now_ms),
        published_at: Set(Some(offer.published_at.timestamp_millis())),
        pending: Set(None),
        pending_at: Set(None),
        action: Set("offer.create".to_owned()),
        actor_id: Set(None),
        actor_key: Set(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Validate;
    use std::collections::HashSet;

    #[test]
    fn every_kind_comes_and_every_offer_is_valid() {
        let plan = Plan::sample(0, 0, 2000, 0);
        let mut kinds = HashSet::new();
        for index in 0..plan.offers {
            let draft = make(&plan, index).draft;
            assert_eq!(draft.violations().into_vec(), [], "{draft:?}");
            assert!(draft.title.en.is_some() && draft.title.ru.is_some());
            kinds.insert((draft.kind, draft.period, draft.quota.is_some()));
        }
        assert!(Kind::ALL.iter().all(|kind| kinds.iter().any(|(k, ..)| k == kind)));
        assert!(kinds.contains(&(Kind::InternetPackage, Period::Monthly, true)));
    }

    #[test]
    fn the_same_seed_makes_the_same_offers() {
        let plan = Plan::sample(0, 0, 50, 0);
        let other = Plan { seed: 2, ..plan.clone() };
        for index in 0..plan.offers {
            let (a, b, c) = (make(&plan, index), make(&plan, index), make(&other, index));
            assert_eq!((a.id, &a.draft), (b.id, &b.draft));
            assert_ne!(a.id, c.id);
        }
    }
}
