//! Who may work at a partner's desk, as extractors that check and load what the address names.
//!
//! `Desk<OffersWrite>` in a handler's signature lets in members whose role is enough, programs whose key has the scope,
//! and the ministry where it may. A key of the mode `test` works at the partner's sandbox, under the same address.

use std::{future::Future, marker::PhantomData, pin::Pin};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter};
use serde::Deserialize;
use shared::{
    ApiKeyId, Code, PartnerId, SessionId, UserId,
    account::Role,
    offer::PartnerRef,
    partner::{KeyMode, MemberRole, PartnerState, Scope},
};
use uuid::Uuid;

use super::{
    health::{Called, KeyLimit},
    key::KeyText,
    permission::Permission,
};
use crate::{
    accounts::{Person, caller, revoked::Revoked},
    error::{Error, Result},
    http::idempotency::Owner,
    store::{
        Store,
        clock::{Clock, to_ms},
        entities::{api_keys, members, partners, users},
    },
};

/// Who does something at a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Person(UserId),
    Program(ApiKeyId),
}

impl Actor {
    /// The person, if it is one.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::Person(user) => Some(user),
            Self::Program(_) => None,
        }
    }

    /// The key, if it is a program.
    pub fn key(self) -> Option<ApiKeyId> {
        match self {
            Self::Person(_) => None,
            Self::Program(key) => Some(key),
        }
    }
}

impl Owner for Actor {
    fn owner(&self) -> String {
        match self {
            Self::Person(user) => user.to_string(),
            Self::Program(key) => key.to_string(),
        }
    }
}

/// By what right somebody is at a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    Member(MemberRole),
    Key(KeyMode),
    Ministry,
}

/// Somebody at the desk of the partner `{slug}` who may do `P` there.
#[derive(Clone, Debug)]
pub struct Desk<P> {
    pub actor: Actor,
    pub right: Right,
    /// The partner, or its sandbox for a test key.
    pub partner: partners::Model,
    /// The partner's name in the address, which its sandbox shares.
    pub slug: String,
    /// A person's session.
    session: Option<SessionId>,
    may: PhantomData<P>,
}

impl<P> Desk<P> {
    /// Whose things are worked on.
    pub fn id(&self) -> PartnerId {
        PartnerId(self.partner.id)
    }

    /// The partner as it stands on its offers.
    pub fn reference(&self) -> PartnerRef {
        PartnerRef { slug: self.partner.slug.clone(), name: self.partner.name.clone() }
    }

    /// Whether the ministry works here, not the partner.
    pub fn is_ministry(&self) -> bool {
        self.right == Right::Ministry
    }
}

impl<P> Owner for Desk<P> {
    fn owner(&self) -> String {
        self.actor.owner()
    }
}

impl<P: Permission> Desk<P> {
    /// Whether they would still be let in. An answer that goes on for long asks again; the key or session is looked up
    /// by itself, since an access token that has run out meanwhile ends nothing.
    pub async fn is_still_let_in(&self, store: &Store, revoked: &Revoked, now: DateTime<Utc>) -> Result<bool> {
        let db = store.fresh();
        match self.actor {
            Actor::Program(key) => {
                let row = api_keys::Entity::find_by_id(Uuid::from(key)).one(db).await?;
                Ok(row.is_some_and(|row| key_works(&row, to_ms(now))))
            }
            Actor::Person(_) if self.session.is_some_and(|session| revoked.has(session)) => Ok(false),
            Actor::Person(user) => match self.right {
                Right::Ministry => {
                    let account = users::Entity::find_by_id(user.0).one(db).await?;
                    Ok(account.is_some_and(|account| Role::from_name(&account.role) == Some(Role::Admin)))
                }
                Right::Member(_) | Right::Key(_) => {
                    let member = members::Entity::find_by_id((self.partner.id, user.0)).one(db).await?;
                    let role = member.and_then(|member| MemberRole::from_name(&member.role));
                    Ok(role.is_some_and(|role| role >= P::LEAST))
                }
            },
        }
    }
}

impl<P: Permission> FromRequest for Desk<P> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
        let store = request.app_data::<web::Data<Store>>().cloned();
        if caller::bearer(request).is_some_and(KeyText::is_meant) {
            let request = request.clone();
            return Box::pin(async move {
                let (program, store) = (program(&request).await?, store.ok_or(Code::Internal)?);
                let named = by_slug(store.fresh(), &slug).await?.ok_or(Code::NotFound)?;
                at_desk_of(&store, program, named, slug).await
            });
        }
        let person = Person::from_request(request, payload);
        Box::pin(async move {
            let (person, store) = (person.await?, store.ok_or(Code::Internal)?);
            let partner = by_slug(store.fresh(), &slug).await?.ok_or(Code::NotFound)?;
            let user = person.caller.user;
            let right = if Role::from_name(&person.account.role) == Some(Role::Admin) {
                Right::Ministry
            } else {
                Right::Member(role_at(store.fresh(), &partner, user).await?)
            };
            check::<P>(right, &partner)?;
            let session = Some(person.caller.session);
            Ok(Self { actor: Actor::Person(user), right, partner, slug, session, may: PhantomData })
        })
    }
}

