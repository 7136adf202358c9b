//! Claims in a partner's sandbox, by nobody: no rule of eligibility counts, the offer's own rules do.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use shared::{
    ClaimId, Code, OfferId, PartnerId, UserId, Violations, code::ClaimCode, redemption::SandboxClaim,
    webhook::EventKind,
};
use uuid::Uuid;

use super::{
    batch::{new_id, row},
    decide::{OfferFacts, Request},
    store,
    terms::Terms,
    told,
};
use crate::{
    codes,
    error::{Error, Result},
    offers,
    quotas::{LockedQuotas, QuotaKey},
    store::{
        LostRace,
        clock::{from_ms, to_ms},
    },
    webhooks,
};

/// Claims an offer of a sandbox.
pub async fn claim(
    tx: &impl ConnectionTrait,
    sandbox: PartnerId,
    offer: OfferId,
    quantity: u32,
    now: DateTime<Utc>,
) -> Result<SandboxClaim> {
    offers::store::find(tx, sandbox, offer).await?.ok_or(Code::NotFound)?;
    let guess = read(tx, offer).await?;
    let mut quotas = LockedQuotas::open(tx, [QuotaKey::at(offer, guess.period, now)]).await?;
    let facts = read(tx, offer).await?;
    let key = QuotaKey::at(offer, facts.period, now);
    if !facts.is_open(now) || quotas.get(key).is_none() {
        return Err(Code::OfferNotOpen.into());
    }
    let mut violations = Violations::default();
    violations.range("/quantity", i64::from(quantity), 1, i64::from(facts.most()));
    if !violations.is_empty() {
        return Err(Error::invalid(violations));
    }
    quotas.set_quota(key, facts.quota).map_err(|_| Error::new(Code::QuotaExhausted))?;
    let sequence = quotas.issue(key, quantity).map_err(|_| Error::new(Code::QuotaExhausted))?;
    let request = Request { id: new_id(), offer, claimant: UserId(Uuid::now_v7()), quantity };
    let partner_code = if facts.has_pool { Some(next_code(tx, &request, now).await?) } else { None };
    let claim = row(&request, sequence, key.period, i64::from(facts.claim_days), partner_code, now);
    if store::insert_claims(tx, &[&claim]).await? != 1 {
        // Its new code exists already: the next try has another one.
        return Err(LostRace.into());
    }
    quotas.write(tx).await?;
    webhooks::emit(tx, &[told::event(EventKind::ClaimCreated, &claim, sandbox, claim.quantity)], now).await?;
    let code: ClaimCode = claim.code.parse().map_err(|_| Error::internal("a claim with a broken code"))?;
    Ok(SandboxClaim {
        id: ClaimId(claim.id),
        offer_id: offer,
        code,
        partner_code: claim.partner_code,
        quantity,
        expires_at: from_ms(claim.expires_at),
    })
}

/// The live version of an offer.
async fn read(tx: &impl ConnectionTrait, offer: OfferId) -> Result<OfferFacts> {
    Terms::default().read_offers(tx, &[offer]).await?.remove(&offer).ok_or_else(|| Code::NotFound.into())
}

/// Hands the next code of a pool out.
async fn next_code(tx: &impl ConnectionTrait, request: &Request, now: DateTime<Utc>) -> Result<String> {
    let mut pool = codes::store::open(tx, request.offer).await?;
    let place = pool.take().ok_or(Code::QuotaExhausted)?;
    let mut codes = codes::store::hand_out(tx, &[(request.offer, place, request.id)], to_ms(now)).await?;
    codes::store::write(tx, &[(request.offer, pool)]).await?;
    codes.remove(&request.id).ok_or_else(|| Error::internal("a pool without its next code"))
}
