//! Somebody's own account: to see, to change, to take along, to delete.

use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{IntoActiveModel, Set};
use shared::{
    Code, FieldCode, Lang, SessionId, UserId,
    account::{ChangeMe, DeleteMe, Export, Me, SessionView},
};

use super::{Accounts, Person, activity, recover, session::IDLE, sign_in::check_password, sign_up::normal_name, store};
use crate::{
    claims,
    error::{Error, Result},
    store::{
        Transaction,
        clock::{from_ms, to_ms},
        entities::{sessions, users},
        totals::{self, Metric},
    },
};

/// The account, seen from one of its sessions.
pub async fn view(accounts: &Accounts, user: users::Model, current: SessionId, now: DateTime<Utc>) -> Result<Me> {
    let sessions = store::sessions_of(accounts.store.fresh(), UserId(user.id), to_ms(now - IDLE), to_ms(now)).await?;
    Ok(Me {
        id: UserId(user.id),
        email_verified: user.email_verified_at.is_some(),
        role: user.role(),
        role_verified: user.has_standing(),
        lang: Lang::from_tag(&user.lang).unwrap_or_default(),
        created_at: from_ms(user.created_at),
        sessions: sessions.into_iter().map(|session| seen_from(session, current)).collect(),
        email: user.email,
        name: user.name,
    })
}

fn seen_from(session: sessions::Model, current: SessionId) -> SessionView {
    SessionView {
        id: SessionId(session.id),
        current: session.id == current.0,
        user_agent: session.user_agent,
        created_at: from_ms(session.created_at),
        last_used_at: from_ms(session.last_used_at),
    }
}

/// Changes what is given. A new password ends all other sessions.
pub async fn change(
    accounts: &Accounts,
    person: Person,
    input: ChangeMe,
    address: IpAddr,
    now: DateTime<Utc>,
) -> Result<Me> {
    let (session, user) = (person.caller.session, person.account);
    let mut changed = user.clone().into_active_model();
    changed.updated_at = Set(to_ms(now));
    if let Some(name) = &input.name {
        changed.name = Set(normal_name(name));
    }
    if let Some(lang) = input.lang {
        changed.lang = Set(lang.tag().to_owned());
    }
    if let Some(password) = &input.new_password {
        confirm(accounts, &user, input.current_password.as_deref().unwrap_or_default(), address).await?;
        recover::check_personal("/new_password", password, &user)?;
        changed.password_hash = Set(accounts.hasher.hash(password).await?);
    }
    let user = accounts
        .store
        .transaction(async |tx| {
            let user = store::change_user(tx, changed.clone()).await?;
            if input.new_password.is_some() {
                store::end_sessions(tx, UserId(user.id), Some(session), to_ms(now)).await?;
                recover::tell_changed(accounts, tx, &user, now).await?;
            }
            Ok(user)
        })
        .await?;
    if input.new_password.is_some() {
        accounts.notice_ended(now).await?;
    }
    view(accounts, user, session, now).await
}

/// Refuses unless the present password is right.
async fn confirm(accounts: &Accounts, user: &users::Model, password: &str, address: IpAddr) -> Result<()> {
    if check_password(accounts, &user.email, password, Some(&user.password_hash), address).await? {
        return Ok(());
    }
    Err(Error::invalid_at("/current_password", FieldCode::WrongPassword))
}

/// Deletes the account and all that is known of the person. Claims stay in the ledger, under an id that names nobody.
pub async fn delete(
    accounts: &Accounts,
    person: &Person,
    input: &DeleteMe,
    address: IpAddr,
    now: DateTime<Utc>,
) -> Result<()> {
    confirm(accounts, &person.account, &input.current_password, address).await?;
    accounts.store.transaction(async |tx| erase(accounts, tx, person, now).await).await?;
    accounts.notice_ended(now).await
}

/// The account is locked first: claims lock their claimants, too, so one that is being decided is given back here, and none
/// is granted any more.
async fn erase(accounts: &Accounts, tx: &Transaction, person: &Person, now: DateTime<Utc>) -> Result<()> {
    let user = store::by_id_locked(tx, person.caller.user).await?.ok_or(Code::SessionEnded)?;
    let id = UserId(user.id);
    store::end_sessions(tx, id, None, to_ms(now)).await?;
    store::note_ended(tx, person.caller.session, to_ms(now)).await?;
    accounts.outbox.take_back(tx, &user.email).await?;
    (accounts.farewell)(accounts, tx, id, now).await?;
    claims::cancel_all(tx, id, now).await?;
    claims::spent::remember(tx, id, &accounts.mailboxes.hash(&user.email), now).await?;
    store::delete_user(tx, id).await?;
    if let Some(day) = user.last_active_day {
        activity::add(tx, day, -1).await?;
    }
    totals::add(tx, Metric::Users, now, -1).await?;
    totals::add(tx, Metric::Educators, now, -i64::from(user.is_verified_educator())).await?;
    Ok(())
}

/// Everything that is kept about somebody.
pub async fn export(accounts: &Accounts, person: Person, now: DateTime<Utc>) -> Result<Export> {
    let claims = store::claims_of(accounts.store.fresh(), person.caller.user).await?;
    let last_active_on = person
        .account
        .last_active_day
        .and_then(|day| NaiveDate::default().checked_add_signed(TimeDelta::days(i64::from(day))));
    Ok(Export {
        account: view(accounts, person.account, person.caller.session, now).await?,
        last_active_on,
        claims: claims.into_iter().map(Into::into).collect(),
    })
}
