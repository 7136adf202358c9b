//! Whether somebody may claim an offer, rule by rule, before they try. The claim desk asks the same rules again, in the
//! claim's transaction.

mod routes;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use shared::{
    Lang, OfferId, UserId,
    account::Role,
    eligibility::{Eligibility, Rule, RuleView, Standing, personal_rules},
    offer::OfferState,
};

use crate::{
    claims::holds,
    error::Result,
    http::routes::Routes,
    offers::{draft_of, store as offers},
    quotas::QuotaKey,
    store::{
        Store,
        clock::from_ms,
        entities::{self, users},
    },
};

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(routes::eligibility);
}

/// Each rule for a person (or a stranger) and an offer.
pub async fn explain(
    db: &Store,
    offer: &entities::offers::Model,
    person: Option<UserId>,
    lang: Lang,
    now: DateTime<Utc>,
) -> Result<Eligibility> {
    let draft = draft_of(offer)?;
    let standing = match person {
        Some(person) => standing(db.fresh(), person).await?,
        None => None,
    };
    let key = QuotaKey::at(OfferId(offer.id), draft.period, now);
    let left = offers::count(db.fresh(), offer, &draft, now).await?.left(draft.quota);
    let open = OfferState::from_name(&offer.state) == Some(OfferState::Published)
        && offer.starts_at.is_none_or(|at| from_ms(at) <= now)
        && offer.ends_at.is_none_or(|at| now < from_ms(at));
    let held = match person {
        Some(person) => holds(db.fresh(), key.offer, person, key.period).await?,
        None => false,
    };
    let mut rules = personal_rules(standing, &draft.audience);
    rules.extend([(Rule::OfferOpen, open), (Rule::NotClaimed, !held), (Rule::UnitsLeft, left != Some(0))]);
    Ok(Eligibility {
        eligible: rules.iter().all(|(_, met)| *met),
        rules: rules.into_iter().map(|(rule, met)| RuleView::new(rule, met, lang)).collect(),
    })
}

async fn standing(db: &impl ConnectionTrait, person: UserId) -> Result<Option<Standing>, DbErr> {
    let account = users::Entity::find_by_id(person.0).one(db).await?;
    Ok(account.and_then(|account| {
        Some(Standing {
            role: Role::from_name(&account.role)?,
            role_verified: account.role_verified,
            email_verified: account.email_verified_at.is_some(),
        })
    }))
}
