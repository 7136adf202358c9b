//! People as the ministry sees them: to find somebody, and to say what they are.

mod store;

use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel, Set};
use serde_json::json;
use shared::{
    Code, FieldCode, Page, UserId,
    account::{AdminUser, ChangeUser, Role},
};

pub use store::Filter;

use super::{Accounts, store as accounts_store};
use crate::{
    audit,
    error::{Error, Result},
    http::cursor,
    store::{
        Transaction,
        clock::to_ms,
        entities::users,
        totals::{self, Metric},
    },
};

/// Tells this list's cursors from others.
const LIST: &str = "users";

/// A page of people, the newest first.
pub async fn list(accounts: &Accounts, filter: &Filter, limit: usize, after: Option<&str>) -> Result<Page<AdminUser>> {
    let after = cursor::decode::<UserId>(LIST, after)?;
    let mut users = store::admin_users(&accounts.store.read, filter, after, limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut users, limit, |last| UserId(last.id));
    Ok(Page { items: users.into_iter().map(Into::into).collect(), next_cursor })
}

/// One of them.
pub async fn get(accounts: &Accounts, user: UserId) -> Result<AdminUser> {
    let user = accounts_store::by_id(accounts.store.fresh(), user).await?.ok_or(Code::NotFound)?;
    Ok(user.into())
}

/// Says what somebody is. The count of educators, and the entry in the audit log, change in the same transaction.
pub async fn change(
    tx: &Transaction,
    admin: UserId,
    user: UserId,
    input: &ChangeUser,
    now: DateTime<Utc>,
) -> Result<AdminUser> {
    let before = accounts_store::by_id_locked(tx, user).await?.ok_or(Code::NotFound)?;
    let (role, role_verified) = standing(&before, input)?;
    if user == admin && role != Role::Admin {
        return Err(Error::new(Code::StateConflict).with("role", before.role()));
    }
    if role == before.role() && role_verified == before.has_standing() {
        return Ok(before.into());
    }
    let mut changed = before.clone().into_active_model();
    changed.role = Set(role.as_str().to_owned());
    changed.role_verified = Set(role_verified);
    changed.updated_at = Set(to_ms(now));
    let after = accounts_store::change_user(tx, changed).await?;
    let detail = json!({
        "before": {"role": before.role(), "role_verified": before.has_standing()},
        "after": {"role": after.role(), "role_verified": after.has_standing()},
    });
    audit::record(tx, Some(admin), "user.change", format!("users/{user}"), detail, now).await?;
    totals::add(tx, Metric::Educators, now, educators_more(&before, &after)).await?;
    Ok(after.into())
}

/// What somebody is after a change: another role counts as unverified unless the change says otherwise.
fn standing(before: &users::Model, input: &ChangeUser) -> Result<(Role, bool)> {
    let role = input.role.unwrap_or(before.role());
    if !role.needs_verification() {
        if input.role_verified == Some(false) {
            return Err(Error::invalid_at("/role_verified", FieldCode::NotAllowed));
        }
        return Ok((role, true));
    }
    let kept = role == before.role() && before.role_verified;
    Ok((role, input.role_verified.unwrap_or(kept)))
}

/// How many verified educators more there are.
pub fn educators_more(before: &users::Model, after: &users::Model) -> i64 {
    i64::from(after.is_verified_educator()) - i64::from(before.is_verified_educator())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(role: Role, role_verified: bool) -> users::Model {
        users::Model {
            id: uuid::Uuid::nil(),
            email: String::new(),
            email_verified_at: None,
            password_hash: String::new(),
            name: String::new(),
            role: role.as_str().to_owned(),
            role_verified,
            lang: "az".to_owned(),
            last_active_day: None,
            created_at: 0,
            updated_at: 0,
        }
    }

    fn change(role: Option<Role>, role_verified: Option<bool>) -> ChangeUser {
        ChangeUser { role, role_verified }
    }

    #[test]
    fn another_role_is_unverified_unless_said() {
        let teacher = user(Role::Educator, true);
        assert_eq!(standing(&teacher, &change(None, None)).unwrap(), (Role::Educator, true));
        assert_eq!(standing(&teacher, &change(None, Some(false))).unwrap(), (Role::Educator, false));
        let head = Role::InstitutionHead;
        assert_eq!(standing(&teacher, &change(Some(head), None)).unwrap(), (head, false));
        assert_eq!(standing(&teacher, &change(Some(head), Some(true))).unwrap(), (head, true));
        assert_eq!(standing(&teacher, &change(Some(Role::Learner), None)).unwrap(), (Role::Learner, true));
        assert!(standing(&teacher, &change(Some(Role::Learner), Some(false))).is_err());
    }

    #[test]
    fn verified_educators_are_counted() {
        let (teacher, unverified) = (user(Role::Educator, true), user(Role::Educator, false));
        assert_eq!(educators_more(&unverified, &teacher), 1);
        assert_eq!(educators_more(&teacher, &user(Role::InstitutionHead, true)), -1);
        assert_eq!(educators_more(&unverified, &user(Role::Learner, true)), 0);
    }
}
