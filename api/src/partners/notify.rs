//! Mails to those who work for a partner, each in their own language.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use shared::{Lang, PartnerId, partner::MemberRole};

use crate::{
    accounts::{Accounts, Mail},
    store::{
        Transaction,
        entities::{members, partners, users},
    },
};

/// Members who get a mail, at most.
const MEMBERS: u64 = 50;
/// How long such a mail is worth sending.
const GOOD_FOR: TimeDelta = TimeDelta::days(3);

/// Writes a mail, made for the partner's name in addresses, to all members with at least a role whose address is confirmed,
/// in the transaction of what it speaks of. A sandbox has no members.
pub async fn notify<M: Mail>(
    tx: &Transaction,
    accounts: &Accounts,
    partner: PartnerId,
    least: MemberRole,
    mail: impl FnOnce(&str) -> M,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let roles = MemberRole::ALL.iter().filter(|role| **role >= least).map(|role| role.as_str());
    let of_partner = members::Entity::find()
        .filter(members::Column::PartnerId.eq(partner.0))
        .filter(members::Column::Role.is_in(roles))
        .limit(MEMBERS)
        .all(tx)
        .await?;
    if of_partner.is_empty() {
        return Ok(());
    }
    let Some(partner) = partners::Entity::find_by_id(partner.0).one(tx).await? else { return Ok(()) };
    let mail = mail(&partner.slug);
    let people = users::Entity::find()
        .filter(users::Column::Id.is_in(of_partner.iter().map(|member| member.user_id)))
        .filter(users::Column::EmailVerifiedAt.is_not_null())
        .all(tx)
        .await?;
    for person in &people {
        let lang = Lang::from_tag(&person.lang).unwrap_or_default();
        accounts.post(tx, (&person.email, lang), &mail, GOOD_FOR, now).await?;
    }
    Ok(())
}
