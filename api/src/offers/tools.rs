//! What the handlers of partners and ministry have in common.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use shared::{
    Code, Lang, OfferId, PartnerId,
    month::Month,
    offer::{Action, BulkOutcome, BulkResult, ManagedOffers, PartnerOffer, PartnerRef},
};
use uuid::Uuid;

use super::{
    act::{self, Outcomes},
    catalogue::Catalogue,
    document::{partner_offer, state_of},
    listing::{self, ManageQuery},
    manage::Doing,
    store as queries,
};
use crate::{
    accounts::{Accounts, Admin},
    error::Result,
    http::{
        etag,
        idempotency::Answering,
        list::{self, Paged},
    },
    partners::{Actor, Desk},
    quotas,
    store::{Store, Transaction, clock::Clock, entities::offers},
};

impl Paged for ManagedOffers {
    fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }
}

/// What every handler here takes from the application.
pub type Parts = (web::Data<Store>, web::Data<Catalogue>, web::Data<Clock>, web::Data<Accounts>);

/// The same, to work with.
pub struct Tools<'a> {
    pub store: &'a Store,
    pub catalogue: &'a Catalogue,
    pub clock: &'a Clock,
    pub accounts: &'a Accounts,
}

/// Unpacks them.
pub fn tools(parts: &Parts) -> Tools<'_> {
    Tools { store: &parts.0, catalogue: &parts.1, clock: &parts.2, accounts: &parts.3 }
}

impl Tools<'_> {
    /// Somebody at a partner's desk.
    pub fn at_desk<P>(&self, desk: &Desk<P>) -> Doing {
        Doing {
            actor: desk.actor,
            is_ministry: desk.is_ministry(),
            is_sandbox: desk.partner.sandbox_of.is_some(),
            partner: desk.reference(),
            now: self.clock.now(),
        }
    }

    /// The ministry, at an offer of a partner.
    pub fn ministry(&self, admin: &Admin, partner: PartnerRef) -> Doing {
        let actor = Actor::Person(admin.0.caller.user);
        Doing { actor, is_ministry: true, is_sandbox: false, partner, now: self.clock.now() }
    }

    /// Shows in this process what was changed. It is written already, so the answer stands also where this fails; it is
    /// noticed again a moment later.
    pub async fn refresh(&self) {
        if let Err(error) = self.catalogue.refresh(self.store, self.clock.now()).await {
            tracing::warn!(error = %error.chain(), "catalogue.not_refreshed");
        }
    }

    /// Answers with what a transaction made of an offer, once this process shows it.
    pub async fn answer(
        &self,
        answering: &Answering,
        work: impl AsyncFn(&Transaction) -> Result<PartnerOffer>,
    ) -> Result<HttpResponse> {
        let answer = answering.transaction(self.store, async |tx| versioned(&work(tx).await?)).await?;
        self.refresh().await;
        Ok(answer)
    }

    /// A page of offers, of one partner or of all.
    pub async fn page(
        &self,
        request: &HttpRequest,
        owner: Option<(PartnerId, PartnerRef)>,
        query: &ManageQuery,
    ) -> Result<HttpResponse> {
        let (db, now) = (self.store.fresh(), self.clock.now());
        let partner = owner.as_ref().map(|(id, _)| *id);
        let (rows, next_cursor) = listing::page(db, partner, query, now).await?;
        let references: HashMap<Uuid, PartnerRef> = match owner {
            Some((id, reference)) => HashMap::from([(id.0, reference)]),
            None => crate::partners::references(db).await?,
        };
        let ids = || rows.iter().map(|offer| offer.id);
        let claimed = quotas::claimed_now(db, ids(), Month::of(now).number()).await?;
        let mut stocks = queries::stocks(db, ids()).await?;
        let mut items = Vec::with_capacity(rows.len());
        for offer in &rows {
            let Some(reference) = references.get(&offer.partner_id) else { continue };
            let claimed = claimed.get(&offer.id).copied().unwrap_or_default();
            items.push(partner_offer(offer, reference.clone(), claimed, stocks.remove(&offer.id))?);
        }
        let facets = match query.facets {
            Some(true) => Some(listing::facets(db, partner, query).await?),
            _ => None,
        };
        list::private(request, &ManagedOffers { items, next_cursor, facets })
    }

    /// Does something to many offers and says what became of each.
    pub async fn act_on_many(
        &self,
        answering: &Answering,
        doing: &Doing,
        (partner, ids, action): (Option<PartnerId>, &[OfferId], Action),
        lang: Lang,
    ) -> Result<HttpResponse> {
        let work = async |tx: &Transaction| {
            let outcomes = act::act_on_many(tx, doing, partner, ids, action).await?;
            bulk_answer(tx, partner, &outcomes, lang).await
        };
        let answer = answering.transaction(self.store, work).await?;
        self.refresh().await;
        Ok(answer)
    }
}

async fn bulk_answer(
    tx: &Transaction,
    partner: Option<PartnerId>,
    outcomes: &Outcomes,
    lang: Lang,
) -> Result<HttpResponse> {
    let states = states(tx, partner, outcomes).await?;
    let items = outcomes
        .iter()
        .map(|(id, outcome)| outcome_view(*id, outcome, states.get(&id.0), lang))
        .collect::<Result<Vec<_>>>()?;
    let done = items.iter().filter(|item| item.done).count();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(HttpResponse::Ok().json(BulkResult { done: count(done), refused: count(items.len() - done), items }))
}

/// The offers for which it was refused, as they are.
async fn states(
    tx: &Transaction,
    partner: Option<PartnerId>,
    outcomes: &Outcomes,
) -> Result<HashMap<Uuid, offers::Model>> {
    let refused: Vec<OfferId> = outcomes.iter().filter(|(_, o)| o.is_err()).map(|(id, _)| *id).collect();
    let rows = if refused.is_empty() { Vec::new() } else { queries::many(tx, partner, &refused).await? };
    Ok(rows.into_iter().map(|offer| (offer.id, offer)).collect())
}

fn outcome_view(
    id: OfferId,
    outcome: &Result<Option<offers::Model>>,
    as_it_is: Option<&offers::Model>,
    lang: Lang,
) -> Result<BulkOutcome> {
    let (offer, error) = match outcome {
        Ok(offer) => (offer.as_ref(), None),
        Err(error) => (as_it_is, Some(error)),
    };
    Ok(BulkOutcome {
        id,
        done: error.is_none(),
        state: offer.map(state_of).transpose()?,
        version: offer.map(|offer| u32::try_from(offer.version).unwrap_or_default()),
        code: error.map(|error| error.code),
        message: error.map(|error| error.code.title(lang).to_owned()),
        errors: error.map(|e| e.violations.iter().map(|v| v.localised(lang)).collect()).unwrap_or_default(),
    })
}

/// An offer that was changed, with its version.
pub fn versioned(offer: &PartnerOffer) -> Result<HttpResponse> {
    etag::changed(HttpResponse::Ok(), offer.version, offer)
}

/// Where an offer of a partner is.
pub fn location(slug: &str, id: OfferId) -> String {
    format!("/api/v1/partners/{slug}/offers/{id}")
}

/// The offer of somebody's, or that there is none.
pub async fn owned<P>(tools: &Tools<'_>, desk: &Desk<P>, id: OfferId) -> Result<offers::Model> {
    queries::find(tools.store.fresh(), desk.id(), id).await?.ok_or_else(|| Code::NotFound.into())
}
