//! Tokens of the links in mails: good for one purpose, once, for a while.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{Code, UserId};

use super::{secret, store};
use crate::{
    error::Result,
    store::{clock::to_ms, entities::mail_tokens},
};

/// What following the link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    VerifyEmail,
    ResetPassword,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }

    /// How long the link works.
    pub const fn good_for(self) -> TimeDelta {
        match self {
            Self::VerifyEmail => TimeDelta::hours(48),
            Self::ResetPassword => TimeDelta::minutes(30),
        }
    }
}

/// Makes a token for somebody's link.
pub async fn make(
    db: &impl ConnectionTrait,
    user: UserId,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<String, DbErr> {
    let (token, hash) = secret::generate();
    let row = mail_tokens::Model {
        hash,
        user_id: user.0,
        purpose: purpose.as_str().to_owned(),
        expires_at: to_ms(now + purpose.good_for()),
        used_at: None,
    };
    store::add_mail_token(db, row).await?;
    Ok(token)
}

/// A link that was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    pub user: UserId,
    /// Whether it is the first time.
    pub first: bool,
}

/// Takes a token: it is used up when the transaction commits.
pub async fn take(db: &impl ConnectionTrait, token: &str, purpose: Purpose, now: DateTime<Utc>) -> Result<Followed> {
    let hash = secret::hash(token);
    let row = store::mail_token(db, &hash).await?.filter(|row| is_good(row, purpose, to_ms(now)));
    let row = row.ok_or(Code::InvalidToken)?;
    let first = row.used_at.is_none();
    if first {
        store::use_mail_token(db, &hash, to_ms(now)).await?;
    }
    Ok(Followed { user: UserId(row.user_id), first })
}

/// Uses up all of somebody's links for a purpose: after a new password, older mails set no other one.
pub async fn use_up(
    db: &impl ConnectionTrait,
    user: UserId,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    store::use_mail_tokens_of(db, user, purpose.as_str(), to_ms(now)).await
}

fn is_good(row: &mail_tokens::Model, purpose: Purpose, now: i64) -> bool {
    row.purpose == purpose.as_str() && row.expires_at > now
}
