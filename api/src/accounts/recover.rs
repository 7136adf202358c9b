//! A forgotten password: a mail with a link, and a new password with it.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DbErr, IntoActiveModel, Set};
use shared::{
    Code, Lang, UserId, Violations,
    account::{ResetPassword, check_password},
};

use super::{
    Accounts,
    links::{self, Purpose},
    mails::Letter,
    sign_up, store,
};
use crate::{
    error::{Error, Result},
    store::{Transaction, clock::to_ms, entities::users},
};

/// How long it is worth telling somebody that their password was changed.
const CHANGED_GOOD_FOR: TimeDelta = TimeDelta::days(7);

/// Sends a mail with a link to the owner of the address, if there is one. For an unknown address a mail that is never
/// sent is written instead, so that the answer takes as long.
pub async fn forgot(accounts: &Accounts, email: &str, now: DateTime<Utc>) -> Result<()> {
    let email = sign_up::normal_email(email);
    if accounts.take_mail_to(&email).is_err() {
        return Ok(());
    }
    accounts
        .store
        .transaction(async |tx| {
            if let Some(user) = store::by_email(tx, &email).await? {
                let token = links::make(tx, UserId(user.id), Purpose::ResetPassword, now).await?;
                let letter = Letter::ResetPassword { token };
                accounts.outbox.post(tx, sign_up::to(&user), &letter, Purpose::ResetPassword.good_for(), now).await?;
            } else {
                accounts.outbox.post(tx, ("", Lang::Az), &Letter::PasswordChanged, TimeDelta::zero(), now).await?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Sets a new password with the token of a link, and signs out everywhere. Who has the mail has the address, so it
/// counts as confirmed.
pub async fn reset(accounts: &Accounts, input: &ResetPassword, now: DateTime<Utc>) -> Result<()> {
    // First the costly part, so that the transaction is short.
    let hash = accounts.hasher.hash(&input.password).await?;
    accounts.store.transaction(async |tx| set_password(accounts, tx, input, &hash, now).await).await?;
    accounts.notice_ended(now).await
}

async fn set_password(
    accounts: &Accounts,
    tx: &Transaction,
    input: &ResetPassword,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let followed = links::take(tx, &input.token, Purpose::ResetPassword, now).await?;
    if !followed.first {
        return Err(Code::InvalidToken.into());
    }
    let user = store::by_id_locked(tx, followed.user).await?.ok_or(Code::InvalidToken)?;
    check_personal("/password", &input.password, &user)?;
    let mut changed = user.clone().into_active_model();
    changed.password_hash = Set(hash.to_owned());
    changed.email_verified_at = Set(user.email_verified_at.or(Some(to_ms(now))));
    changed.updated_at = Set(to_ms(now));
    store::change_user(tx, changed).await?;
    links::use_up(tx, UserId(user.id), Purpose::ResetPassword, now).await?;
    store::end_sessions(tx, UserId(user.id), None, to_ms(now)).await?;
    tell_changed(accounts, tx, &user, now).await?;
    Ok(())
}

/// Refuses a password that is somebody's own name or address.
pub fn check_personal(pointer: &str, password: &str, user: &users::Model) -> Result<()> {
    let mut violations = Violations::default();
    check_password(pointer, password, &[&user.email, &user.name], &mut violations);
    if violations.is_empty() { Ok(()) } else { Err(Error::invalid(violations)) }
}

/// Tells somebody by mail that their password was changed.
pub async fn tell_changed(
    accounts: &Accounts,
    tx: &Transaction,
    user: &users::Model,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    accounts.outbox.post(tx, sign_up::to(user), &Letter::PasswordChanged, CHANGED_GOOD_FOR, now).await
}
