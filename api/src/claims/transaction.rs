//! The one transaction of a batch: reads what is known, lets `decide` decide, writes what follows.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{ClaimId, OfferId, claim::ClaimState, code::ClaimCode, offer::Fulfilment, webhook::EventKind};

use super::{
    alerts,
    decide::{Decided, Decision, Known, OfferFacts, Refusal, Request, Room, decide},
    pools,
    store::{self, OfferRow, RoomKey},
    told,
};
use crate::{
    accounts::Accounts,
    offers::period_number,
    store::{
        clock::to_ms,
        entities::claims,
        revisions::{self, Revision},
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

/// How offers may be claimed, by the version of their drafts: read once, not with every batch.
#[derive(Debug, Default)]
pub struct Terms(HashMap<OfferId, (i32, OfferFacts)>);

/// Offers whose terms are remembered.
const REMEMBERED: usize = 100_000;

impl Terms {
    /// The facts of offers, each in the state and version that the transaction sees.
    pub async fn facts(
        &mut self,
        db: &impl ConnectionTrait,
        ids: &[OfferId],
    ) -> Result<HashMap<OfferId, OfferFacts>, DbErr> {
        let rows = store::offers(db, ids).await?;
        let known = |row: &OfferRow| self.0.get(&row.id).is_some_and(|(version, _)| *version == row.version);
        let unknown: Vec<OfferId> = rows.iter().filter(|row| !known(row)).map(|row| row.id).collect();
        if !unknown.is_empty() {
            if self.0.len() > REMEMBERED {
                self.0.clear();
            }
            let drafts: HashMap<_, _> = store::drafts(db, &unknown).await?.into_iter().collect();
            for row in &rows {
                if let Some(draft) = drafts.get(&row.id) {
                    let facts = OfferFacts {
                        state: row.state,
                        starts_at: row.starts_at,
                        ends_at: row.ends_at,
                        period: draft.period,
                        audience: draft.audience.clone(),
                        max_quantity: draft.max_quantity,
                        claim_days: draft.claim_days,
                        quota: draft.quota,
                        partner: row.partner,
                        has_pool: draft.fulfilment == Fulfilment::CodePool,
                    };
                    self.0.insert(row.id, (row.version, facts));
                }
            }
        }
        // Times change with the version, so what is remembered of them is right as it is; the state changes with the
        // partner's, too.
        let facts = |row: &OfferRow| {
            let (_, remembered) = self.0.get(&row.id)?;
            Some((row.id, OfferFacts { state: row.state, ..remembered.clone() }))
        };
        Ok(rows.iter().filter_map(facts).collect())
    }
}

/// Decides and writes what a batch asks for; answers also whether there are mails to be sent once it is committed. Those whose idempotency key was answered before are not among them.
pub async fn settle(
    tx: &impl ConnectionTrait,
    accounts: &Accounts,
    terms: &mut Terms,
    requests: &[Request],
    now: DateTime<Utc>,
) -> Result<(Vec<Outcome>, bool), DbErr> {
    let offers: Vec<OfferId> = requests.iter().map(|r| r.offer).collect::<BTreeSet<_>>().into_iter().collect();
    let claimants: Vec<_> = requests.iter().map(|r| r.claimant).collect::<BTreeSet<_>>().into_iter().collect();
    let mut known = Known {
        offers: terms.facts(tx, &offers).await?,
        standings: store::standings(tx, &claimants).await?.into_iter().collect(),
        ..Known::default()
    };
    let periods: HashMap<OfferId, i32> =
        known.offers.iter().map(|(id, facts)| (*id, period_number(facts.period, now))).collect();
    known.rooms = rooms(tx, &known, &periods, now).await?;
    known.pools = pools::lock(tx, &known, now).await?;
    let keys: Vec<_> = requests.iter().filter_map(|r| Some((r.offer, r.claimant, *periods.get(&r.offer)?))).collect();
    known.claims = store::held(tx, &keys).await?.into_iter().collect();

    let decided = decide(requests, &known, now);
    let codes = pools::hand_out(tx, requests, &decided, now).await?;
    let outcomes: Vec<Outcome> = requests
        .iter()
        .zip(&decided.decisions)
        .map(|(request, decision)| match decision {
            Decision::Granted { sequence, .. } => {
                let days = known.offers.get(&request.offer).map_or(0, |o| i64::from(o.claim_days));
                let period = periods.get(&request.offer).copied().unwrap_or_default();
                let code = codes.get(&request.id).cloned();
                Outcome::Claimed(row(request, *sequence, period, days, code, now))
            }
            Decision::Refused(refusal) => Outcome::Refused(refusal.clone()),
        })
        .collect();
    tell(tx, &known, &outcomes, now).await?;
    let mails = write(tx, accounts, &outcomes, &known, &decided, &periods, now).await?;
    Ok((outcomes, mails))
}

/// Tells partners of new claims, all of a batch at once. Where nobody listens, no event is even made.
async fn tell(tx: &impl ConnectionTrait, known: &Known, outcomes: &[Outcome], now: DateTime<Utc>) -> Result<(), DbErr> {
    let event = |outcome: &Outcome| {
        let Outcome::Claimed(claim) = outcome else { return None };
        let partner = known.offers.get(&OfferId(claim.offer_id))?.partner;
        webhooks::may_listen(partner, EventKind::ClaimCreated)
            .then(|| told::event(EventKind::ClaimCreated, claim, partner, claim.quantity))
    };
    webhooks::emit(tx, &outcomes.iter().filter_map(event).collect::<Vec<_>>(), now).await
}

/// The rooms of the offers that are open, locked; those of a period that begins are made.
async fn rooms(
    tx: &impl ConnectionTrait,
    known: &Known,
    periods: &HashMap<OfferId, i32>,
    now: DateTime<Utc>,
) -> Result<HashMap<OfferId, Room>, DbErr> {
    let open = known.offers.iter().filter(|(_, facts)| facts.is_open(now));
    let mut keys: Vec<(RoomKey, Option<u32>)> =
        open.filter_map(|(id, facts)| Some(((*id, *periods.get(id)?), facts.quota))).collect();
    keys.sort_unstable();
    let all: Vec<RoomKey> = keys.iter().map(|(key, _)| *key).collect();
    let rooms: HashMap<_, _> = store::lock_rooms(tx, &all).await?.into_iter().collect();
    let missing: Vec<_> = keys.into_iter().filter(|((offer, _), _)| !rooms.contains_key(offer)).collect();
    if missing.is_empty() {
        return Ok(rooms);
    }
    store::open_rooms(tx, &missing).await?;
    Ok(store::lock_rooms(tx, &all).await?.into_iter().collect())
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
async fn write(
    tx: &impl ConnectionTrait,
    accounts: &Accounts,
    outcomes: &[Outcome],
    known: &Known,
    decided: &Decided,
    periods: &HashMap<OfferId, i32>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let claimed: Vec<&claims::Model> =
        outcomes.iter().filter_map(|o| if let Outcome::Claimed(claim) = o { Some(claim) } else { None }).collect();
    if claimed.is_empty() {
        return Ok(false);
    }
    let written = store::insert(tx, &claimed).await?;
    let mut changed: Vec<(RoomKey, Room)> = decided
        .rooms
        .iter()
        .filter(|(id, room)| known.rooms.get(id) != Some(room))
        .filter_map(|(id, room)| Some(((*id, *periods.get(id)?), *room)))
        .collect();
    changed.sort_unstable_by_key(|(key, _)| *key);
    let counted = store::write_rooms(tx, &changed).await?;
    if written != claimed.len() as u64 || counted != changed.len() as u64 {
        return Err(DbErr::Custom(format!(
            "{written} of {} claims, {counted} of {} rooms",
            claimed.len(),
            changed.len()
        )));
    }
    pools::write(tx, known, decided).await?;
    let mails = alerts::tell(tx, accounts, known, &alerts::crossed(known, decided), now).await?;
    revisions::raise(tx, Revision::Claims).await?;
    let units = claimed.iter().map(|c| i64::from(c.quantity)).sum();
    totals::add(tx, Metric::Claims, now, units).await?;
    Ok(mails)
}

/// Gives units back: closes active claims in a state, and takes them off the counts. Answers those that were closed.
///
/// Of a claim that was partly used only the rest goes back: it shrinks to what was used, and is redeemed. So it still
/// counts as its claimant's one claim of the period.
///
/// The quota rows are locked first and in order, as the desk does, so that the two never wait in a circle.
pub async fn give_back(
    tx: &impl ConnectionTrait,
    claims: Vec<claims::Model>,
    state: ClaimState,
    now: DateTime<Utc>,
) -> Result<Vec<claims::Model>, DbErr> {
    if claims.is_empty() {
        return Ok(claims);
    }
    let owners = told::owners(tx, &claims).await?;
    let keys: BTreeSet<RoomKey> = claims.iter().map(|c| (OfferId(c.offer_id), c.period)).collect();
    let mut closed = Vec::with_capacity(claims.len());
    for key in keys {
        let Some((_, mut room)) = store::lock_rooms(tx, &[key]).await?.into_iter().next() else { continue };
        for claim in claims.iter().filter(|c| (OfferId(c.offer_id), c.period) == key) {
            if store::close(tx, claim, state, to_ms(now)).await? {
                let (units, used) = (claim.quantity - claim.redeemed, claim.redeemed > 0);
                room.claimed = room.claimed.saturating_sub(u32::try_from(units).unwrap_or_default());
                let state = if used { ClaimState::Redeemed } else { state };
                let claim = claims::Model {
                    state: state.as_str().to_owned(),
                    quantity: if used { claim.redeemed } else { claim.quantity },
                    ended_at: Some(to_ms(now)),
                    ..claim.clone()
                };
                closed.push((claim, units));
            }
        }
        store::write_rooms(tx, &[(key, room)]).await?;
    }
    told::ended(tx, &closed, &owners, state, now).await?;
    revisions::raise(tx, Revision::Claims).await?;
    for (claim, units) in closed.iter().filter(|(claim, _)| !owners.get(&claim.offer_id).is_some_and(|o| o.sandbox)) {
        let made = crate::store::clock::from_ms(claim.created_at);
        totals::add(tx, Metric::Claims, made, -i64::from(*units)).await?;
    }
    Ok(closed.into_iter().map(|(claim, _)| claim).collect())
}

/// A new claim's id.
pub fn new_id() -> ClaimId {
    ClaimId(uuid::Uuid::now_v7())
}
