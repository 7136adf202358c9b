//! Filling a pool, looking into it, and taking out what is not handed out.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;
use shared::{
    Code, OfferId,
    offer::{Fulfilment, OfferState},
    pool::{CodePool, CodeStock, CodesRemoved, FreeCode, OnCodeFault, mask},
};

use super::{
    store::{self, Pool},
    upload::{self, Fault, Line},
};
use crate::{
    audit,
    error::{Error, Result},
    http::cursor,
    offers,
    partners::{Actor, Desk},
    store::{
        LostRace, Store, Transaction,
        clock::{from_ms, to_ms},
        is_duplicate,
    },
};

/// Tells this list's cursors from others.
const LIST: &str = "codes";

/// Whose pool it is, and who does something to it.
#[derive(Clone, Copy, Debug)]
pub struct Doing {
    pub actor: Actor,
    pub partner: shared::PartnerId,
    pub offer: OfferId,
    pub now: DateTime<Utc>,
}

impl Doing {
    /// Somebody at a partner's desk.
    pub fn at<P>(desk: &Desk<P>, offer: OfferId, now: DateTime<Utc>) -> Self {
        Self { actor: desk.actor, partner: desk.id(), offer, now }
    }

    async fn note(&self, tx: &impl ConnectionTrait, action: &'static str, count: u32) -> Result<()> {
        let mut detail = json!({"codes": count});
        if let Some(key) = self.actor.key() {
            detail["api_key"] = json!(key);
        }
        let subject = format!("offer:{}", self.offer);
        audit::record(tx, self.actor.user(), action, subject, detail, self.now).await?;
        Ok(())
    }
}

/// What an upload did.
#[derive(Debug)]
pub struct Filled {
    pub added: u32,
    pub faults: Vec<Fault>,
    pub stock: CodeStock,
}

/// Adds codes to an offer's pool: all of them, or the good ones, or none.
pub async fn add(tx: &Transaction, doing: &Doing, lines: Vec<Line>, on_fault: OnCodeFault) -> Result<Filled> {
    check_offer(tx, doing).await?;
    upload::check_size(&lines)?;
    let (good, faults) = upload::sift(lines);
    let pool = store::open(tx, doing.offer).await?;
    let known = store::known(tx, doing.partner, &good).await?;
    let (fresh, faults) = upload::part(good, faults, &known, doing.offer);
    let added = u32::try_from(fresh.len()).unwrap_or(u32::MAX);
    if added == 0 || (on_fault == OnCodeFault::RejectAll && !faults.is_empty()) {
        return Ok(Filled { added: 0, faults, stock: pool.stock() });
    }
    let inserted = store::insert(tx, doing.partner, doing.offer, pool.last, &fresh, to_ms(doing.now)).await;
    if inserted.as_ref().is_err_and(is_duplicate) {
        // Another upload has just added one of the codes: the next try knows it.
        return Err(LostRace.into());
    }
    inserted?;
    let last = pool.last + added;
    let pool = Pool { last, filled: pool.left() + added, ..pool };
    store::write(tx, &[(doing.offer, pool)]).await?;
    doing.note(tx, "codes.add", added).await?;
    Ok(Filled { added, faults, stock: pool.stock() })
}

/// Refuses codes for an offer that hands none out, or that is over.
async fn check_offer(tx: &Transaction, doing: &Doing) -> Result<()> {
    let offer = offers::store::find(tx, doing.partner, doing.offer).await?.ok_or(Code::NotFound)?;
    let state = OfferState::from_name(&offer.state).ok_or(Code::Internal)?;
    if state == OfferState::Ended {
        return Err(Error::new(Code::StateConflict).with("state", state).with("allowed", state.allowed()));
    }
    let hands_out = |draft: shared::offer::OfferDraft| draft.fulfilment == Fulfilment::CodePool;
    if hands_out(offers::draft_of(&offer)?) || hands_out(offers::latest_draft_of(&offer)?) {
        return Ok(());
    }
    Err(Code::NoCodePool.into())
}

/// A page of what is in an offer's pool.
pub async fn read(db: &Store, doing: &Doing, limit: usize, after: Option<&str>) -> Result<CodePool> {
    offers::store::find(db.fresh(), doing.partner, doing.offer).await?.ok_or(Code::NotFound)?;
    let behind = cursor::decode::<u32>(LIST, after)?.unwrap_or(0);
    let pool = store::pool(db.fresh(), doing.offer).await?;
    let mut rows = store::free(db.fresh(), doing.offer, behind.max(pool.next - 1), limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut rows, limit, |(place, ..)| *place);
    let items = rows
        .into_iter()
        .map(|(position, code, at)| FreeCode { position, masked: mask(&code), added_at: from_ms(at) })
        .collect();
    Ok(CodePool { stock: pool.stock(), items, next_cursor })
}

/// Takes out of an offer's pool what is not handed out.
pub async fn remove(tx: &Transaction, doing: &Doing) -> Result<CodesRemoved> {
    offers::store::find(tx, doing.partner, doing.offer).await?.ok_or(Code::NotFound)?;
    let pool = store::open(tx, doing.offer).await?;
    let removed = u32::try_from(store::remove_free(tx, doing.offer).await?).unwrap_or(u32::MAX);
    let pool = Pool { last: pool.next - 1, filled: 0, ..pool };
    store::write(tx, &[(doing.offer, pool)]).await?;
    if removed > 0 {
        doing.note(tx, "codes.remove", removed).await?;
    }
    Ok(CodesRemoved { removed, stock: pool.stock() })
}
