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
        Store,
        clock::{from_ms, to_ms},
        is_duplicate,
        revisions::{self, Revision},
    },
};

/// Tells this list's cursors from others.
const LIST: &str = "codes";
/// How often an upload is tried again that lost against another one with the same codes.
const TRIES: u32 = 3;

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
pub async fn add(db: &Store, doing: &Doing, lines: Vec<Line>, on_fault: OnCodeFault) -> Result<Filled> {
    check_offer(db, doing).await?;
    upload::check_size(&lines)?;
    let (good, faults) = upload::sift(lines);
    let mut tries = 0;
    loop {
        match try_add(db, doing, good.clone(), faults.clone(), on_fault).await {
            // Another upload has just added one of the codes: now it is known.
            Err(error) if tries < TRIES && lost_race(&error) => tries += 1,
            other => return other,
        }
    }
}

fn lost_race(error: &Error) -> bool {
    let cause = error.source.as_ref().and_then(|source| source.downcast_ref::<sea_orm::DbErr>());
    cause.is_some_and(is_duplicate)
}

async fn try_add(
    db: &Store,
    doing: &Doing,
    good: Vec<Line>,
    faults: Vec<Fault>,
    on_fault: OnCodeFault,
) -> Result<Filled> {
    let tx = db.begin().await?;
    let pool = store::open(&tx, doing.offer).await?;
    let known = store::known(&tx, doing.partner, &good).await?;
    let (fresh, faults) = upload::part(good, faults, &known, doing.offer);
    let added = u32::try_from(fresh.len()).unwrap_or(u32::MAX);
    if added == 0 || (on_fault == OnCodeFault::RejectAll && !faults.is_empty()) {
        return Ok(Filled { added: 0, faults, stock: pool.stock() });
    }
    store::insert(&tx, doing.partner, doing.offer, pool.last, &fresh, to_ms(doing.now)).await?;
    let last = pool.last + added;
    let pool = Pool { last, filled: pool.left() + added, ..pool };
    store::write(&tx, &[(doing.offer, pool)]).await?;
    doing.note(&tx, "codes.add", added).await?;
    revisions::raise(&tx, Revision::Claims).await?;
    tx.commit().await?;
    Ok(Filled { added, faults, stock: pool.stock() })
}

/// Refuses codes for an offer that hands none out, or that is over.
async fn check_offer(db: &Store, doing: &Doing) -> Result<()> {
    let offer = offers::store::find(db.fresh(), doing.partner, doing.offer).await?.ok_or(Code::NotFound)?;
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
    let behind = cursor::of_list::<u32>(LIST, after)?.unwrap_or(0);
    let pool = store::pool(db.fresh(), doing.offer).await?;
    let mut rows = store::free(db.fresh(), doing.offer, behind.max(pool.next - 1), limit + 1).await?;
    let next_cursor = cursor::cut(&mut rows, limit, |(place, ..)| (LIST, *place));
    let items = rows
        .into_iter()
        .map(|(position, code, at)| FreeCode { position, masked: mask(&code), added_at: from_ms(at) })
        .collect();
    Ok(CodePool { stock: pool.stock(), items, next_cursor })
}

/// Takes out of an offer's pool what is not handed out.
pub async fn remove(db: &Store, doing: &Doing) -> Result<CodesRemoved> {
    offers::store::find(db.fresh(), doing.partner, doing.offer).await?.ok_or(Code::NotFound)?;
    let tx = db.begin().await?;
    let pool = store::open(&tx, doing.offer).await?;
    let removed = u32::try_from(store::remove_free(&tx, doing.offer).await?).unwrap_or(u32::MAX);
    let pool = Pool { last: pool.next - 1, filled: 0, ..pool };
    store::write(&tx, &[(doing.offer, pool)]).await?;
    if removed > 0 {
        doing.note(&tx, "codes.remove", removed).await?;
        revisions::raise(&tx, Revision::Claims).await?;
    }
    tx.commit().await?;
    Ok(CodesRemoved { removed, stock: pool.stock() })
}
