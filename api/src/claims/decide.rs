//! The decision apart from the doing: from what is known of offers and claimants, who gets a unit and who does not.
//! Pure, in the order in which people came.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use shared::{
    ClaimId, OfferId, PartnerId, UserId,
    eligibility::{Rule, Standing, personal_rules},
    offer::{Audience, OfferState, Period},
};

use crate::codes::store::Pool;

/// What the desk knows of an offer, read in the transaction.
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

/// A quota row in the period of the claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Units in all; none is without limit.
    pub quota: Option<u32>,
    /// Units taken.
    pub claimed: u32,
    /// Claims ever made: the next one's sequence is one more.
    pub issued: u32,
    /// The highest line of the quota that the partner was told of, in hundredths.
    pub warned: u32,
}

impl Room {
    /// Takes units; lines that are crossed count as told, since they are told in the same transaction.
    pub fn take(&mut self, quantity: u32) {
        self.claimed += quantity;
        self.issued += 1;
        let reached = |line: u32| {
            self.quota.is_some_and(|quota| u64::from(self.claimed) * 100 >= u64::from(quota) * u64::from(line))
        };
        self.warned = LINES.into_iter().filter(|line| reached(*line)).fold(self.warned, u32::max);
    }
}

/// The lines of a quota that partners are told of, in hundredths.
const LINES: [u32; 3] = [50, 90, 100];

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
    pub claims: HashMap<(OfferId, UserId), ClaimId>,
    pub rooms: HashMap<OfferId, Room>,
    /// The pools of those offers that have one.
    pub pools: HashMap<OfferId, Pool>,
}

/// One decision for each request, in their order, and rooms and pools as they are afterwards.
#[derive(Debug, Default)]
pub struct Decided {
    pub decisions: Vec<Decision>,
    pub rooms: HashMap<OfferId, Room>,
    pub pools: HashMap<OfferId, Pool>,
}

/// Decides a batch.
pub fn decide(requests: &[Request], known: &Known, now: DateTime<Utc>) -> Decided {
    let (mut rooms, mut pools) = (known.rooms.clone(), known.pools.clone());
    let mut holders = known.claims.clone();
    let decisions = requests
        .iter()
        .map(|request| {
            let Some(offer) = known.offers.get(&request.offer).filter(|o| o.state.is_public()) else {
                return Decision::Refused(Refusal::NoOffer);
            };
            let room = rooms.entry(request.offer).or_insert(Room { quota: offer.quota, ..Room::default() });
            let held = holders.get(&(request.offer, request.claimant)).copied();
            let refusal = refuse(request, offer, known.standings.get(&request.claimant).copied(), now)
                .or_else(|| held.map(Refusal::AlreadyClaimed))
                .or_else(|| (!has_room(*room, request.quantity)).then_some(Refusal::Exhausted));
            if let Some(refusal) = refusal {
                return Decision::Refused(refusal);
            }
            let place = match pools.get_mut(&request.offer).filter(|_| offer.has_pool).map(Pool::take) {
                Some(Some(place)) => Some(place),
                // Nobody has filled it yet, or it is empty.
                Some(None) => return Decision::Refused(Refusal::Exhausted),
                None if offer.has_pool => return Decision::Refused(Refusal::Exhausted),
                None => None,
            };
            room.take(request.quantity);
            holders.insert((request.offer, request.claimant), request.id);
            Decision::Granted { sequence: room.issued, place }
        })
        .collect();
    Decided { decisions, rooms, pools }
}

