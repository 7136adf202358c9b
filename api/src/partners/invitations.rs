//! Inviting people to work for a partner.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use shared::{
    Code, InvitationId, Lang, Page, PartnerId, UserId,
    offer::PartnerRef,
    partner::{
        INVITATION_DAYS, INVITATIONS_MAX, InvitationCard, InvitationView, MEMBERS_MAX, MemberRole, MyPartner,
        NewInvitation, PartnerState, email_hint,
    },
};
use uuid::Uuid;

use super::{Actor, access::check_active, letters::Letter, store};
use crate::{
    accounts::{Accounts, Person, secret},
    audit,
    error::{Error, Result},
    http::cursor,
    store::{
        Store, Transaction,
        clock::{from_ms, to_ms},
        entities::{invitations, partners},
    },
};

/// Tells this list's cursors from others.
const LIST: &str = "invitations";

fn view(row: invitations::Model) -> Result<InvitationView> {
    Ok(InvitationView {
        id: InvitationId(row.id),
        role: role(&row)?,
        email: row.email,
        invited_by: row.invited_by.map(UserId),
        created_at: from_ms(row.created_at),
        expires_at: from_ms(row.expires_at),
    })
}

fn role(row: &invitations::Model) -> Result<MemberRole> {
    MemberRole::from_name(&row.role).ok_or_else(|| Error::internal("unknown role of an invitation"))
}

/// Invites somebody. Only a partner whom the ministry let in invites: its name stands in the mail.
pub async fn invite(
    tx: &Transaction,
    accounts: &Accounts,
    actor: Actor,
    partner: &partners::Model,
    (input, lang): (&NewInvitation, Lang),
    now: DateTime<Utc>,
) -> Result<InvitationView> {
    check_active(partner)?;
    let (id, email) = (PartnerId(partner.id), input.email.to_ascii_lowercase());
    accounts.take_mail_to(&email)?;
    store::lock(tx, id).await?.ok_or(Code::NotFound)?;
    if store::has_member_of(tx, id, &email).await? {
        return Err(Error::new(Code::AlreadyExists).with("pointer", "/email"));
    }
    let open = store::count_invitations(tx, id, &email, to_ms(now)).await?;
    if open >= u64::from(INVITATIONS_MAX) {
        return Err(Error::new(Code::LimitReached).with("max", INVITATIONS_MAX));
    }
    check_room(store::count_members(tx, id).await?)?;
    let (token, hash) = secret::generate();
    let good_for = TimeDelta::days(INVITATION_DAYS);
    let row = invitations::Model {
        id: Uuid::now_v7(),
        partner_id: id.0,
        email,
        role: input.role.as_str().to_owned(),
        hash,
        invited_by: actor.user().map(Into::into),
        created_at: to_ms(now),
        expires_at: to_ms(now + good_for),
    };
    store::put_invitation(tx, row.clone()).await?;
    let detail = json!({"invitation": row.id, "email": email_hint(&row.email), "role": input.role});
    audit::record(tx, actor.user(), "member.invite", format!("partner:{id}"), detail, now).await?;
    let letter = Letter::Invited { token, partner: partner.name.clone(), role: input.role };
    accounts.post(tx, (&row.email, input.lang.unwrap_or(lang)), &letter, good_for, now).await?;
    view(row)
}

fn check_room(members: u64) -> Result<()> {
    if members >= u64::from(MEMBERS_MAX) {
        return Err(Error::new(Code::LimitReached).with("max", MEMBERS_MAX));
    }
    Ok(())
}

/// A page of the invitations that can still be accepted, the newest first.
pub async fn list(
    db: &Store,
    partner: PartnerId,
    limit: usize,
    after: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Page<InvitationView>> {
    let before = cursor::decode::<Uuid>(LIST, after)?;
    let mut rows = store::invitations(db.fresh(), partner, before, limit + 1, to_ms(now)).await?;
    let next_cursor = cursor::cut(LIST, &mut rows, limit, |last| last.id);
    Ok(Page { items: rows.into_iter().map(view).collect::<Result<_>>()?, next_cursor })
}

/// Takes an invitation back.
pub async fn revoke(
    tx: &Transaction,
    actor: Actor,
    partner: PartnerId,
    id: InvitationId,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = store::invitation(tx, partner, id).await?.ok_or(Code::NotFound)?;
    if !store::delete_invitation(tx, row.id).await? {
        return Err(Code::NotFound.into());
    }
    let detail = json!({"invitation": id, "email": email_hint(&row.email), "role": row.role});
    audit::record(tx, actor.user(), "member.uninvite", format!("partner:{partner}"), detail, now).await?;
    Ok(())
}

/// What somebody who has the link sees before they sign in.
pub async fn card(db: &Store, token: &str, now: DateTime<Utc>) -> Result<InvitationCard> {
    let hash = secret::hash(token);
    let row = store::invitation_of(db.fresh(), &hash, to_ms(now)).await?.ok_or(Code::InvalidToken)?;
    let partner = store::find(db.fresh(), PartnerId(row.partner_id)).await?.ok_or(Code::InvalidToken)?;
    Ok(InvitationCard {
        role: role(&row)?,
        email_hint: email_hint(&row.email),
        expires_at: from_ms(row.expires_at),
        partner: PartnerRef { slug: partner.slug, name: partner.name },
    })
}

/// Accepts an invitation with the account of the address that was invited.
pub async fn accept(tx: &Transaction, person: &Person, token: &str, now: DateTime<Utc>) -> Result<MyPartner> {
    let (account, user) = (&person.account, person.caller.user);
    let row = store::invitation_of(tx, &secret::hash(token), to_ms(now)).await?.ok_or(Code::InvalidToken)?;
    if account.email != row.email {
        return Err(Error::new(Code::WrongAccount).with("email_hint", email_hint(&row.email)));
    }
    if account.email_verified_at.is_none() {
        return Err(Code::EmailNotVerified.into());
    }
    let id = PartnerId(row.partner_id);
    let partner = store::lock(tx, id).await?.ok_or(Code::InvalidToken)?;
    // It holds as long as whoever sent it could send it now.
    let Some(inviter) = row.invited_by else { return Err(Code::InvalidToken.into()) };
    if !store::may_invite(tx, id, inviter).await? {
        return Err(Code::InvalidToken.into());
    }
    check_room(store::count_members(tx, id).await?)?;
    store::add_member(tx, id, user, role(&row)?, to_ms(now)).await?;
    // Of two who follow the link at once, and of somebody who takes it back, one is first.
    if !store::delete_invitation(tx, row.id).await? {
        return Err(Code::InvalidToken.into());
    }
    let detail = json!({"user": user, "role": row.role, "invited_by": row.invited_by});
    audit::record(tx, Some(user), "member.join", format!("partner:{id}"), detail, now).await?;
    let member = store::member(tx, id, user).await?.ok_or(Code::InvalidToken)?;
    let state = PartnerState::from_name(&partner.state).ok_or_else(|| Error::internal("unknown partner state"))?;
    let role = MemberRole::from_name(&member.role).ok_or_else(|| Error::internal("unknown role of a member"))?;
    Ok(MyPartner { slug: partner.slug, name: partner.name, state, role })
}
