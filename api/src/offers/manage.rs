//! Writing offers: create, change, delete, and the actions of partner and ministry.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value, json};
use shared::{
    Code, FieldCode, OfferId, PartnerId, Validate,
    offer::{OfferDraft, PartnerOffer, PartnerRef},
};

use super::{
    document::{draft_of, latest_draft_of, partner_offer, state_of},
    life, store,
};
use crate::{
    audit,
    error::{Error, Result},
    http::{body, etag::IfMatch},
    partners::Actor,
    quotas::{self, Bound, Edit, QuotaKey},
    store::{Transaction, clock::to_ms, entities::offers, is_duplicate},
};

/// Who does it, to whose offer, and when.
#[derive(Clone, Debug)]
pub struct Doing {
    pub actor: Actor,
    /// The ministry's changes need no review.
    pub is_ministry: bool,
    /// Nobody but the partner's own programs sees what is in its sandbox.
    pub is_sandbox: bool,
    pub partner: PartnerRef,
    pub now: DateTime<Utc>,
}

impl Doing {
    /// Whether what is written counts at once.
    pub const fn needs_no_review(&self) -> bool {
        self.is_ministry || self.is_sandbox
    }
}

/// Makes a draft.
pub async fn create(tx: &Transaction, doing: &Doing, partner: PartnerId, draft: &OfferDraft) -> Result<PartnerOffer> {
    let offer = store::insert(tx, partner, draft, Some(doing.actor), to_ms(doing.now)).await.map_err(duplicate)?;
    note(tx, doing, &offer, "offer.create").await?;
    partner_offer(&offer, doing.partner.clone(), 0, None)
}

/// What became of an offer that was sent under the partner's own name for it.
#[derive(Debug)]
pub enum Put {
    Created(PartnerOffer),
    /// Changed, or the same as it was.
    There(PartnerOffer),
}

/// What must hold of the present version of an offer that is sent under the partner's own name for it.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// It is one of these versions.
    pub expected: Option<IfMatch>,
    /// There is none.
    pub only_new: bool,
}

/// Writes an offer under the partner's own name for it: a draft where there is none, else a change to what was sent,
/// which makes no new version where nothing differs.
pub async fn put(
    tx: &Transaction,
    doing: &Doing,
    partner: PartnerId,
    conditions: &Conditions,
    mut draft: OfferDraft,
    external_id: &str,
) -> Result<Put> {
    if draft.external_id.as_deref().is_some_and(|own| own != external_id) {
        return Err(Error::invalid_at("/external_id", FieldCode::NotAllowed));
    }
    draft.external_id = Some(external_id.to_owned());
    check_rules(&draft)?;
    let Some(offer) = store::find_external(tx, partner, external_id).await? else {
        if conditions.expected.is_some() {
            return Err(Code::StaleVersion.into());
        }
        return create(tx, doing, partner, &draft).await.map(Put::Created);
    };
    let version = u32::try_from(offer.version).unwrap_or_default();
    if conditions.only_new {
        return Err(Error::new(Code::StaleVersion).with("version", version));
    }
    if let Some(expected) = &conditions.expected {
        expected.check(version)?;
    }
    let waits = waits(doing, &offer)?;
    let before = if waits { latest_draft_of(&offer)? } else { draft_of(&offer)? };
    if draft == before {
        return seen(tx, &offer, doing).await.map(Put::There);
    }
    rewrite(tx, doing, &offer, &draft, waits).await.map(Put::There)
}

/// Whether a change of an offer waits in review.
fn waits(doing: &Doing, offer: &offers::Model) -> Result<bool> {
    Ok(!doing.needs_no_review() && state_of(offer)?.edits_wait())
}

fn check_rules(draft: &OfferDraft) -> Result<()> {
    let violations = draft.violations();
    if violations.is_empty() { Ok(()) } else { Err(Error::invalid(violations)) }
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
    tx: &Transaction,
    doing: &Doing,
    offer: &offers::Model,
    expected: &IfMatch,
    patch: Map<String, Value>,
) -> Result<PartnerOffer> {
    expected.check(u32::try_from(offer.version).unwrap_or_default())?;
    let waits = waits(doing, offer)?;
    let before = if waits { latest_draft_of(offer)? } else { draft_of(offer)? };
    let mut document = serde_json::to_value(&before).map_err(Error::internal)?;
    // The kind of the terms follows the offer's, unless the patch says it.
    document["terms"].as_object_mut().and_then(|terms| terms.remove("kind"));
    body::merge(&mut document, Value::Object(patch));
    let draft: OfferDraft = body::from_value(document)?;
    check_rules(&draft)?;
    if waits && draft.external_id != before.external_id {
        return Err(Error::invalid_at("/external_id", FieldCode::NotAllowed));
    }
    if draft == before {
        return seen(tx, offer, doing).await;
    }
    rewrite(tx, doing, offer, &draft, waits).await
}

