//! Applying to become a partner.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;
use shared::{
    Code, Lang, PartnerId, UserId,
    partner::{MemberRole, NewPartner, OPEN_APPLICATIONS, PartnerProfile, PartnerState},
};
use uuid::Uuid;

use super::{letters::Letter, profile, store};
use crate::{
    accounts::{Accounts, Person},
    audit,
    error::{Error, Result},
    store::{
        Transaction,
        clock::to_ms,
        entities::{partner_profiles, partners},
    },
};

/// How long it is worth telling somebody where their application stands.
pub const TELL_FOR: TimeDelta = TimeDelta::days(7);

/// Takes an application. Whoever sends it owns the partner. One that was refused can be sent again by its owner, under
/// the same name in addresses.
pub async fn apply(
    tx: &Transaction,
    accounts: &Accounts,
    person: &Person,
    input: &NewPartner,
    now: DateTime<Utc>,
) -> Result<PartnerProfile> {
    if person.account.email_verified_at.is_none() {
        return Err(Code::EmailNotVerified.into());
    }
    let user = person.caller.user;
    if store::open_applications(tx, user).await? >= u64::from(OPEN_APPLICATIONS) {
        return Err(Error::new(Code::LimitReached).with("max", OPEN_APPLICATIONS));
    }
    let new = row(input, Uuid::now_v7(), to_ms(now));
    let is_new = store::add(tx, new.clone()).await?;
    let partner = if is_new {
        store::add_member(tx, PartnerId(new.id), user, MemberRole::Owner, to_ms(now)).await?;
        new
    } else {
        apply_again(tx, input, user).await?
    };
    let before = store::profile(tx, partner.id).await?;
    let after = partner_profiles::Model {
        tax_id: Some(input.tax_id.clone()),
        contact_name: Some(input.contact_name.trim().to_owned()),
        contact_email: Some(input.contact_email.clone()),
        contact_phone: Some(input.contact_phone.trim().to_owned()),
        message: input.message.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        reason: None,
        applied_by: Some(user.0),
        applied_at: Some(to_ms(now)),
        version: before.version + i32::from(!is_new),
        ..before
    };
    store::write_profile(tx, after.clone()).await?;
    let detail = json!({"slug": partner.slug, "name": partner.name});
    audit::record(tx, Some(user), "partner.apply", format!("partner:{}", partner.id), detail, now).await?;
    let lang = Lang::from_tag(&person.account.lang).unwrap_or_default();
    let letter = Letter::Received { slug: partner.slug.clone() };
    accounts.post(tx, (&person.account.email, lang), &letter, TELL_FOR, now).await?;
    profile::view(partner, after)
}

fn row(input: &NewPartner, id: Uuid, now: i64) -> partners::Model {
    partners::Model {
        id,
        slug: input.slug.clone(),
        name: profile::one_line(&input.name),
        about: serde_json::to_value(&input.about).ok(),
        website: input.website.clone(),
        created_at: now,
        state: PartnerState::Applied.as_str().to_owned(),
        sandbox_of: None,
    }
}

/// Sends a refused application of one's own again.
async fn apply_again(tx: &impl ConnectionTrait, input: &NewPartner, user: UserId) -> Result<partners::Model> {
    let taken = || Error::new(Code::AlreadyExists).with("pointer", "/slug");
    let there = super::access::by_slug(tx, &input.slug).await?.ok_or_else(taken)?;
    let there = store::lock(tx, PartnerId(there.id)).await?.ok_or_else(taken)?;
    let member = store::member(tx, PartnerId(there.id), user).await?;
    let owns = member.is_some_and(|member| member.role == MemberRole::Owner.as_str());
    if !owns || there.state != PartnerState::Refused.as_str() {
        return Err(taken());
    }
    let again = row(input, there.id, there.created_at);
    store::write(tx, again.clone()).await?;
    Ok(again)
}
