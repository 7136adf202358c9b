//! Claims in a partner's sandbox, by nobody: no rule of eligibility counts, the offer's own rules do.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use shared::{
    ClaimId, Code, OfferId, PartnerId, UserId, Violations, code::ClaimCode, redemption::SandboxClaim,
    webhook::EventKind,
};
use uuid::Uuid;

use super::{
    decide::{Request, Room, has_room},
    store, told,
    transaction::{Terms, new_id, row},
};
use crate::{
    codes,
    error::{Error, Result},
    offers::{self, period_number},
    store::{
        Store,
        clock::{from_ms, to_ms},
    },
    webhooks,
};

/// Claims an offer of a sandbox.
pub async fn claim(
    db: &Store,
    sandbox: PartnerId,
    offer: OfferId,
    quantity: u32,
    now: DateTime<Utc>,
) -> Result<SandboxClaim> {
    offers::store::find(db.fresh(), sandbox, offer).await?.ok_or(Code::NotFound)?;
    let tx = db.begin().await?;
    let facts = Terms::default().facts(&tx, &[offer]).await?.remove(&offer).ok_or(Code::NotFound)?;
    if !facts.is_open(now) {
        return Err(Code::OfferNotOpen.into());
    }
    let mut violations = Violations::default();
    violations.range("/quantity", i64::from(quantity), 1, i64::from(facts.most()));
    if !violations.is_empty() {
        return Err(Error::invalid(violations));
    }
    let key = (offer, period_number(facts.period, now));
    store::open_rooms(&tx, &[(key, facts.quota)]).await?;
    let (_, mut room): (OfferId, Room) =
        store::lock_rooms(&tx, &[key]).await?.into_iter().next().ok_or(Code::Internal)?;
    if !has_room(room, quantity) {
        return Err(Code::QuotaExhausted.into());
    }
    room.take(quantity);
    let request = Request { id: new_id(), offer, claimant: UserId(Uuid::now_v7()), quantity };
    let partner_code = if facts.has_pool { Some(next_code(&tx, &request, now).await?) } else { None };
    let claim = row(&request, room.issued, key.1, i64::from(facts.claim_days), partner_code, now);
    let written = store::insert(&tx, &[&claim]).await?;
    if written + store::write_rooms(&tx, &[(key, room)]).await? != 2 {
        return Err(Error::internal("a sandbox claim was not written"));
    }
    webhooks::emit(&tx, &[told::event(EventKind::ClaimCreated, &claim, sandbox, claim.quantity)], now).await?;
    tx.commit().await?;
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

/// Hands the next code of a pool out.
async fn next_code(tx: &impl ConnectionTrait, request: &Request, now: DateTime<Utc>) -> Result<String> {
    let mut pool = codes::store::open(tx, request.offer).await?;
    let place = pool.take().ok_or(Code::QuotaExhausted)?;
    let mut codes = codes::store::hand_out(tx, &[(request.offer, place, request.id)], to_ms(now)).await?;
    codes::store::write(tx, &[(request.offer, pool)]).await?;
    codes.remove(&request.id).ok_or_else(|| Error::internal("a pool without its next code"))
}