/// Writes another text as the next version: at once, or as the edit that waits in review.
async fn rewrite(
    tx: &Transaction,
    doing: &Doing,
    offer: &offers::Model,
    draft: &OfferDraft,
    waits: bool,
) -> Result<PartnerOffer> {
    lock(tx, offer).await?;
    let mut after = life::edited(offer, draft, waits, doing.now)?;
    check_claimed(tx, offer, draft, doing.now, waits).await?;
    sign(&mut after, doing, "offer.change");
    store::archive(tx, [offer.id]).await?;
    if !store::update(tx, offer, after.clone()).await.map_err(duplicate)? {
        return Err(Code::StaleVersion.into());
    }
    note(tx, doing, &after, "offer.change").await?;
    let seen = seen(tx, &after, doing).await?;
    Ok(seen)
}

/// What is claimed binds an edit: the period stays, and the quota covers it. Unless the edit waits, the quota counts
/// from now on.
pub async fn check_claimed(
    tx: &impl ConnectionTrait,
    offer: &offers::Model,
    draft: &OfferDraft,
    now: DateTime<Utc>,
    waits: bool,
) -> Result<()> {
    let (live, id) = (draft_of(offer)?, OfferId(offer.id));
    if (draft.period, draft.quota) == (live.period, live.quota) {
        return Ok(());
    }
    let edit = Edit { offer: id, before: live.period, after: draft.period, quota: draft.quota };
    let bound = if waits {
        quotas::check_edit(tx, &edit, now).await?
    } else {
        quotas::apply_edits(tx, &[edit], now).await?.pop().map(|(_, bound)| bound)
    };
    match bound {
        Some(Bound::Period) => Err(Error::invalid_at("/period", FieldCode::NotAllowed)),
        Some(Bound::Quota { claimed }) => {
            Err(Error::invalid_at("/quota", FieldCode::OutOfRange).with("claimed", claimed))
        }
        None => Ok(()),
    }
}

/// Locks the quotas that the edits of many offers will change once they are approved.
pub async fn lock_quotas(
    tx: &impl ConnectionTrait,
    offers: impl IntoIterator<Item = &offers::Model>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut edits = Vec::new();
    for offer in offers.into_iter().filter(|offer| offer.pending.is_some()) {
        let (live, next) = (draft_of(offer)?, latest_draft_of(offer)?);
        let edit = Edit { offer: OfferId(offer.id), before: live.period, after: next.period, quota: next.quota };
        edits.extend(((live.period, live.quota) != (next.period, next.quota)).then_some(edit));
    }
    if edits.is_empty() { Ok(()) } else { Ok(quotas::lock_for_edits(tx, &edits, now).await?) }
}

/// Locks an offer in the version that was read.
///
/// # Errors
/// `stale_version` where it has changed since.
pub async fn lock(tx: &impl ConnectionTrait, offer: &offers::Model) -> Result<()> {
    let now = store::lock(tx, &[OfferId(offer.id)]).await?;
    if now.first().is_some_and(|now| now.version == offer.version) { Ok(()) } else { Err(Code::StaleVersion.into()) }
}

/// Removes an offer that nobody has seen yet.
pub async fn delete(tx: &Transaction, doing: &Doing, offer: &offers::Model, expected: &IfMatch) -> Result<()> {
    expected.check(u32::try_from(offer.version).unwrap_or_default())?;
    remove(tx, doing, offer).await
}

/// The same, in a transaction that goes on.
pub async fn remove(tx: &impl ConnectionTrait, doing: &Doing, offer: &offers::Model) -> Result<()> {
    let state = state_of(offer)?;
    if !state.can_delete() {
        return Err(Error::new(Code::StateConflict).with("state", state).with("allowed", state.allowed()));
    }
    if !store::delete(tx, offer).await? {
        return Err(Code::StaleVersion.into());
    }
    note(tx, doing, offer, "offer.delete").await
}

/// Says in a version what made it, and who.
pub fn sign(after: &mut offers::Model, doing: &Doing, action: &'static str) {
    action.clone_into(&mut after.action);
    after.actor_id = doing.actor.user().map(Into::into);
    after.actor_key = doing.actor.key().map(Into::into);
}

/// The offer as it is shown to those who manage it.
pub async fn seen(db: &impl ConnectionTrait, offer: &offers::Model, doing: &Doing) -> Result<PartnerOffer> {
    let key = QuotaKey::at(OfferId(offer.id), draft_of(offer)?.period, doing.now);
    let claimed = quotas::claimed_of(db, key).await?;
    let codes = store::stocks(db, [offer.id]).await?.remove(&offer.id);
    partner_offer(offer, doing.partner.clone(), claimed, codes)
}

/// Writes down who did it.
pub async fn note(tx: &impl ConnectionTrait, doing: &Doing, offer: &offers::Model, action: &'static str) -> Result<()> {
    let mut detail = json!({"state": offer.state, "version": offer.version, "partner": doing.partner.slug});
    if let Some(key) = doing.actor.key() {
        detail["api_key"] = json!(key);
    }
    audit::record(tx, doing.actor.user(), action, format!("offer:{}", offer.id), detail, doing.now).await?;
    Ok(())
}
