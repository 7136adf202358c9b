//! Accounts to try the platform with, one of each kind. Their password is known to all, so they are made in demo mode
//! alone, which listens on loopback alone.

use shared::{Lang, UserId, account::Role};

use super::{
    Accounts,
    sign_up::{self, NewUser},
    store,
};
use crate::{
    error::Result,
    store::totals::{self, Metric},
};

/// The password of all of them.
pub const PASSWORD: &str = "demo-market-2026";

/// Address, name and role; all of them are confirmed.
const PEOPLE: [(&str, &str, Role); 4] = [
    ("admin@demo.az", "Nigar Əliyeva", Role::Admin),
    ("teacher@demo.az", "Aygün Məmmədova", Role::Educator),
    ("learner@demo.az", "Elvin Quliyev", Role::Learner),
    ("head@demo.az", "Rauf Həsənov", Role::InstitutionHead),
];

/// Makes those that are missing.
pub async fn make(accounts: &Accounts) -> Result<()> {
    make_people(accounts, &PEOPLE).await?;
    tracing::info!("demo accounts: {}; password: {PASSWORD}", PEOPLE.map(|(email, ..)| email).join(", "));
    Ok(())
}

/// Makes those of a list that are missing; answers the ids of all, in the order of the list.
pub async fn make_people(accounts: &Accounts, people: &[(&str, &str, Role)]) -> Result<Vec<UserId>> {
    let now = accounts.clock.now();
    let (mut hash, mut ids) = (None, Vec::with_capacity(people.len()));
    for &(email, name, role) in people {
        if let Some(there) = store::by_email(accounts.store.fresh(), email).await? {
            ids.push(UserId(there.id));
            continue;
        }
        let password_hash = match &hash {
            Some(hash) => String::clone(hash),
            None => hash.insert(accounts.hasher.hash(PASSWORD).await?).clone(),
        };
        let new = NewUser {
            email: email.to_owned(),
            password_hash,
            name: name.to_owned(),
            role,
            role_verified: true,
            email_verified: true,
            lang: Lang::Az,
        };
        let user = accounts.store.transaction(async |tx| {
            let user = sign_up::add(tx, new.clone(), now).await?;
            if user.is_some() {
                totals::add(tx, Metric::Users, now, 1).await?;
                totals::add(tx, Metric::Educators, now, i64::from(role == Role::Educator)).await?;
                return Ok(user);
            }
            // Another process that started at the same time was faster.
            Ok(store::by_email(tx, email).await?)
        });
        ids.extend(user.await?.map(|user| UserId(user.id)));
    }
    Ok(ids)
}
