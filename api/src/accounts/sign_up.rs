//! Signing up. The answer, and its time, are the same whether or not the address has an account; only a mail to its
//! owner tells.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use shared::{
    Lang, UserId,
    account::{Register, Role},
};
use uuid::Uuid;

use super::{
    Accounts,
    links::{self, Purpose},
    mailbox,
    mails::Letter,
    store,
};
use crate::{
    claims,
    error::Result,
    store::{
        clock::to_ms,
        entities::users,
        totals::{self, Metric},
    },
};

/// How long it is worth telling somebody that their address has an account.
const TAKEN_GOOD_FOR: TimeDelta = TimeDelta::hours(24);

/// Signs somebody up, or tells the owner of the address by mail that somebody tried.
pub async fn sign_up(accounts: &Accounts, input: Register, lang: Lang, now: DateTime<Utc>) -> Result<()> {
    let hash = accounts.hasher.hash(&input.password).await?;
    let email = normal_email(&input.email);
    let user = NewUser {
        email: email.clone(),
        password_hash: hash,
        name: normal_name(&input.name),
        role: input.role.unwrap_or(Role::Learner),
        role_verified: false,
        email_verified: false,
        lang: input.lang.unwrap_or(lang),
    };
    // Counted whether or not the address is taken, so that the answer tells nothing.
    let may_tell = accounts.take_mail_to(&email).is_ok();
    accounts
        .store
        .transaction(async |tx| {
            if let Some(owner) = mailbox::find(tx, &email).await? {
                if may_tell {
                    accounts.outbox.post(tx, to(&owner), &Letter::AddressTaken, TAKEN_GOOD_FOR, now).await?;
                }
            } else if let Some(user) = add(tx, user.clone(), now).await? {
                claims::spent::inherit(tx, UserId(user.id), &accounts.mailboxes.hash(&email), now).await?;
                let token = links::make(tx, UserId(user.id), Purpose::VerifyEmail, now).await?;
                let letter = Letter::VerifyEmail { token };
                accounts.outbox.post(tx, to(&user), &letter, Purpose::VerifyEmail.good_for(), now).await?;
                totals::add(tx, Metric::Users, now, 1).await?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Where mails to somebody go, and in which language.
pub fn to(user: &users::Model) -> (&str, Lang) {
    (&user.email, Lang::from_tag(&user.lang).unwrap_or_default())
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: String,
    pub password_hash: String,
    pub name: String,
    pub role: Role,
    pub role_verified: bool,
    pub email_verified: bool,
    pub lang: Lang,
}

/// Adds an account, or nothing where the address is taken. Counting it is left to the caller, as the last thing of the
/// transaction.
pub async fn add(db: &impl ConnectionTrait, new: NewUser, now: DateTime<Utc>) -> Result<Option<users::Model>> {
    let user = users::Model {
        id: Uuid::now_v7(),
        email: new.email,
        email_verified_at: new.email_verified.then_some(to_ms(now)),
        password_hash: new.password_hash,
        name: new.name,
        role: new.role.as_str().to_owned(),
        role_verified: new.role_verified || !new.role.needs_verification(),
        lang: new.lang.tag().to_owned(),
        last_active_day: None,
        created_at: to_ms(now),
        updated_at: to_ms(now),
    };
    Ok(store::add_user(db, user.clone()).await?.then_some(user))
}

/// Addresses are compared in small letters: what differs only in that is one mailbox in practice.
pub fn normal_email(email: &str) -> String {
    email.to_ascii_lowercase()
}

/// A name on one line, with single spaces.
pub fn normal_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_have_one_form() {
        assert_eq!(normal_email("Aygun@Mekteb.AZ"), "aygun@mekteb.az");
        assert_eq!(normal_name("  Aygün \n\t Məmmədova "), "Aygün Məmmədova");
    }
}
