//! Claims in a partner's sandbox, by nobody: no rule of eligibility counts, the offer's own rules do.

use chrono::{DateTime, Utc};
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
    error::{Error, Result},
    offers::{self, period_number},
    store::{Store, clock::from_ms},
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
    violations.range("/quantity", i64::from(quantity), 1, i64::from(facts.max_quantity));
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
    room.claimed += quantity;
    room.issued += 1;
    let request = Request { id: new_id(), offer, claimant: UserId(Uuid::now_v7()), quantity };
    let claim = row(&request, room.issued, key.1, i64::from(facts.claim_days), now);
    let written = store::insert(&tx, &[&claim]).await?;
    if written + store::write_rooms(&tx, &[(key, room)]).await? != 2 {
        return Err(Error::internal("a sandbox claim was not written"));
    }
    webhooks::emit(&tx, &[told::event(EventKind::ClaimCreated, &claim, sandbox, claim.quantity)], now).await?;
    tx.commit().await?;
    let code: ClaimCode = claim.code.parse().map_err(|_| Error::internal("a claim with a broken code"))?;
    Ok(SandboxClaim { id: ClaimId(claim.id), offer_id: offer, code, quantity, expires_at: from_ms(claim.expires_at) })
}
