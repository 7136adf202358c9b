//! The people of a partner. All changes are made under the partner's lock, so that of two owners who leave at once one
//! is refused.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::ConnectionTrait;
use serde_json::json;
use shared::{
    Code, Page, PartnerId, UserId,
    partner::{MemberRole, MemberView, MyPartner, PartnerState},
};
use uuid::Uuid;

use super::{Actor, store};
use crate::{
    audit,
    error::{Error, Result},
    http::cursor,
    store::{Store, Transaction, clock::from_ms, entities::partners},
};

/// Tells this list's cursors from others.
const LIST: &str = "members";
const OWN_LIST: &str = "own_partners";

/// A member as colleagues see them.
pub fn view(member: store::Member) -> Result<MemberView> {
    Ok(MemberView {
        user_id: UserId(member.user_id),
        role: role(&member.role)?,
        since: from_ms(member.created_at),
        name: member.name,
        email: member.email,
    })
}

fn role(name: &str) -> Result<MemberRole> {
    MemberRole::from_name(name).ok_or_else(|| Error::internal("unknown role of a member"))
}

/// A page of a partner's people, by the age of their accounts.
pub async fn list(db: &Store, partner: PartnerId, limit: usize, after: Option<&str>) -> Result<Page<MemberView>> {
    let after = cursor::decode::<Uuid>(LIST, after)?;
    let mut rows = store::members(db.fresh(), partner, after, limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut rows, limit, |last| last.user_id);
    Ok(Page { items: rows.into_iter().map(view).collect::<Result<_>>()?, next_cursor })
}

/// Gives a member another role.
pub async fn change(
    tx: &Transaction,
    actor: Actor,
    partner: PartnerId,
    user: UserId,
    new: MemberRole,
    now: DateTime<Utc>,
) -> Result<MemberView> {
    store::lock(tx, partner).await?.ok_or(Code::NotFound)?;
    let mut member = store::member(tx, partner, user).await?.ok_or(Code::NotFound)?;
    let old = role(&member.role)?;
    if new == old {
        return view(member);
    }
    if old == MemberRole::Owner {
        check_other_owner(tx, partner, user).await?;
    }
    store::set_role(tx, partner, user, new).await?;
    let detail = json!({"user": user, "from": old, "to": new});
    audit::record(tx, actor.user(), "member.change", format!("partner:{partner}"), detail, now).await?;
    new.as_str().clone_into(&mut member.role);
    view(member)
}

/// Takes somebody out, or lets them leave.
pub async fn remove(
    tx: &Transaction,
    actor: Actor,
    partner: PartnerId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    let partner = store::lock(tx, partner).await?.ok_or(Code::NotFound)?;
    let_go(tx, actor.user(), &partner, user, now).await?;
    Ok(())
}

/// Before an account goes: its memberships end, unless it is the last owner of a partner that needs one.
pub fn farewell(tx: &Transaction, user: UserId, now: DateTime<Utc>) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move {
        for partner in store::lock_all_of(tx, user).await? {
            let refused = |error: Error| error.with("partner", &partner.slug);
            let_go(tx, Some(user), &partner, user, now).await.map_err(refused)?;
        }
        Ok(store::forget_person(tx, user).await?)
    })
}

/// Ends a membership at a partner that is locked. An application that is left by its last owner is withdrawn.
async fn let_go(
    tx: &impl ConnectionTrait,
    actor: Option<UserId>,
    partner: &partners::Model,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    let id = PartnerId(partner.id);
    let member = store::member(tx, id, user).await?.ok_or(Code::NotFound)?;
    if role(&member.role)? == MemberRole::Owner
        && let Err(error) = check_other_owner(tx, id, user).await
    {
        match PartnerState::from_name(&partner.state) {
            Some(PartnerState::Refused) => {}
            Some(PartnerState::Applied) => {
                let withdrawn = partners::Model { state: PartnerState::Refused.as_str().to_owned(), ..partner.clone() };
                store::write(tx, withdrawn).await?;
            }
            _ => return Err(error),
        }
    }
    store::remove_member(tx, id, user).await?;
    let detail = json!({"user": user, "role": member.role});
    audit::record(tx, actor, "member.remove", format!("partner:{id}"), detail, now).await?;
    Ok(())
}

async fn check_other_owner(tx: &impl ConnectionTrait, partner: PartnerId, user: UserId) -> Result<()> {
    let owners = store::owners(tx, &[partner.0]).await?;
    if owners.iter().any(|owner| owner.user_id != user.0) { Ok(()) } else { Err(Code::LastOwner.into()) }
}

/// The partners of somebody, by their names in addresses.
pub async fn partners_of(db: &Store, user: UserId, limit: usize, after: Option<&str>) -> Result<Page<MyPartner>> {
    let after = cursor::decode::<String>(OWN_LIST, after)?.unwrap_or_default();
    let mut rows = store::partners_of(db.fresh(), user, &after, limit + 1).await?;
    let next_cursor = cursor::cut(OWN_LIST, &mut rows, limit, |last| last.slug.clone());
    let mine = |row: store::Mine| {
        let state = PartnerState::from_name(&row.state).ok_or_else(|| Error::internal("unknown state of a partner"))?;
        Ok(MyPartner { slug: row.slug, name: row.name, state, role: role(&row.role)? })
    };
    Ok(Page { items: rows.into_iter().map(mine).collect::<Result<_>>()?, next_cursor })
}
