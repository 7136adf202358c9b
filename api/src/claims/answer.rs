//! What is answered to a claim, and what is kept of that under its `Idempotency-Key`: what the answer is made of, without
//! what follows from it. The QR code alone is most of an answer, and the claim worker would make and write it while
//! everybody waits.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest, http::header};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::{Code, Lang, Violations, claim::ClaimState, eligibility::RuleView};
use uuid::Uuid;

use super::{
    batch::Outcome,
    decide::Refusal,
    view::{self, Shown},
};
use crate::{
    error::{Error, Result},
    http::{
        idempotency::{Form, Stored},
        limits::Remaining,
        problem::{self, Asked},
    },
    store::{clock::from_ms, entities::claims},
};

/// The status of a granted claim.
const CREATED: u16 = 201;

/// Keeps the answer to a granted claim as its [`Facts`], and refusals as they are.
#[derive(Debug)]
pub struct Granted;

/// What the answer says and what nothing else tells.
#[derive(Debug, Serialize, Deserialize)]
struct Facts<'a> {
    #[serde(borrow)]
    offer: &'a RawValue,
    id: Uuid,
    period: i32,
    code: &'a str,
    quantity: i32,
    created_at: i64,
    expires_at: i64,
    partner_code: Option<String>,
}

/// How the outcomes of one request are answered.
#[derive(Debug)]
pub struct Answers {
    offer: Arc<Shown>,
    limit: Vec<(String, String)>,
    asked: Option<Asked>,
    lang: Lang,
    now: DateTime<Utc>,
}

impl Answers {
    /// Answers a request for an offer that came at `now`.
    pub fn new(request: &HttpRequest, offer: Arc<Shown>, remaining: Remaining, now: DateTime<Utc>) -> Self {
        let limit = remaining.headers().map(|(name, value)| (name.to_owned(), value)).to_vec();
        Self { offer, limit, asked: request.extensions().get().cloned(), lang: problem::lang(request), now }
    }

    /// Returns the answer.
    ///
    /// # Errors
    /// `internal` for a claim that cannot be shown.
    pub fn whole(&self, outcome: &Outcome) -> Result<Stored> {
        match outcome {
            Outcome::Claimed(claim) => granted(claim, &self.offer.json, self.limit.clone()),
            Outcome::Refused(refusal) => Ok(self.refused(refusal)),
        }
    }

    /// Returns what is kept of the answer.
    ///
    /// # Errors
    /// `internal` where it cannot be written as JSON.
    pub fn kept(&self, outcome: &Outcome) -> Result<Stored> {
        match outcome {
            Outcome::Claimed(claim) => {
                let body = serde_json::to_vec(&Facts::new(claim, &self.offer.json)).map_err(Error::internal)?;
                Ok(Stored { status: CREATED, headers: self.limit.clone(), body: body.into() })
            }
            Outcome::Refused(refusal) => Ok(self.refused(refusal)),
        }
    }

    fn refused(&self, refusal: &Refusal) -> Stored {
        let error = self.refusal(refusal);
        let mut headers = self.limit.clone();
        headers.push((header::CONTENT_TYPE.to_string(), "application/problem+json".to_owned()));
        let body = self.asked.as_ref().map(|asked| problem::bytes(&error, asked)).unwrap_or_default();
        Stored { status: error.code.status(), headers, body }
    }

    /// Returns a refusal with what belongs to it.
    fn refusal(&self, refusal: &Refusal) -> Error {
        let next = view::next_available(self.offer.period, self.now);
        match refusal {
            Refusal::NoOffer => Error::new(Code::NotFound),
            Refusal::NotOpen => Error::new(Code::OfferNotOpen),
            Refusal::TooMany { max } => {
                let mut violations = Violations::default();
                violations.range("/quantity", i64::from(*max) + 1, 1, i64::from(*max));
                Error::invalid(violations)
            }
            Refusal::Exhausted => {
                Error::new(Code::QuotaExhausted).with("waiting_list", false).with("next_available_at", next)
            }
            Refusal::AlreadyClaimed(id) => {
                Error::new(Code::AlreadyClaimed).with("claim_id", id).with("next_available_at", next)
            }
            Refusal::NotEligible(rules) => {
                let rules: Vec<RuleView> = rules.iter().map(|rule| RuleView::new(*rule, false, self.lang)).collect();
                Error::new(Code::NotEligible).with("rules", rules)
            }
        }
    }
}

/// Returns the answer to a granted claim.
fn granted(claim: &claims::Model, offer: &RawValue, mut headers: Vec<(String, String)>) -> Result<Stored> {
    let view = view::claim(claim, offer, from_ms(claim.created_at))?;
    let body = serde_json::to_vec(&view).map_err(Error::internal)?;
    headers.push((header::LOCATION.to_string(), format!("/api/v1/claims/{}", claim.id)));
    headers.push((header::CONTENT_TYPE.to_string(), "application/json".to_owned()));
    Ok(Stored { status: CREATED, headers, body: body.into() })
}

impl Form for Granted {
    fn restore(kept: Stored) -> Result<Stored> {
        // Refusals are kept as they are, and so was everything before there was a shorter form.
        if kept.headers.iter().any(|(name, _)| *name == header::CONTENT_TYPE.as_str()) {
            return Ok(kept);
        }
        let facts: Facts = serde_json::from_slice(&kept.body).map_err(Error::internal)?;
        granted(&facts.claim(), facts.offer, kept.headers)
    }
}

impl<'a> Facts<'a> {
    fn new(claim: &'a claims::Model, offer: &'a RawValue) -> Self {
        Self {
            offer,
            id: claim.id,
            period: claim.period,
            code: &claim.code,
            quantity: claim.quantity,
            created_at: claim.created_at,
            expires_at: claim.expires_at,
            partner_code: claim.partner_code.clone(),
        }
    }

    /// Returns the claim as it was granted, as far as it is shown.
    fn claim(&self) -> claims::Model {
        claims::Model {
            id: self.id,
            offer_id: Uuid::nil(),
            claimant_id: Uuid::nil(),
            period: self.period,
            sequence: 0,
            code: self.code.to_owned(),
            quantity: self.quantity,
            state: ClaimState::Active.as_str().to_owned(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            ended_at: None,
            redeemed: 0,
            redeemed_at: None,
            partner_code: self.partner_code.clone(),
        }
    }
}
