//! What the decision promises, for offers in every state, with and without a locked quota.

use std::collections::{BTreeMap, HashSet};

use super::*;
use crate::{codes::store::Pool, quotas::QuotaState};
use proptest::prelude::*;
use shared::account::Role;
use uuid::Uuid;

const OFFERS: u8 = 4;
const PEOPLE: u8 = 12;

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

fn once(n: u8) -> QuotaKey {
    QuotaKey { offer: offer(n), period: 0 }
}

prop_compose! {
    fn any_request()(o in 0..OFFERS, u in 0..PEOPLE, quantity in 1..5_u32, id: u128) -> Request {
        Request { id: ClaimId(Uuid::from_u128(id)), offer: offer(o), claimant: user(u), quantity }
    }
}

/// An offer as it may stand when a batch is decided.
#[derive(Clone, Debug)]
struct Stand {
    state: OfferState,
    quota: Option<u32>,
    claimed: u32,
    /// The quota row was there when the batch locked.
    locked: bool,
    /// Free codes, of an offer that hands them out.
    codes: Option<u32>,
}

prop_compose! {
    fn any_stand()(
        state in prop::sample::select(OfferState::ALL.to_vec()),
        published: bool,
        quota in prop::option::of(0..12_u32),
        before in 0..6_u32,
        locked in prop::bool::weighted(0.8),
        codes in prop::option::of(0..6_u32),
    ) -> Stand {
        let state = if published { OfferState::Published } else { state };
        Stand { state, quota, claimed: before.min(quota.unwrap_or(u32::MAX)), locked, codes }
    }
}

impl Stand {
    fn quota_state(&self) -> QuotaState {
        QuotaState { quota: self.quota, claimed: self.claimed, issued: self.claimed, warned: 0 }
    }
}

fn world(stands: &[Stand], verified: &[bool]) -> (Known, LockedQuotas, LockedPools) {
    let mut known = Known::default();
    for (n, stand) in (0..OFFERS).zip(stands) {
        let facts = OfferFacts { state: stand.state, has_pool: stand.codes.is_some(), ..facts(stand.quota) };
        known.offers.insert(offer(n), facts);
    }
    for (n, verified) in (0..PEOPLE).zip(verified) {
        let standing = Standing { role: Role::Educator, role_verified: *verified, email_verified: true };
        known.standings.insert(user(n), standing);
    }
    let with_number = || (0..OFFERS).zip(stands);
    let quotas = with_number().filter(|(_, stand)| stand.locked).map(|(n, stand)| (once(n), stand.quota_state()));
    // A pool that nobody has filled is not there.
    let pool = |left| Pool { next: 5, last: 4 + left, filled: left };
    let pools = with_number().filter_map(|(n, stand)| Some((offer(n), pool(stand.codes.filter(|left| *left > 0)?))));
    (known, LockedQuotas::of(quotas), LockedPools::of(pools))
}

proptest! {
    /// Whatever comes: never more than the quota, one grant a person and offer, sequences without gaps, no code twice;
    /// nobody is refused for want of units while there is room for them; and a refusal changes nothing.
    #[test]
    fn the_queue_keeps_its_promises(
        requests in prop::collection::vec(any_request(), 0..60),
        stands in prop::collection::vec(any_stand(), usize::from(OFFERS)),
        verified in prop::collection::vec(any::<bool>(), usize::from(PEOPLE)),
    ) {
        let (known, quotas, pools) = world(&stands, &verified);
        let Decided { decisions, quotas, pools } = decide_batch(&requests, &known, quotas, pools, Utc::now());
        prop_assert_eq!(decisions.len(), requests.len());
        let locked = quotas.changes().count();
        prop_assert_eq!(locked, stands.iter().filter(|stand| stand.locked).count(), "no row is added");
        let pools: BTreeMap<_, _> = pools.changes().map(|(id, _, now)| (id, now)).collect();
        for (n, stand) in (0..OFFERS).zip(&stands) {
            let old = stand.quota_state();
            let (mut claimed, mut issued, mut holders, mut places) = (old.claimed, old.issued, HashSet::new(), Vec::new());
            for (request, decision) in requests.iter().zip(&decisions).filter(|(r, _)| r.offer == offer(n)) {
                match decision {
                    Decision::Granted { sequence, place } => {
                        prop_assert!(stand.locked && stand.state == OfferState::Published);
                        prop_assert_eq!(place.is_some(), stand.codes.is_some());
                        places.extend(*place);
                        issued += 1;
                        claimed += request.quantity;
                        prop_assert_eq!(*sequence, issued);
                        prop_assert!(request.quantity <= 3);
                        prop_assert!(holders.insert(request.claimant), "one a person");
                        prop_assert!(known.standings[&request.claimant].role_verified);
                    }
                    Decision::Refused(Refusal::Exhausted) => {
                        let no_unit = stand.quota.is_some_and(|quota| claimed + request.quantity > quota);
                        let no_code = stand.codes == Some(u32::try_from(places.len()).unwrap());
                        prop_assert!(no_unit || no_code || !stand.locked);
                    }
                    Decision::Refused(_) => {}
                }
            }
            prop_assert!(stand.quota.is_none_or(|quota| claimed <= quota));
            if let Some(new) = quotas.get(once(n)) {
                prop_assert_eq!((new.quota, new.claimed, new.issued), (old.quota, claimed, issued));
            }
            let handed: Vec<u32> = (5..).take(places.len()).collect();
            prop_assert_eq!(&places, &handed, "in their order, each once");
            if let Some(pool) = pools.get(&offer(n)) {
                prop_assert_eq!(pool.left() + u32::try_from(places.len()).unwrap(), stand.codes.unwrap_or_default());
            }
        }
    }
}

#[test]
fn each_refusal_is_told_apart() {
    let mut known = Known::default();
    let teacher = Standing { role: Role::Educator, role_verified: true, email_verified: true };
    known.offers.insert(offer(0), facts(Some(1)));
    known.offers.insert(offer(1), OfferFacts { state: OfferState::Paused, ..facts(None) });
    known.offers.insert(offer(2), OfferFacts { state: OfferState::Draft, ..facts(None) });
    known.standings.extend([(user(0), teacher), (user(1), teacher)]);
    let quotas = LockedQuotas::of([(once(0), QuotaState { quota: Some(1), ..QuotaState::default() })]);
    let id = ClaimId(Uuid::from_u128(7));
    let ask = |o, u, quantity| Request { id, offer: offer(o), claimant: user(u), quantity };
    let asked = [ask(0, 0, 4), ask(0, 0, 1), ask(0, 0, 1), ask(0, 1, 1), ask(1, 0, 1), ask(2, 0, 1), ask(0, 9, 1)];
    let Decided { decisions, .. } = decide_batch(&asked, &known, quotas, LockedPools::default(), Utc::now());
    assert_eq!(decisions[0], Decision::Refused(Refusal::TooMany { max: 3 }));
    assert_eq!(decisions[1], Decision::Granted { sequence: 1, place: None });
    assert_eq!(decisions[2], Decision::Refused(Refusal::AlreadyClaimed(id)));
    assert_eq!(decisions[3], Decision::Refused(Refusal::Exhausted));
    assert_eq!(decisions[4], Decision::Refused(Refusal::NotOpen));
    assert_eq!(decisions[5], Decision::Refused(Refusal::NoOffer));
    assert!(matches!(&decisions[6], Decision::Refused(Refusal::NotEligible(rules)) if rules[0] == Rule::SignedIn));
}
