//! A partner to try the platform with, and its people. It is plainly a sample; it is made in demo mode alone.

use chrono::{DateTime, Utc};
use shared::{
    LocalText, PartnerId,
    account::Role,
    partner::{MemberRole, PartnerState},
};
use uuid::Uuid;

use super::{access, store};
use crate::{
    accounts::{Accounts, demo},
    error::{Error, Result},
    store::{Store, clock::to_ms, entities::partners},
};

const SLUG: &str = "numune";

/// Their accounts have the password of the other demo accounts.
const PEOPLE: [(&str, &str, Role); 3] = [
    ("owner@demo.az", "Sevinc Rəhimova", Role::Learner),
    ("editor@demo.az", "Orxan İsmayılov", Role::Learner),
    ("cashier@demo.az", "Günel Abbasova", Role::Learner),
];
const ROLES: [MemberRole; 3] = [MemberRole::Owner, MemberRole::Editor, MemberRole::Cashier];

/// Makes the partner with its people, if it is not there.
pub async fn make(db: &Store, accounts: &Accounts, now: DateTime<Utc>) -> Result<()> {
    let people = demo::make_people(accounts, &PEOPLE).await?;
    if access::by_slug(db.fresh(), SLUG).await?.is_some() {
        return Ok(());
    }
    let about = LocalText::new(
        "Bu, sınaq üçün nümunə tərəfdaşdır: belə bir şirkət yoxdur.",
        "This is a sample partner to try things with: there is no such company.",
        "Это образец партнёра для пробы: такой компании нет.",
    );
    let partner = partners::Model {
        id: Uuid::now_v7(),
        slug: SLUG.to_owned(),
        name: "Nümunə Telekom".to_owned(),
        about: Some(serde_json::to_value(about).map_err(Error::internal)?),
        website: Some("https://numune.example.az".to_owned()),
        created_at: to_ms(now),
        state: PartnerState::Active.as_str().to_owned(),
        sandbox_of: None,
    };
    db.transaction(async |tx| {
        // Of two processes that start at once, one makes it.
        if store::add(tx, partner.clone()).await? {
            for (user, role) in people.iter().zip(ROLES) {
                store::add_member(tx, PartnerId(partner.id), *user, role, to_ms(now)).await?;
            }
        }
        Ok(())
    })
    .await?;
    tracing::info!("demo partner: {SLUG}, with {}", PEOPLE.map(|(email, ..)| email).join(", "));
    Ok(())
}
