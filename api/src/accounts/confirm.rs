//! Confirming an e-mail address.

use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel, Set};
use shared::{Code, UserId};

use super::{
    Accounts,
    links::{self, Purpose},
    mails::Letter,
    sign_up, store,
};
use crate::{
    error::Result,
    store::{clock::to_ms, entities::users},
};

/// Confirms the address of a link. Following it again is fine: mail programs and people do.
pub async fn confirm(accounts: &Accounts, token: &str, now: DateTime<Utc>) -> Result<()> {
    accounts
        .store
        .transaction(async |tx| {
            let followed = links::take(tx, token, Purpose::VerifyEmail, now).await?;
            let user = store::by_id_locked(tx, followed.user).await?.ok_or(Code::InvalidToken)?;
            if user.email_verified_at.is_some() {
                return Ok(());
            }
            if !followed.first {
                return Err(Code::InvalidToken.into());
            }
            let mut changed = user.into_active_model();
            changed.email_verified_at = Set(Some(to_ms(now)));
            changed.updated_at = Set(to_ms(now));
            store::change_user(tx, changed).await?;
            Ok(())
        })
        .await
}

/// Sends the mail again, to somebody whose address is not confirmed yet.
pub async fn send_again(accounts: &Accounts, user: &users::Model, now: DateTime<Utc>) -> Result<()> {
    if user.email_verified_at.is_some() || accounts.take_mail_to(&user.email).is_err() {
        return Ok(());
    }
    accounts
        .store
        .transaction(async |tx| {
            let token = links::make(tx, UserId(user.id), Purpose::VerifyEmail, now).await?;
            let letter = Letter::VerifyEmail { token };
            accounts.outbox.post(tx, sign_up::to(user), &letter, Purpose::VerifyEmail.good_for(), now).await?;
            Ok(())
        })
        .await?;
    Ok(())
}
