//! The ministry's side: who may be a partner.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;
use shared::{
    Code, Lang, Page, PartnerId, UserId,
    partner::{AdminPartner, MemberView, PartnerAction, PartnerState},
};
use uuid::Uuid;

use super::{join::TELL_FOR, letters::Letter, members, profile, store};
use crate::{
    accounts::Accounts,
    audit,
    error::{Error, Result},
    http::cursor,
    store::{
        Store, Transaction,
        entities::{partner_profiles, partners},
    },
};

/// Tells this list's cursors from others.
const LIST: &str = "partners";

/// A page of partners, the newest first.
pub async fn list(
    db: &Store,
    state: Option<PartnerState>,
    words: Option<&str>,
    limit: usize,
    after: Option<&str>,
) -> Result<Page<AdminPartner>> {
    let before = cursor::decode::<Uuid>(LIST, after)?;
    let mut rows = store::admin_page(db.fresh(), state, words, before, limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut rows, limit, |last| last.id);
    Ok(Page { items: views(db.fresh(), rows).await?, next_cursor })
}

/// One partner.
pub async fn get(db: &impl ConnectionTrait, id: PartnerId) -> Result<AdminPartner> {
    let row = store::find(db, id).await?.ok_or(Code::NotFound)?;
    views(db, vec![row]).await?.pop().ok_or_else(|| Code::NotFound.into())
}

async fn views(db: &impl ConnectionTrait, rows: Vec<partners::Model>) -> Result<Vec<AdminPartner>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let profiles = store::profiles(db, &ids).await?;
    let mut profiles: HashMap<Uuid, partner_profiles::Model> =
        profiles.into_iter().map(|profile| (profile.partner_id, profile)).collect();
    let mut owners: HashMap<Uuid, Vec<MemberView>> = HashMap::new();
    for owner in store::owners(db, &ids).await? {
        owners.entry(owner.partner_id).or_default().push(members::view(owner)?);
    }
    rows.into_iter()
        .map(|row| {
            let id = row.id;
            let profile = profiles.remove(&id).unwrap_or_else(|| store::no_profile(id));
            let profile = profile::view(row, profile)?;
            let allowed = profile.state.allowed();
            Ok(AdminPartner { profile, owners: owners.remove(&id).unwrap_or_default(), allowed })
        })
        .collect()
}

/// Takes an action on a partner, and tells its owners.
pub async fn act(
    tx: &Transaction,
    accounts: &Accounts,
    admin: UserId,
    id: PartnerId,
    action: PartnerAction,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<AdminPartner> {
    let mut row = store::lock(tx, id).await?.ok_or(Code::NotFound)?;
    let state = PartnerState::from_name(&row.state).ok_or_else(|| Error::internal("unknown partner state"))?;
    let refused = || Error::new(Code::StateConflict).with("state", state).with("allowed", state.allowed());
    let next = state.after(action).ok_or_else(refused)?;
    next.as_str().clone_into(&mut row.state);
    let mut profile = store::profile(tx, row.id).await?;
    profile.reason = reason.map(|reason| reason.trim().to_owned());
    profile.version += 1;
    store::write(tx, row.clone()).await?;
    store::write_profile(tx, profile).await?;
    let (name, letter) = told(action, &row.slug, reason.unwrap_or_default().trim());
    let detail = json!({"slug": row.slug, "from": state, "to": next, "reason": reason});
    audit::record(tx, Some(admin), name, format!("partner:{id}"), detail, now).await?;
    for owner in store::owners(tx, &[row.id]).await? {
        let lang = Lang::from_tag(&owner.lang).unwrap_or_default();
        accounts.post(tx, (&owner.email, lang), &letter, TELL_FOR, now).await?;
    }
    get(tx, id).await
}

/// How an action stands in the audit log, and what the owners read.
fn told(action: PartnerAction, slug: &str, reason: &str) -> (&'static str, Letter) {
    let (slug, reason) = (slug.to_owned(), reason.to_owned());
    match action {
        PartnerAction::Approve => ("partner.approve", Letter::Approved { slug }),
        PartnerAction::Refuse => ("partner.refuse", Letter::Refused { slug, reason }),
        PartnerAction::Suspend => ("partner.suspend", Letter::Suspended { slug, reason }),
        PartnerAction::Reinstate => ("partner.reinstate", Letter::Reinstated { slug }),
    }
}
