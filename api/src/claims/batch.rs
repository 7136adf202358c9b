//! The one transaction of a batch of claims: locks, reads what is known, lets `decide` decide, and writes what follows.
//! Its steps have the names of the model in `tests/model`; see `docs/decisions/0001-claim-protocol.md`.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{ClaimId, OfferId, claim::ClaimState, code::ClaimCode, webhook::EventKind};

use super::{
    alerts,
    decide::{Decided, Decision, Known, OfferFacts, Refusal, Request, decide_batch},
    pools, store,
    terms::Terms,
    told,
};
use crate::{
    codes::LockedPools,
    error::Result,
    quotas::{LockedQuotas, QuotaKey},
    store::{
        LostRace, Transaction,
        clock::to_ms,
        entities::claims,
        totals::{self, Metric},
    },
    webhooks,
};

/// What became of one claim.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is written.
    Claimed(claims::Model),
    /// It is refused.
    Refused(Refusal),
}

/// Decides and writes what a batch asks for. Claims whose idempotency key was answered before are not among them.
///
/// # Errors
/// [`LostRace`] where the guess at which rows the batch needs was wrong.
pub async fn settle(tx: &Transaction, terms: &Terms, requests: &[Request], now: DateTime<Utc>) -> Result<Vec<Outcome>> {
    let offers: Vec<OfferId> = requests.iter().map(|r| r.offer).collect::<BTreeSet<_>>().into_iter().collect();
    let claimants: Vec<_> = requests.iter().map(|r| r.claimant).collect::<BTreeSet<_>>().into_iter().collect();
    let unknown = terms.unknown(&offers);
    if !unknown.is_empty() {
        terms.read_offers(tx, &unknown).await?;
    }
    let standings = store::lock_claimants(tx, &claimants).await?.into_iter().collect();
    let mut quotas = terms.lock_quotas(tx, &offers, now).await?;
    let known = Known { offers: terms.read_offers(tx, &offers).await?, standings, ..Known::default() };
    put_in_force(&mut quotas, &known.offers, now)?;
    let with_pool = known.offers.iter().filter(|(_, facts)| facts.has_pool && facts.is_open(now));
    let pools = LockedPools::lock(tx, with_pool.map(|(id, _)| *id)).await?;
    let periods: HashMap<OfferId, i32> =
        known.offers.iter().map(|(id, facts)| (*id, QuotaKey::at(*id, facts.period, now).period)).collect();
    let keys: Vec<_> = requests.iter().filter_map(|r| Some((r.offer, r.claimant, *periods.get(&r.offer)?))).collect();
    let known = Known { claims: store::find_holdings(tx, &keys).await?.into_iter().collect(), ..known };

    let decided = decide_batch(requests, &known, quotas, pools, now);
    let codes = pools::hand_out(tx, requests, &decided, now).await?;
    let outcomes = outcomes(requests, &decided, &known, &periods, &codes, now);
    publish(tx, &known, &outcomes, now).await?;
    write(tx, &outcomes, decided, now).await?;
    Ok(outcomes)
}

/// Puts the quota of each live version in force, as it was read after its row was locked. An open offer whose row is not
/// among the locked ones was opened, or got another period, since it was last seen.
fn put_in_force(quotas: &mut LockedQuotas, offers: &HashMap<OfferId, OfferFacts>, now: DateTime<Utc>) -> Result<()> {
    for (id, facts) in offers.iter().filter(|(_, facts)| facts.is_open(now)) {
        let key = QuotaKey::at(*id, facts.period, now);
        if quotas.get(key).is_none() {
            return Err(LostRace.into());
        }
        if let Err(claimed) = quotas.set_quota(key, facts.quota) {
            // No edit allows it. Should it be so all the same, nothing more is granted.
            tracing::error!(offer = %id, claimed, quota = facts.quota, "claim.more_than_the_quota");
            quotas.set_quota(key, Some(claimed)).ok();
        }
    }
    Ok(())
}

fn outcomes(
    requests: &[Request],
    decided: &Decided,
    known: &Known,
    periods: &HashMap<OfferId, i32>,
    codes: &HashMap<ClaimId, String>,
    now: DateTime<Utc>,
) -> Vec<Outcome> {
    let outcome = |(request, decision): (&Request, &Decision)| match decision {
        Decision::Granted { sequence, .. } => {
            let days = known.offers.get(&request.offer).map_or(0, |o| i64::from(o.claim_days));
            let period = periods.get(&request.offer).copied().unwrap_or_default();
            let code = codes.get(&request.id).cloned();
            Outcome::Claimed(row(request, *sequence, period, days, code, now))
        }
        Decision::Refused(refusal) => Outcome::Refused(refusal.clone()),
    };
    requests.iter().zip(&decided.decisions).map(outcome).collect()
}

/// Publishes new claims to partners' programs, all of a batch at once. Where nobody listens, no event is even made.
async fn publish(
    tx: &impl ConnectionTrait,
    known: &Known,
    outcomes: &[Outcome],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let event = |outcome: &Outcome| {
        let Outcome::Claimed(claim) = outcome else { return None };
        let partner = known.offers.get(&OfferId(claim.offer_id))?.partner;
        webhooks::may_listen(partner, EventKind::ClaimCreated)
            .then(|| told::event(EventKind::ClaimCreated, claim, partner, claim.quantity))
    };
    webhooks::emit(tx, &outcomes.iter().filter_map(event).collect::<Vec<_>>(), now).await
}

/// The row of a claim that is granted.
pub fn row(
    request: &Request,
    sequence: u32,
    period: i32,
    days: i64,
    partner_code: Option<String>,
    now: DateTime<Utc>,
) -> claims::Model {
    claims::Model {
        id: request.id.0,
        offer_id: request.offer.0,
        claimant_id: request.claimant.0,
        period,
        sequence: i32::try_from(sequence).unwrap_or(i32::MAX),
        code: ClaimCode::from_random(rand::random()).as_str().to_owned(),
        quantity: i32::try_from(request.quantity).unwrap_or(i32::MAX),
        state: ClaimState::Active.as_str().to_owned(),
        created_at: to_ms(now),
        expires_at: to_ms(now + TimeDelta::days(days)),
        ended_at: None,
        redeemed: 0,
        redeemed_at: None,
        partner_code,
    }
}

/// Writes the claims, then the counts. A row that the database would not take undoes the batch, which is then tried
/// again: the database's own rules are the last word.
async fn write(tx: &Transaction, outcomes: &[Outcome], decided: Decided, now: DateTime<Utc>) -> Result<()> {
    let claimed: Vec<&claims::Model> =
        outcomes.iter().filter_map(|o| if let Outcome::Claimed(claim) = o { Some(claim) } else { None }).collect();
    if !claimed.is_empty() {
        let written = store::insert_claims(tx, &claimed).await?;
        if written != claimed.len() as u64 {
            // One of the new codes exists already: the next try has others.
            return Err(LostRace.into());
        }
        decided.pools.write(tx).await?;
        alerts::record(tx, &alerts::crossed(&decided), now).await?;
    }
    decided.quotas.write(tx).await?;
    if claimed.is_empty() {
        return Ok(());
    }
    let units = claimed.iter().map(|c| i64::from(c.quantity)).sum();
    totals::add(tx, Metric::Claims, now, units).await?;
    Ok(())
}

/// A new claim's id.
pub fn new_id() -> ClaimId {
    ClaimId(uuid::Uuid::now_v7())
}
