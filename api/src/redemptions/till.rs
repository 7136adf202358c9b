//! Who may work at a till, as extractors: members of a partner in any role, and programs whose key has the scope. The
//! partner is not in the address: a key says whose it is, and so does a membership, where there is only one.

use std::{future::Future, net::IpAddr, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    Code, FieldCode, PartnerId, UserId,
    account::Role,
    partner::{KeyMode, PartnerState, Scope},
};
use uuid::Uuid;

use super::store;
use crate::{
    accounts::{Person, caller},
    config::ServeConfig,
    error::{Error, Result},
    http::{idempotency::Owner, limits},
    partners::{Actor, access, key::KeyText},
    store::{Store, clock::Clock, entities::partners},
};

/// Somebody at a till.
#[derive(Clone, Debug)]
pub struct Till(Arrived);

/// Somebody who may see what tills did: who works at one, or the ministry.
#[derive(Clone, Debug)]
pub struct Ledger(Arrived);

/// Where a till stands, and what it may know.
#[derive(Clone, Debug)]
pub struct Place {
    pub actor: Actor,
    /// The partner, or its sandbox for a test key.
    pub partner: PartnerId,
    pub slug: String,
    /// Sandboxes are left out of the public figures.
    pub sandbox: bool,
    pub address: IpAddr,
    pub now: DateTime<Utc>,
    /// For how long a redemption can be undone.
    pub undo: TimeDelta,
}

impl Place {
    /// Whose guesses are counted.
    pub fn caller(&self) -> Uuid {
        match self.actor {
            Actor::Person(user) => user.0,
            Actor::Program(key) => key.0,
        }
    }
}

/// Somebody, and where they may work.
#[derive(Clone, Debug)]
struct Arrived {
    who: Who,
    address: IpAddr,
    now: DateTime<Utc>,
    undo: TimeDelta,
}

#[derive(Clone, Debug)]
enum Who {
    Ministry { user: UserId },
    Member { user: UserId, of: Vec<partners::Model> },
    Program { actor: Actor, partner: partners::Model, place: PartnerId, sandbox: bool },
}

impl Arrived {
    async fn of(request: HttpRequest) -> Result<Self> {
        let data = (request.app_data(), request.app_data(), request.app_data());
        let (Some(store), Some(clock), Some(config)): (
            Option<&web::Data<Store>>,
            Option<&web::Data<Clock>>,
            Option<&web::Data<ServeConfig>>,
        ) = data
        else {
            return Err(Code::Internal.into());
        };
        let who = if caller::bearer(&request).is_some_and(KeyText::is_meant) {
            Who::program(&request, store).await?
        } else {
            Who::person(&request, store).await?
        };
        let undo = TimeDelta::minutes(i64::from(config.undo_minutes));
        Ok(Self { who, address: limits::address(&request, config.trusted_proxy), now: clock.now(), undo })
    }

    /// The till of the partner that is named, or of the only one that there is.
    fn at(&self, named: Option<&str>) -> Result<Place> {
        let (actor, partner, place, sandbox) = match &self.who {
            Who::Ministry { .. } => return Err(Code::Forbidden.into()),
            Who::Member { user, of } => {
                let partner = match (named, of.as_slice()) {
                    (Some(named), of) => of.iter().find(|partner| partner.slug == named).ok_or(Code::Forbidden)?,
                    (None, [only]) => only,
                    (None, _) => return Err(Error::invalid_at("/partner", FieldCode::Required)),
                };
                (Actor::Person(*user), partner, PartnerId(partner.id), false)
            }
            Who::Program { partner, .. } if named.is_some_and(|named| named != partner.slug) => {
                return Err(Code::Forbidden.into());
            }
            Who::Program { actor, partner, place, sandbox } => (*actor, partner, *place, *sandbox),
        };
        // A suspended partner still redeems what was claimed.
        match PartnerState::from_name(&partner.state) {
            Some(PartnerState::Active | PartnerState::Suspended) => {}
            state => return Err(Error::new(Code::PartnerNotActive).with("state", state)),
        }
        let slug = partner.slug.clone();
        Ok(Place { actor, partner: place, slug, sandbox, address: self.address, now: self.now, undo: self.undo })
    }
}

impl Owner for Till {
    fn owner(&self) -> String {
        match &self.0.who {
            Who::Ministry { user } | Who::Member { user, .. } => user.to_string(),
            Who::Program { actor, .. } => actor.owner(),
        }
    }
}

impl Who {
    async fn program(request: &HttpRequest, store: &Store) -> Result<Self> {
        let program = access::program(request).await?;
        program.check_scope(Some(Scope::RedemptionsWrite))?;
        let partner = store::partner(store.fresh(), program.partner).await?.ok_or(Code::Unauthenticated)?;
        let sandbox = program.mode == KeyMode::Test;
        let place = if sandbox { access::sandbox(store.fresh(), &partner).await?.id } else { partner.id };
        Ok(Self::Program { actor: Actor::Program(program.key), partner, place: PartnerId(place), sandbox })
    }

    async fn person(request: &HttpRequest, store: &Store) -> Result<Self> {
        let person = Person::from_request(request, &mut Payload::None).await?;
        let user = person.caller.user;
        if Role::from_name(&person.account.role) == Some(Role::Admin) {
            return Ok(Self::Ministry { user });
        }
        let of = store::memberships(store.fresh(), user).await?;
        if of.is_empty() { Err(Code::Forbidden.into()) } else { Ok(Self::Member { user, of }) }
    }
}

impl Till {
    /// The till of the partner that is named, or of the only one that there is.
    pub fn at(&self, named: Option<&str>) -> Result<Place> {
        self.0.at(named)
    }
}

impl FromRequest for Till {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let arriving = Arrived::of(request.clone());
        Box::pin(async move {
            let arrived = arriving.await?;
            // The ministry looks on, and redeems nothing.
            if matches!(arrived.who, Who::Ministry { .. }) { Err(Code::Forbidden.into()) } else { Ok(Self(arrived)) }
        })
    }
}

/// Whose redemptions are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Of all partners.
    All,
    /// Of one.
    Of(PartnerId),
}

impl Ledger {
    /// Whose redemptions are seen where this partner is named, or none.
    pub async fn seen(&self, store: &Store, named: Option<&str>) -> Result<Seen> {
        match (&self.0.who, named) {
            (Who::Ministry { .. }, None) => Ok(Seen::All),
            (Who::Ministry { .. }, Some(named)) => {
                let partner = access::by_slug(store.fresh(), named).await?.ok_or(Code::NotFound)?;
                Ok(Seen::Of(PartnerId(partner.id)))
            }
            (Who::Member { of, .. }, None) if of.len() > 1 => {
                Err(Error { code: Code::InvalidQuery, ..Error::invalid_at("?partner", FieldCode::Required) })
            }
            (_, named) => Ok(Seen::Of(self.0.at(named)?.partner)),
        }
    }

    /// For how long a redemption can be undone, and the present time.
    pub fn times(&self) -> (TimeDelta, DateTime<Utc>) {
        (self.0.undo, self.0.now)
    }
}

impl FromRequest for Ledger {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let arriving = Arrived::of(request.clone());
        Box::pin(async move { Ok(Self(arriving.await?)) })
    }
}
