//! The people of a partner. All changes are made under the partner's lock, so that of two owners who leave at once one
//! is refused.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::ConnectionTrait;
use serde_json::json;
use shared::{
    Code, Lang, Page, PartnerId, UserId,
    partner::{MemberRole, MemberView, MyPartner, PartnerState},
};
use uuid::Uuid;

use super::{Actor, join::TELL_FOR, letters::Letter, store};
use crate::{
    accounts::Accounts,
    audit,
    error::{Error, Result},
    http::cursor,
    store::{
        Store, Transaction,
        clock::{from_ms, to_ms},
        entities::partners,
    },
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

/// Who changes the people of which partner, and when.
#[derive(Clone, Copy, Debug)]
pub struct Doing {
    pub actor: Actor,
    pub partner: PartnerId,
    pub now: DateTime<Utc>,
}

/// Gives a member another role.
pub async fn change(
    tx: &Transaction,
    accounts: &Accounts,
    doing: &Doing,
    user: UserId,
    new: MemberRole,
) -> Result<MemberView> {
    let Doing { actor, partner, now } = *doing;
    let locked = store::lock(tx, partner).await?.ok_or(Code::NotFound)?;
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
    if old == MemberRole::Owner {
        end_owner(tx, accounts, &locked, &member, now).await?;
    }
    new.as_str().clone_into(&mut member.role);
    view(member)
}

/// Takes somebody out, or lets them leave.
pub async fn remove(tx: &Transaction, accounts: &Accounts, doing: &Doing, user: UserId) -> Result<()> {
    let partner = store::lock(tx, doing.partner).await?.ok_or(Code::NotFound)?;
    let_go(tx, accounts, doing.actor.user(), (&partner, user), doing.now).await?;
    Ok(())
}

/// Before an account goes: its memberships end, unless it is the last owner of a partner that needs one.
pub fn farewell<'a>(
    accounts: &'a Accounts,
    tx: &'a Transaction,
    user: UserId,
    now: DateTime<Utc>,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for partner in store::lock_all_of(tx, user).await? {
            let refused = |error: Error| error.with("partner", &partner.slug);
            let_go(tx, accounts, Some(user), (&partner, user), now).await.map_err(refused)?;
        }
        Ok(store::forget_person(tx, user).await?)
    })
}

/// Ends what somebody began as an owner of a partner that is locked: their invitations are void, and the owners who stay
/// are asked by mail about the keys that they made.
async fn end_owner(
    tx: &Transaction,
    accounts: &Accounts,
    partner: &partners::Model,
    former: &store::Member,
    now: DateTime<Utc>,
) -> Result<()> {
    let (id, user) = (PartnerId(partner.id), UserId(former.user_id));
    let ended = store::end_invitations_of(tx, id, user).await?;
    if ended > 0 {
        let detail = json!({"invited_by": user, "count": ended});
        audit::record(tx, None, "member.uninvite", format!("partner:{id}"), detail, now).await?;
    }
    let keys = store::keys_made_by(tx, id, user, to_ms(now)).await?;
    if keys.is_empty() {
        return Ok(());
    }
    let letter = Letter::KeysLeft {
        slug: partner.slug.clone(),
        maker: former.email.clone(),
        keys: keys.into_iter().map(|key| key.name).collect(),
    };
    for owner in store::owners(tx, &[partner.id]).await?.iter().filter(|owner| owner.user_id != user.0) {
        let lang = Lang::from_tag(&owner.lang).unwrap_or_default();
        accounts.post(tx, (&owner.email, lang), &letter, TELL_FOR, now).await?;
    }
    Ok(())
}

/// Ends a membership at a partner that is locked. An application that is left by its last owner is withdrawn.
async fn let_go(
    tx: &Transaction,
    accounts: &Accounts,
    actor: Option<UserId>,
    (partner, user): (&partners::Model, UserId),
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
    end_owner(tx, accounts, partner, &member, now).await
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
