//! The decision apart from the doing: from what is known of offers and claimants, who gets a unit and who does not.
//! Pure, in the order in which people came. It can change only quotas and pools that were locked, since it has no others.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use shared::{
    ClaimId, OfferId, PartnerId, UserId,
    eligibility::{Rule, Standing, personal_rules},
    offer::{Audience, OfferState, Period},
};

use crate::{
    codes::LockedPools,
    quotas::{LockedQuotas, QuotaKey},
};

/// What the claim queue knows of an offer: its live version, as the transaction sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferFacts {
    pub state: OfferState,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    pub period: Period,
    pub audience: Vec<Audience>,
    pub max_quantity: u32,
    pub claim_days: u16,
    pub quota: Option<u32>,
    /// Whose it is, for what the partner is told.
    pub partner: PartnerId,
    /// Whether each unit takes a code of the partner's own.
    pub has_pool: bool,
}

impl OfferFacts {
    /// The most units of one claim. One code is one unit, also of an offer that was written before that was a rule.
    pub const fn most(&self) -> u32 {
        if self.has_pool { 1 } else { self.max_quantity }
    }

    /// Whether it can be claimed at an instant.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.state == OfferState::Published
            && self.starts_at.is_none_or(|at| at <= now)
            && self.ends_at.is_none_or(|at| now < at)
    }
}

/// One waiting claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The id that the claim will have if it is granted.
    pub id: ClaimId,
    pub offer: OfferId,
    pub claimant: UserId,
    pub quantity: u32,
}

/// What becomes of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It gets its units, this number within offer and period, and of a pool the code at this place.
    Granted { sequence: u32, place: Option<u32> },
    /// It does not.
    Refused(Refusal),
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such offer for this person to see.
    NoOffer,
    /// Personal rules are not met.
    NotEligible(Vec<Rule>),
    /// More units than one claim may take.
    TooMany { max: u32 },
    /// Not open now.
    NotOpen,
    /// Claimed already in this period.
    AlreadyClaimed(ClaimId),
    /// Not enough units left.
    Exhausted,
}

/// What is known when a batch is decided.
#[derive(Debug, Default)]
pub struct Known {
    pub offers: HashMap<OfferId, OfferFacts>,
    pub standings: HashMap<UserId, Standing>,
    /// The claims that claimants hold in the periods that run now.
    pub claims: HashMap<(OfferId, UserId), ClaimId>,
}

/// One decision for each request, in their order, and the locked quotas and pools as they are to be.
#[derive(Debug)]
pub struct Decided {
    pub decisions: Vec<Decision>,
    pub quotas: LockedQuotas,
    pub pools: LockedPools,
}

/// Decides a batch.
pub fn decide_batch(
    requests: &[Request],
    known: &Known,
    mut quotas: LockedQuotas,
    mut pools: LockedPools,
    now: DateTime<Utc>,
) -> Decided {
    let mut holders = known.claims.clone();
    let decisions = requests
        .iter()
        .map(|request| {
            let Some(offer) = known.offers.get(&request.offer).filter(|o| o.state.is_public()) else {
                return Decision::Refused(Refusal::NoOffer);
            };
            let held = holders.get(&(request.offer, request.claimant)).copied();
            let refusal = check(request, offer, known.standings.get(&request.claimant).copied(), now)
                .or_else(|| held.map(Refusal::AlreadyClaimed));
            if let Some(refusal) = refusal {
                return Decision::Refused(refusal);
            }
            let decision = grant(request, offer, &mut quotas, &mut pools, now);
            if matches!(decision, Decision::Granted { .. }) {
                holders.insert((request.offer, request.claimant), request.id);
            }
            decision
        })
        .collect();
    Decided { decisions, quotas, pools }
}

/// Takes the units and the code of a claim that nothing else speaks against.
fn grant(
    request: &Request,
    offer: &OfferFacts,
    quotas: &mut LockedQuotas,
    pools: &mut LockedPools,
    now: DateTime<Utc>,
) -> Decision {
    let key = QuotaKey::at(request.offer, offer.period, now);
    if !quotas.get(key).is_some_and(|quota| quota.has_room(request.quantity)) {
        return Decision::Refused(Refusal::Exhausted);
    }
    let place = if offer.has_pool { pools.hand_out(request.offer) } else { None };
    if offer.has_pool && place.is_none() {
        return Decision::Refused(Refusal::Exhausted);
    }
    match quotas.issue(key, request.quantity) {
        Ok(sequence) => Decision::Granted { sequence, place },
        Err(_) => Decision::Refused(Refusal::Exhausted),
    }
}

/// The rules that do not depend on anybody else's claims, in the order in which a person would mend them.
fn check(request: &Request, offer: &OfferFacts, standing: Option<Standing>, now: DateTime<Utc>) -> Option<Refusal> {
    let unmet: Vec<Rule> =
        personal_rules(standing, &offer.audience).into_iter().filter(|(_, met)| !met).map(|(rule, _)| rule).collect();
    if !unmet.is_empty() {
        return Some(Refusal::NotEligible(unmet));
    }
    let max = offer.most();
    if request.quantity > max {
        return Some(Refusal::TooMany { max });
    }
    (!offer.is_open(now)).then_some(Refusal::NotOpen)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
