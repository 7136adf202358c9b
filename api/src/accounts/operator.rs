//! What an operator does with accounts at the command line: the first admin, tokens for load tests.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, IntoActiveModel, Set};
use serde_json::json;
use shared::{
    Lang, UserId, Violations,
    account::{Role, check_password},
};

use super::{
    password::Hasher,
    people::educators_more,
    secret,
    sign_up::{self, NewUser},
    store,
};
use crate::{
    audit,
    error::{Error, Result},
    store::{
        Store, Transaction,
        clock::to_ms,
        entities::users,
        totals::{self, Metric},
    },
};

/// The hash of an admin's password.
#[derive(Clone, Debug)]
pub enum NewPassword {
    /// Made up, for a new account; one that is there keeps its own.
    Generated(String),
    /// Chosen by the operator, for either.
    Chosen(String),
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A new account.
    Created,
    /// The account was there and is an admin's now.
    Promoted,
}

/// A password to begin with, and its hash.
pub async fn generate_password() -> Result<(String, NewPassword)> {
    let password: String = secret::generate().0.chars().take(20).collect();
    let hash = Hasher::default().hash(&password).await?;
    Ok((password, NewPassword::Generated(hash)))
}

/// A password that the operator chose, if it is a good one.
pub async fn choose_password(email: &str, password: &str) -> Result<NewPassword> {
    let mut violations = Violations::default();
    check_password("/password", password, &[email], &mut violations);
    if !violations.is_empty() {
        return Err(Error::invalid(violations));
    }
    Ok(NewPassword::Chosen(Hasher::default().hash(password).await?))
}

/// Makes somebody an admin: with a new account, or with the one that the address has.
pub async fn make_admin(tx: &Transaction, email: &str, password: NewPassword, now: DateTime<Utc>) -> Result<Made> {
    let email = sign_up::normal_email(email);
    let (user, made, educators) = if let Some(user) = store::by_email(tx, &email).await? {
        let mut changed = user.clone().into_active_model();
        changed.role = Set(Role::Admin.as_str().to_owned());
        changed.role_verified = Set(true);
        changed.email_verified_at = Set(user.email_verified_at.or(Some(to_ms(now))));
        changed.updated_at = Set(to_ms(now));
        if let NewPassword::Chosen(hash) = password {
            changed.password_hash = Set(hash);
            store::end_sessions(tx, UserId(user.id), None, to_ms(now)).await?;
        }
        let after = store::change_user(tx, changed).await?;
        let educators = educators_more(&user, &after);
        (after, Made::Promoted, educators)
    } else {
        let new = NewUser {
            name: email.split('@').next().unwrap_or_default().to_owned(),
            email,
            password_hash: match password {
                NewPassword::Generated(hash) | NewPassword::Chosen(hash) => hash,
            },
            role: Role::Admin,
            role_verified: true,
            email_verified: true,
            lang: Lang::Az,
        };
        (add(tx, new, now).await?, Made::Created, 0)
    };
    let detail = json!({"created": made == Made::Created});
    audit::record(tx, None, "user.make_admin", format!("users/{}", user.id), detail, now).await?;
    totals::add(tx, Metric::Users, now, i64::from(made == Made::Created)).await?;
    totals::add(tx, Metric::Educators, now, educators).await?;
    Ok(made)
}

async fn add(db: &impl ConnectionTrait, new: NewUser, now: DateTime<Utc>) -> Result<users::Model> {
    // Between the search and this, only another operator could have taken the address.
    sign_up::add(db, new, now).await?.ok_or_else(|| shared::Code::AlreadyExists.into())
}

/// Accounts of a role that may claim: confirmed in address and standing, in the order in which they signed up.
pub async fn claimants(db: &Store, role: Role, count: usize) -> Result<Vec<UserId>> {
    Ok(store::claimants(&db.read, role, count).await?)
}
