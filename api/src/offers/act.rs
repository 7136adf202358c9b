//! Actions of partner and ministry: on one offer, or on many in one transaction.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde_json::json;
use shared::{
    Code, OfferId, PartnerId,
    offer::{Action, PartnerOffer},
    partner::MemberRole,
    webhook::EventKind,
};

use super::{
    document::{latest_draft_of, state_of},
    letters::{About, Letter},
    life,
    manage::{self, Doing},
    store,
};
use crate::{
    accounts::Accounts,
    error::{Error, Result},
    partners,
    store::{Transaction, entities::offers},
    webhooks::{self, Event},
};

/// How an action stands in audit and history.
const fn name(action: Action) -> &'static str {
    match action {
        Action::Submit => "offer.submit",
        Action::Withdraw => "offer.withdraw",
        Action::Approve => "offer.approve",
        Action::Announce => "offer.announce",
        Action::Reject => "offer.reject",
        Action::Open => "offer.open",
        Action::Pause => "offer.pause",
        Action::Resume => "offer.resume",
        Action::End => "offer.end",
        Action::Delete => "offer.delete",
        Action::Edit => "offer.change",
    }
}

/// Takes an action on an offer.
pub async fn act(
    tx: &Transaction,
    accounts: &Accounts,
    doing: &Doing,
    offer: &offers::Model,
    action: Action,
    reason: Option<&str>,
) -> Result<PartnerOffer> {
    manage::lock(tx, offer).await?;
    store::archive(tx, [offer.id]).await?;
    let (after, events) = take(tx, doing, offer, action, reason).await?;
    webhooks::emit(tx, &events, doing.now).await?;
    tell(tx, accounts, doing, offer, action, reason).await?;
    let seen = manage::seen(tx, &after, doing).await?;
    Ok(seen)
}

/// What became of each of many offers: the offer as it is now (nothing where it is gone), or why not.
pub type Outcomes = Vec<(OfferId, Result<Option<offers::Model>>)>;

/// Takes an action on many offers, of one partner or of all, in one transaction; what is refused for one does not hold
/// up the others.
pub async fn act_on_many(
    tx: &Transaction,
    doing: &Doing,
    partner: Option<PartnerId>,
    ids: &[OfferId],
    action: Action,
) -> Result<Outcomes> {
    store::lock(tx, ids).await?;
    let found: HashMap<OfferId, offers::Model> =
        store::many(tx, partner, ids).await?.into_iter().map(|offer| (OfferId(offer.id), offer)).collect();
    let references = if partner.is_none() { partners::references(tx).await? } else { HashMap::new() };
    if action == Action::Approve {
        manage::lock_quotas(tx, found.values(), doing.now).await?;
    }
    store::archive(tx, found.keys().map(|id| id.0)).await?;
    let (mut outcomes, mut events) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        let Some(offer) = found.get(id) else {
            outcomes.push((*id, Err(Code::NotFound.into())));
            continue;
        };
        let reference = references.get(&offer.partner_id).unwrap_or(&doing.partner).clone();
        let doing = Doing { partner: reference, ..doing.clone() };
        let outcome = if action == Action::Delete {
            manage::remove(tx, &doing, offer).await.map(|()| None)
        } else {
            take(tx, &doing, offer, action, None).await.map(|(after, told)| {
                events.extend(told);
                Some(after)
            })
        };
        match outcome {
            // A failure of ours undoes the whole, so that nobody is told what is not so.
            Err(error) if error.code.status() >= 500 => return Err(error),
            outcome => outcomes.push((*id, outcome)),
        }
    }
    webhooks::emit(tx, &events, doing.now).await?;
    Ok(outcomes)
}

/// Writes what an action makes of an offer whose present version is kept already; answers it with what is to be told.
async fn take(
    tx: &impl ConnectionTrait,
    doing: &Doing,
    offer: &offers::Model,
    action: Action,
    reason: Option<&str>,
) -> Result<(offers::Model, Vec<Event>)> {
    let mut after = if offer.pending.is_some() && action.is_for_edits() {
        review_edit(tx, doing, offer, action).await?
    } else {
        life::after(offer, action, doing.is_sandbox, doing.now)?
    };
    match action {
        Action::Reject => after.rejection = reason.map(ToOwned::to_owned),
        Action::Submit | Action::Approve | Action::Announce => after.rejection = None,
        _ => {}
    }
    manage::sign(&mut after, doing, name(action));
    if !store::update(tx, offer, after.clone()).await? {
        return Err(Code::StaleVersion.into());
    }
    manage::note(tx, doing, &after, name(action)).await?;
    let events = reviewed(offer, &after, action, reason)?;
    Ok((after, events.into_iter().collect()))
}

/// The offer after its edit was approved, refused or taken back. What is claimed may have changed since it was handed
/// in, so an approved edit is held against it again.
async fn review_edit(
    tx: &impl ConnectionTrait,
    doing: &Doing,
    offer: &offers::Model,
    action: Action,
) -> Result<offers::Model> {
    let mut after = life::moved(offer, state_of(offer)?, doing.now);
    after.pending = None;
    after.pending_at = None;
    if action == Action::Approve {
        let draft = latest_draft_of(offer)?;
        manage::check_claimed(tx, offer, &draft, doing.now, false).await?;
        life::take_in(&mut after, &draft)?;
    }
    Ok(after)
}

/// What a partner's programs are told of a review.
fn reviewed(
    before: &offers::Model,
    after: &offers::Model,
    action: Action,
    reason: Option<&str>,
) -> Result<Option<Event>> {
    let outcome = match action {
        Action::Approve => "approved",
        Action::Announce => "announced",
        Action::Reject => "rejected",
        _ => return Ok(None),
    };
    let data = json!({
        "offer_id": OfferId(after.id),
        "external_id": after.external_id,
        "title": latest_draft_of(after)?.title,
        "outcome": outcome,
        "of": if before.pending.is_some() { "edit" } else { "offer" },
        "reason": reason,
        "state": state_of(after)?,
        "version": after.version,
    });
    let partner = PartnerId(after.partner_id);
    Ok(Some(Event { kind: EventKind::OfferReviewed, partner, subject: after.id, data }))
}

/// Writes to those who look after the partner's offers that one was refused, and why.
async fn tell(
    tx: &Transaction,
    accounts: &Accounts,
    doing: &Doing,
    offer: &offers::Model,
    action: Action,
    reason: Option<&str>,
) -> Result<()> {
    let (Action::Reject, Some(reason)) = (action, reason) else { return Ok(()) };
    let title = latest_draft_of(offer)?.title;
    let about = About::Rejected { reason: reason.trim().to_owned(), is_edit: offer.pending.is_some() };
    let letter = |slug: &str| Letter { slug: slug.to_owned(), offer: OfferId(offer.id), title, about };
    let partner = PartnerId(offer.partner_id);
    partners::notify(tx, accounts, partner, MemberRole::Editor, letter, doing.now).await.map_err(Error::from)
}
