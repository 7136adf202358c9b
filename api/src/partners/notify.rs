//! Mails to those who work for a partner, each in their own language.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use shared::{Lang, PartnerId, partner::MemberRole};

use crate::{
    accounts::{Accounts, Mail},
    store::entities::{members, partners, users},
};

/// Members who get a mail, at most.
const MEMBERS: u64 = 50;
/// How long such a mail is worth sending.
const GOOD_FOR: TimeDelta = TimeDelta::days(3);

/// Writes a mail, made for the partner's name in addresses, to all members with at least a role whose address is confirmed; `db` is the transaction of what it
/// speaks of. Answers whether anybody gets one: then the outbox is to be woken after the commit. A sandbox has no
/// members.
pub async fn notify<M: Mail>(
    db: &impl ConnectionTrait,
    accounts: &Accounts,
    partner: PartnerId,
    least: MemberRole,
    mail: impl FnOnce(&str) -> M,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let roles = MemberRole::ALL.iter().filter(|role| **role >= least).map(|role| role.as_str());
    let of_partner = members::Entity::find()
        .filter(members::Column::PartnerId.eq(partner.0))
        .filter(members::Column::Role.is_in(roles))
        .limit(MEMBERS)
        .all(db)
        .await?;
    if of_partner.is_empty() {
        return Ok(false);
    }
    let Some(partner) = partners::Entity::find_by_id(partner.0).one(db).await? else { return Ok(false) };
    let mail = mail(&partner.slug);
    let people = users::Entity::find()
        .filter(users::Column::Id.is_in(of_partner.iter().map(|member| member.user_id)))
        .filter(users::Column::EmailVerifiedAt.is_not_null())
        .all(db)
        .await?;
    for person in &people {
        let lang = Lang::from_tag(&person.lang).unwrap_or_default();
        accounts.post(db, (&person.email, lang), &mail, GOOD_FOR, now).await?;
    }
    Ok(!people.is_empty())
}