/// A program's place: at its own partner, or in that partner's sandbox.
async fn at_desk_of<P: Permission>(
    store: &Store,
    program: Program,
    partner: partners::Model,
    slug: String,
) -> Result<Desk<P>> {
    if program.partner.0 != partner.id {
        return Err(stranger(&partner));
    }
    program.check_scope(P::SCOPE)?;
    let right = Right::Key(program.mode);
    check::<P>(right, &partner)?;
    let partner = if program.mode == KeyMode::Test { sandbox(store.fresh(), &partner).await? } else { partner };
    Ok(Desk { actor: Actor::Program(program.key), right, partner, slug, session: None, may: PhantomData })
}

/// Whether a right is enough for `P` at a partner that stands like this.
fn check<P: Permission>(right: Right, partner: &partners::Model) -> Result<()> {
    match right {
        Right::Ministry if P::MINISTRY => return Ok(()),
        Right::Ministry => return Err(Code::Forbidden.into()),
        Right::Member(role) if role < P::LEAST => {
            return Err(Error::new(Code::Forbidden).with("role", P::LEAST));
        }
        Right::Member(_) | Right::Key(_) => {}
    }
    if P::ACTIVE { check_active(partner) } else { Ok(()) }
}

/// Refuses to work for a partner that has no leave to act.
pub fn check_active(partner: &partners::Model) -> Result<()> {
    match PartnerState::from_name(&partner.state) {
        Some(PartnerState::Active | PartnerState::Sandbox) => Ok(()),
        state => Err(Error::new(Code::PartnerNotActive).with("state", state)),
    }
}

/// A partner by its name in addresses. Sandboxes have names that no address can have.
pub async fn by_slug(db: &impl ConnectionTrait, slug: &str) -> Result<Option<partners::Model>, DbErr> {
    let named = partners::Column::Slug.eq(slug).and(partners::Column::SandboxOf.is_null());
    partners::Entity::find().filter(named).one(db).await
}

/// A member's role.
async fn role_at(db: &impl ConnectionTrait, partner: &partners::Model, user: UserId) -> Result<MemberRole> {
    let member = members::Entity::find_by_id((partner.id, user.0)).one(db).await?;
    member.and_then(|member| MemberRole::from_name(&member.role)).ok_or_else(|| stranger(partner))
}

/// The refusal for who does not belong to a partner. That it is there they learn only where everybody may see it.
fn stranger(partner: &partners::Model) -> Error {
    if super::is_public(partner) { Code::Forbidden.into() } else { Code::NotFound.into() }
}

/// A partner's sandbox, which is made with the partner's first test key.
pub async fn sandbox(db: &impl ConnectionTrait, partner: &partners::Model) -> Result<partners::Model> {
    let found = partners::Entity::find().filter(partners::Column::SandboxOf.eq(partner.id)).one(db).await?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// A partner's program, known by its key.
#[derive(Clone, Debug)]
pub struct Program {
    pub key: ApiKeyId,
    /// The partner itself, also for a key that works in its sandbox.
    pub partner: PartnerId,
    pub mode: KeyMode,
    pub scopes: Vec<Scope>,
}

impl Program {
    /// Refuses what the key was not made for; the answer names the scope that is missing.
    pub fn check_scope(&self, needed: Option<Scope>) -> Result<()> {
        match needed {
            Some(needed) if self.scopes.iter().any(|scope| scope.covers(needed)) => Ok(()),
            Some(needed) => Err(Error::new(Code::Forbidden).with("scope", needed)),
            None => Err(Code::Forbidden.into()),
        }
    }
}

/// Whether a key is neither over nor revoked.
fn key_works(key: &api_keys::Model, now: i64) -> bool {
    key.expires_at > now && key.revoked_at.is_none_or(|at| at > now)
}

/// The program that calls with a key. The key is looked up each time, so that a revoked one ends at once everywhere.
pub async fn program(request: &HttpRequest) -> Result<Program> {
    let store = request.app_data::<web::Data<Store>>().ok_or(Code::Internal)?;
    let now = to_ms(request.app_data::<web::Data<Clock>>().ok_or(Code::Internal)?.now());
    let text = caller::bearer(request).and_then(KeyText::read).ok_or(Code::Unauthenticated)?;
    let row = api_keys::Entity::find_by_id(Uuid::from(text.id)).one(store.fresh()).await?;
    let row = row.filter(|row| row.hash == text.hash() && row.mode == text.mode.as_str());
    let row = row.ok_or(Code::Unauthenticated)?;
    // From here on it is this key's call, also when it is refused.
    request.extensions_mut().insert(Called { key: text.id, remaining: None });
    if !key_works(&row, now) {
        return Err(Code::Unauthenticated.into());
    }
    let limit = request.app_data::<web::Data<KeyLimit>>().ok_or(Code::Internal)?;
    let remaining = limit.take(&text.id)?;
    request.extensions_mut().insert(Called { key: text.id, remaining: Some(remaining) });
    let scopes = Vec::<Scope>::deserialize(&row.scopes).map_err(Error::internal)?;
    Ok(Program { key: text.id, partner: PartnerId(row.partner_id), mode: text.mode, scopes })
}
