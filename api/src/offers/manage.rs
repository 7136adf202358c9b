//! Writing offers: create, change, delete, and the actions of partner and ministry.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value, json};
use shared::{
    Code, FieldCode, OfferId, PartnerId, Validate,
    offer::{Action, OfferDraft, OfferState, PartnerOffer, PartnerRef},
};

use super::{
    document::{draft_of, latest_draft_of, partner_offer, period_number, state_of},
    life, store,
};
use crate::{
    audit,
    error::{Error, Result},
    http::{body, etag::IfMatch},
    partners::Actor,
    store::{
        Store,
        clock::to_ms,
        entities::offers,
        is_duplicate,
        revisions::{self, Revision},
    },
};

/// Who does it, to whose offer, and when.
#[derive(Clone, Debug)]
pub struct Doing {
    pub actor: Actor,
    /// The ministry's changes need no review.
    pub is_ministry: bool,
    pub partner: PartnerRef,
    pub now: DateTime<Utc>,
}

/// Makes a draft.
pub async fn create(db: &Store, doing: &Doing, partner: PartnerId, draft: &OfferDraft) -> Result<PartnerOffer> {
    let tx = db.begin().await?;
    let offer = store::insert(&tx, partner, draft, Some(doing.actor), to_ms(doing.now)).await.map_err(duplicate)?;
    note(&tx, doing, &offer, "offer.create").await?;
    tx.commit().await?;
    partner_offer(&offer, doing.partner.clone(), 0)
}

/// A broken uniqueness rule of offers is the external id's.
fn duplicate(error: sea_orm::DbErr) -> Error {
    if is_duplicate(&error) {
        return Error::new(Code::AlreadyExists).with("pointer", "/external_id");
    }
    error.into()
}

/// Merges a partial change (RFC 7396) into an offer. A partner's edit of an offer that everybody sees waits in review,
/// merged into the edit that waits there already; the offer itself stays as it is until the ministry agrees.
pub async fn change(
    db: &Store,
    doing: &Doing,
    offer: &offers::Model,
    expected: &IfMatch,
    patch: Map<String, Value>,
) -> Result<PartnerOffer> {
    expected.check(u32::try_from(offer.version).unwrap_or_default())?;
    let waits = !doing.is_ministry && life::waits_in_review(state_of(offer)?);
    let before = if waits { latest_draft_of(offer)? } else { draft_of(offer)? };
    let mut document = serde_json::to_value(&before).map_err(Error::internal)?;
    body::merge(&mut document, Value::Object(patch));
    let draft: OfferDraft = body::from_value(document)?;
    let violations = draft.violations();
    if !violations.is_empty() {
        return Err(Error::invalid(violations));
    }
    if waits && draft.external_id != before.external_id {
        return Err(Error::invalid_at("/external_id", FieldCode::NotAllowed));
    }
    let next = life::edited(offer, &draft, waits, doing.now)?;

    let tx = db.begin().await?;
    check_claimed(&tx, offer, &draft, doing.now, waits).await?;
    write(tx, doing, offer, next, "offer.change").await
}

/// What is claimed binds an edit: the period stays, and the quota covers it. Unless the edit waits, the quota counts
/// from now on.
async fn check_claimed(
    tx: &impl ConnectionTrait,
    offer: &offers::Model,
    draft: &OfferDraft,
    now: DateTime<Utc>,
    waits: bool,
) -> Result<()> {
    let (live, id) = (draft_of(offer)?, OfferId(offer.id));
    if draft.period != live.period && store::is_claimed(tx, id).await? {
        return Err(Error::invalid_at("/period", FieldCode::NotAllowed));
    }
    if draft.quota == live.quota {
        return Ok(());
    }
    let period = period_number(draft.period, now);
    let too_many = if waits {
        let (claimed, _) = store::counts(tx, id, period).await?;
        draft.quota.filter(|quota| claimed > *quota).map(|_| claimed)
    } else {
        store::set_quota(tx, id, period, draft.quota).await?
    };
    match too_many {
        Some(claimed) => Err(Error::invalid_at("/quota", FieldCode::OutOfRange).with("claimed", claimed)),
        None => Ok(()),
    }
}

/// Takes an action on an offer.
pub async fn act(
    db: &Store,
    doing: &Doing,
    offer: &offers::Model,
    action: Action,
    rejection: Option<String>,
) -> Result<PartnerOffer> {
    let mut next = life::after(offer, action, doing.now)?;
    next.rejection = match action {
        Action::Reject => rejection,
        Action::Submit | Action::Approve | Action::Announce => None,
        _ => next.rejection,
    };
    let name = match action {
        Action::Submit => "offer.submit",
        Action::Withdraw => "offer.withdraw",
        Action::Approve => "offer.approve",
        Action::Announce => "offer.announce",
        Action::Reject => "offer.reject",
        Action::Open => "offer.open",
        Action::Pause => "offer.pause",
        Action::Resume => "offer.resume",
        Action::End => "offer.end",
        Action::Edit | Action::Delete => "offer.change",
    };
    write(db.begin().await?, doing, offer, next, name).await
}

/// Removes an offer that nobody has seen yet.
pub async fn delete(db: &Store, doing: &Doing, offer: &offers::Model, expected: &IfMatch) -> Result<()> {
    expected.check(u32::try_from(offer.version).unwrap_or_default())?;
    let state = state_of(offer)?;
    if !state.can_delete() {
        return Err(Error::new(Code::StateConflict).with("state", state).with("allowed", state.allowed()));
    }
    let tx = db.begin().await?;
    if !store::delete(&tx, offer).await? {
        return Err(Code::StaleVersion.into());
    }
    note(&tx, doing, offer, "offer.delete").await?;
    tx.commit().await?;
    Ok(())
}

/// Writes the next version, with its audit row and the signal for all processes.
async fn write(
    tx: DatabaseTransaction,
    doing: &Doing,
    before: &offers::Model,
    mut after: offers::Model,
    name: &'static str,
) -> Result<PartnerOffer> {
    after.action = name.to_owned();
    after.actor_id = doing.actor.user().map(Into::into);
    after.actor_key = doing.actor.key().map(Into::into);
    store::archive(&tx, [before.id]).await?;
    if !store::update(&tx, before, after.clone()).await.map_err(duplicate)? {
        return Err(Code::StaleVersion.into());
    }
    note(&tx, doing, &after, name).await?;
    let visible = |offer: &offers::Model| OfferState::from_name(&offer.state).is_some_and(OfferState::is_public);
    if visible(before) || visible(&after) {
        revisions::raise(&tx, Revision::Offers).await?;
    }
    let period = period_number(draft_of(&after)?.period, doing.now);
    let (claimed, _) = store::counts(&tx, OfferId(after.id), period).await?;
    tx.commit().await?;
    partner_offer(&after, doing.partner.clone(), claimed)
}

async fn note(tx: &impl ConnectionTrait, doing: &Doing, offer: &offers::Model, action: &'static str) -> Result<()> {
    let mut detail = json!({"state": offer.state, "version": offer.version, "partner": doing.partner.slug});
    if let Some(key) = doing.actor.key() {
        detail["api_key"] = json!(key);
    }
    audit::record(tx, doing.actor.user(), action, format!("offer:{}", offer.id), detail, doing.now).await?;
    Ok(())
}
