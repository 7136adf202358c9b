//! Sessions: a sign-in on one device, renewed by refresh tokens that are good for one use. A token that is used again
//! was copied, so the session ends (RFC 9700 §4.14.2).

use chrono::{DateTime, TimeDelta, Utc};
use shared::{Code, SessionId, UserId, account::Tokens};
use uuid::Uuid;

use super::{Accounts, secret, store, token::ACCESS_SECONDS};
use crate::{
    error::Result,
    store::{Transaction, clock::to_ms, entities::sessions},
};

/// A session ends after this, however much it is used.
const LIFETIME: TimeDelta = TimeDelta::days(30);
/// A session ends when it was not used for so long.
pub const IDLE: TimeDelta = TimeDelta::days(14);
/// For so long after its use a refresh token gets a sibling rather than ending the session: two tabs that wake up
/// together, or an answer that was lost on a weak connection.
const GRACE: TimeDelta = TimeDelta::seconds(10);
/// Longest name of a browser or program that is kept.
const USER_AGENT_MAX: usize = 200;

/// Fresh tokens of a session.
#[derive(Clone, Debug)]
pub struct Issued {
    pub session: SessionId,
    pub access: String,
    pub refresh: String,
}

impl From<Issued> for Tokens {
    fn from(issued: Issued) -> Self {
        Self {
            access_token: issued.access,
            token_type: "Bearer".to_owned(),
            expires_in: u32::try_from(ACCESS_SECONDS).unwrap_or_default(),
            refresh_token: issued.refresh,
        }
    }
}

/// Starts a session.
pub async fn start(accounts: &Accounts, user: UserId, user_agent: Option<&str>, now: DateTime<Utc>) -> Result<Issued> {
    let session = SessionId(Uuid::now_v7());
    let (refresh, hash) = secret::generate();
    let access = accounts.keys.sign(user, session, now)?;
    let user_agent = user_agent.map(|name| name.chars().filter(|c| !c.is_control()).take(USER_AGENT_MAX).collect());
    let row = sessions::Model {
        id: session.0,
        user_id: user.0,
        user_agent,
        created_at: to_ms(now),
        last_used_at: to_ms(now),
        expires_at: to_ms(now + LIFETIME),
    };
    accounts
        .store
        .transaction(async |tx| {
            store::add_session(tx, row.clone()).await?;
            store::add_refresh(tx, hash.clone(), session.0, to_ms(now)).await?;
            Ok(())
        })
        .await?;
    accounts.activity.saw(user);
    Ok(Issued { session, access, refresh })
}

/// Exchanges a refresh token for fresh tokens.
pub async fn renew(accounts: &Accounts, refresh: &str, now: DateTime<Utc>) -> Result<Issued> {
    let given = secret::hash(refresh);
    // Without the write lock first: whoever tries tokens at random holds up nobody.
    store::refresh_token(accounts.store.fresh(), &given).await?.ok_or(Code::SessionEnded)?;
    let renewed = accounts.store.transaction(async |tx| use_refresh(accounts, tx, &given, now).await).await?;
    match renewed {
        Renewed::Issued(user, issued) => {
            accounts.activity.saw(user);
            Ok(issued)
        }
        Renewed::Copied(session) => {
            accounts.notice_ended(now).await?;
            tracing::warn!(%session, "session.refresh_token_reused");
            Err(Code::SessionEnded.into())
        }
    }
}

/// What became of a refresh token.
enum Renewed {
    Issued(UserId, Issued),
    /// It was used before: the session has been ended.
    Copied(SessionId),
}