/// The rules that do not depend on anybody else's claims, in the order in which a person would mend them.
fn refuse(request: &Request, offer: &OfferFacts, standing: Option<Standing>, now: DateTime<Utc>) -> Option<Refusal> {
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

/// Whether so many units more fit.
pub fn has_room(room: Room, quantity: u32) -> bool {
    room.quota.is_none_or(|quota| room.claimed.checked_add(quantity).is_some_and(|claimed| claimed <= quota))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use proptest::prelude::*;
    use shared::account::Role;
    use uuid::Uuid;

    fn facts(quota: Option<u32>) -> OfferFacts {
        OfferFacts {
            state: OfferState::Published,
            starts_at: None,
            ends_at: None,
            period: Period::Once,
            audience: vec![Audience::Educator],
            max_quantity: 3,
            claim_days: 30,
            quota,
            partner: PartnerId(Uuid::nil()),
            has_pool: false,
        }
    }

    fn user(n: u8) -> UserId {
        UserId(Uuid::from_u128(u128::from(n) + 1))
    }

    fn offer(n: u8) -> OfferId {
        OfferId(Uuid::from_u128(u128::from(n) + 1000))
    }

    prop_compose! {
        fn any_request()(o in 0..3_u8, u in 0..12_u8, quantity in 1..5_u32, id: u128) -> Request {
            Request { id: ClaimId(Uuid::from_u128(id)), offer: offer(o), claimant: user(u), quantity }
        }
    }

    proptest! {
        /// Whatever comes: never more than the quota, one grant a person and offer, sequences without gaps, no code
        /// twice, and nobody is refused for want of units while there is room for them.
        #[test]
        fn the_desk_keeps_its_promises(
            requests in prop::collection::vec(any_request(), 0..60),
            quotas in prop::collection::vec(prop::option::of(0..12_u32), 3),
            before in prop::collection::vec(0..6_u32, 3),
            verified in prop::collection::vec(any::<bool>(), 12),
            codes in prop::collection::vec(prop::option::of(0..6_u32), 3),
        ) {
            let mut known = Known::default();
            for n in 0..3_u8 {
                let quota = quotas[usize::from(n)];
                let claimed = before[usize::from(n)].min(quota.unwrap_or(u32::MAX));
                let codes = codes[usize::from(n)];
                known.offers.insert(offer(n), OfferFacts { has_pool: codes.is_some(), ..facts(quota) });
                known.rooms.insert(offer(n), Room { quota, claimed, issued: claimed, warned: 0 });
                // A pool that nobody has filled is not there.
                if let Some(left) = codes.filter(|left| *left > 0) {
                    known.pools.insert(offer(n), Pool { next: 5, last: 4 + left, filled: left });
                }
            }
            for n in 0..12_u8 {
                let standing = Standing { role: Role::Educator, role_verified: verified[usize::from(n)], email_verified: true };
                known.standings.insert(user(n), standing);
            }
            let Decided { decisions, rooms, pools } = decide(&requests, &known, Utc::now());
            prop_assert_eq!(decisions.len(), requests.len());
            for n in 0..3_u8 {
                let (old, new) = (known.rooms[&offer(n)], rooms[&offer(n)]);
                let codes = codes[usize::from(n)];
                let (mut claimed, mut issued, mut holders) = (old.claimed, old.issued, HashSet::new());
                let mut places = Vec::new();
                for (request, decision) in requests.iter().zip(&decisions).filter(|(r, _)| r.offer == offer(n)) {
                    match decision {
                        Decision::Granted { sequence, place } => {
                            prop_assert_eq!(place.is_some(), codes.is_some());
                            places.extend(*place);
                            issued += 1;
                            claimed += request.quantity;
                            prop_assert_eq!(*sequence, issued);
                            prop_assert!(request.quantity <= 3);
                            prop_assert!(holders.insert(request.claimant), "one a person");
                            prop_assert!(known.standings[&request.claimant].role_verified);
                        }
                        Decision::Refused(Refusal::Exhausted) => {
                            let no_unit = old.quota.is_some_and(|quota| claimed + request.quantity > quota);
                            prop_assert!(no_unit || codes == Some(u32::try_from(places.len()).unwrap()));
                        }
                        Decision::Refused(_) => {}
                    }
                }
                prop_assert!(old.quota.is_none_or(|quota| claimed <= quota));
                prop_assert_eq!((new.claimed, new.issued), (claimed, issued));
                let handed: Vec<u32> = (5..).take(places.len()).collect();
                prop_assert_eq!(&places, &handed, "in their order, each once");
                if let Some(pool) = pools.get(&offer(n)) {
                    prop_assert_eq!(pool.left() + u32::try_from(places.len()).unwrap(), codes.unwrap_or_default());
                }
            }
        }
    }

    #[test]
    fn a_line_of_the_quota_is_told_once() {
        let mut room = Room { quota: Some(10), ..Room::default() };
        let warned: Vec<u32> = (0..10)
            .map(|_| {
                room.take(1);
                room.warned
            })
            .collect();
        assert_eq!(warned, [0, 0, 0, 0, 50, 50, 50, 50, 90, 100]);
        room.claimed = 3;
        room.take(3);
        assert_eq!(room.warned, 100, "given back and taken again, it is not told again");
        let mut all = Room { quota: Some(2), ..Room::default() };
        all.take(2);
        assert_eq!(all.warned, 100);
    }

    #[test]
    fn each_refusal_is_told_apart() {
        let now = Utc::now();
        let mut known = Known::default();
        let teacher = Standing { role: Role::Educator, role_verified: true, email_verified: true };
        known.offers.insert(offer(0), facts(Some(1)));
        known.offers.insert(offer(1), OfferFacts { state: OfferState::Paused, ..facts(None) });
        known.offers.insert(offer(2), OfferFacts { state: OfferState::Draft, ..facts(None) });
        known.standings.extend([(user(0), teacher), (user(1), teacher)]);
        let id = ClaimId(Uuid::from_u128(7));
        let ask = |o, u, quantity| Request { id, offer: offer(o), claimant: user(u), quantity };
        let asked = [ask(0, 0, 4), ask(0, 0, 1), ask(0, 0, 1), ask(0, 1, 1), ask(1, 0, 1), ask(2, 0, 1), ask(0, 9, 1)];
        let Decided { decisions, .. } = decide(&asked, &known, now);
        assert_eq!(decisions[0], Decision::Refused(Refusal::TooMany { max: 3 }));
        assert_eq!(decisions[1], Decision::Granted { sequence: 1, place: None });
        assert_eq!(decisions[2], Decision::Refused(Refusal::AlreadyClaimed(id)));
        assert_eq!(decisions[3], Decision::Refused(Refusal::Exhausted));
        assert_eq!(decisions[4], Decision::Refused(Refusal::NotOpen));
        assert_eq!(decisions[5], Decision::Refused(Refusal::NoOffer));
        assert!(matches!(&decisions[6], Decision::Refused(Refusal::NotEligible(rules)) if rules[0] == Rule::SignedIn));
    }
}
