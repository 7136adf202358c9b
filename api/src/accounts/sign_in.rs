//! Signing in with address and password.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use shared::{Code, UserId, account::Login};

use super::{Accounts, session, session::Issued, sign_up, store};
use crate::{error::Result, store::entities::users};

/// Checks the password and starts a session. An address without an account takes the same time as a wrong password.
pub async fn sign_in(
    accounts: &Accounts,
    input: &Login,
    address: IpAddr,
    user_agent: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(users::Model, Issued)> {
    let email = sign_up::normal_email(&input.email);
    let user = store::by_email(accounts.store.fresh(), &email).await?;
    let hash = user.as_ref().map(|user| user.password_hash.as_str());
    let fits = check_password(accounts, &email, &input.password, hash, address).await?;
    let user = user.filter(|_| fits).ok_or(Code::InvalidCredentials)?;
    let issued = session::start(accounts, UserId(user.id), user_agent, now).await?;
    Ok((user, issued))
}

/// Whether the password fits, within the limits on guessing.
pub async fn check_password(
    accounts: &Accounts,
    email: &str,
    password: &str,
    hash: Option<&str>,
    address: IpAddr,
) -> Result<bool> {
    let guess = accounts.limits.begin_guess(email, address).await?;
    let fits = accounts.hasher.verify(password, hash).await?;
    if !fits {
        guess.count();
    }
    Ok(fits)
}