async fn use_refresh(accounts: &Accounts, tx: &Transaction, given: &[u8], now: DateTime<Utc>) -> Result<Renewed> {
    let first = store::use_refresh(tx, given, to_ms(now)).await?;
    let (token, session) = store::refresh_token(tx, given).await?.ok_or(Code::SessionEnded)?;
    let (user, id) = (UserId(session.user_id), SessionId(session.id));
    match judge(first, token.used_at, &session, to_ms(now)) {
        Verdict::Renew => {
            let (refresh, hash) = secret::generate();
            store::add_refresh(tx, hash, session.id, to_ms(now)).await?;
            store::touch_session(tx, session.id, to_ms(now)).await?;
            let access = accounts.keys.sign(user, id, now)?;
            Ok(Renewed::Issued(user, Issued { session: id, access, refresh }))
        }
        Verdict::Ended => Err(Code::SessionEnded.into()),
        Verdict::Copied => {
            store::end_session(tx, user, id, to_ms(now)).await?;
            Ok(Renewed::Copied(id))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Renew,
    Ended,
    Copied,
}

fn judge(first: bool, used_at: Option<i64>, session: &sessions::Model, now: i64) -> Verdict {
    if !is_alive(session, now) {
        Verdict::Ended
    } else if first || used_at.is_some_and(|at| now - at <= GRACE.num_milliseconds()) {
        Verdict::Renew
    } else {
        Verdict::Copied
    }
}

fn is_alive(session: &sessions::Model, now: i64) -> bool {
    session.expires_at > now && session.last_used_at > now - IDLE.num_milliseconds()
}

/// Which sessions to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that asks.
    Present(SessionId),
    /// Another one of the same person.
    Other(SessionId),
    /// All of the person's.
    All(SessionId),
}

/// Ends sessions of somebody; their access tokens are refused from now on, by other processes within a second.
pub async fn end(accounts: &Accounts, user: UserId, which: Which, now: DateTime<Utc>) -> Result<()> {
    accounts.store.transaction(async |tx| end_in(tx, user, which, now).await).await?;
    accounts.notice_ended(now).await
}

async fn end_in(tx: &Transaction, user: UserId, which: Which, now: DateTime<Utc>) -> Result<()> {
    match which {
        Which::Other(session) => {
            if !store::end_session(tx, user, session, to_ms(now)).await? {
                return Err(Code::NotFound.into());
            }
        }
        Which::Present(session) => {
            store::end_session(tx, user, session, to_ms(now)).await?;
            store::note_ended(tx, session, to_ms(now)).await?;
        }
        Which::All(session) => {
            store::end_sessions(tx, user, None, to_ms(now)).await?;
            store::note_ended(tx, session, to_ms(now)).await?;
        }
    }
    Ok(())
}

/// The session of a refresh token, with its person: for signing out when the access token has expired.
pub async fn of_refresh(accounts: &Accounts, refresh: &str) -> Result<(UserId, SessionId)> {
    let found = store::refresh_token(accounts.store.fresh(), &secret::hash(refresh)).await?;
    let (_, session) = found.ok_or(Code::SessionEnded)?;
    Ok((UserId(session.user_id), SessionId(session.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn session(age: TimeDelta, idle: TimeDelta) -> sessions::Model {
        sessions::Model {
            id: Uuid::nil(),
            user_id: Uuid::nil(),
            user_agent: None,
            created_at: NOW - age.num_milliseconds(),
            last_used_at: NOW - idle.num_milliseconds(),
            expires_at: NOW + (LIFETIME - age).num_milliseconds(),
        }
    }

    #[test]
    fn a_refresh_token_is_good_once_with_a_moments_grace() {
        let young = session(TimeDelta::hours(1), TimeDelta::minutes(9));
        assert_eq!(judge(true, Some(NOW), &young, NOW), Verdict::Renew);
        assert_eq!(judge(false, Some(NOW - 10_000), &young, NOW), Verdict::Renew);
        assert_eq!(judge(false, Some(NOW - 10_001), &young, NOW), Verdict::Copied);
    }

    #[test]
    fn a_session_ends_by_age_and_by_idleness() {
        let (hour, day) = (TimeDelta::hours(1), TimeDelta::days(1));
        assert_eq!(judge(true, Some(NOW), &session(LIFETIME - hour, hour), NOW), Verdict::Renew);
        assert_eq!(judge(true, Some(NOW), &session(LIFETIME, hour), NOW), Verdict::Ended);
        assert_eq!(judge(true, Some(NOW), &session(IDLE + day, IDLE - hour), NOW), Verdict::Renew);
        assert_eq!(judge(true, Some(NOW), &session(IDLE + day, IDLE), NOW), Verdict::Ended);
    }
}
