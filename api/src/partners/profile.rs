//! What a partner says of itself, and how it is changed.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use shared::{
    Code, FieldCode, PartnerId, Validate,
    partner::{PartnerDetails, PartnerProfile, PartnerState},
};

use super::{Actor, store};
use crate::{
    audit,
    error::{Error, Result},
    http::{body, etag::IfMatch},
    store::{
        Store, Transaction,
        clock::from_ms,
        entities::{partner_profiles, partners},
        json,
    },
};

/// A partner as its own people see it.
pub fn view(partner: partners::Model, profile: partner_profiles::Model) -> Result<PartnerProfile> {
    Ok(PartnerProfile {
        id: PartnerId(partner.id),
        state: PartnerState::from_name(&partner.state).ok_or_else(|| Error::internal("unknown partner state"))?,
        slug: partner.slug,
        reason: profile.reason,
        name: partner.name,
        about: partner.about.and_then(|about| json::read(&about).ok()),
        website: partner.website,
        tax_id: profile.tax_id,
        contact_name: profile.contact_name,
        contact_email: profile.contact_email,
        contact_phone: profile.contact_phone,
        message: profile.message,
        version: u32::try_from(profile.version).unwrap_or_default(),
        created_at: from_ms(partner.created_at),
    })
}

/// A partner's profile.
pub async fn get(db: &Store, partner: partners::Model) -> Result<PartnerProfile> {
    let profile = store::profile(db.fresh(), partner.id).await?;
    view(partner, profile)
}

/// A name on one line, with single spaces.
pub fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Merges a change (RFC 7396) into what the partner says of itself. Only the ministry changes the name.
pub async fn change(
    tx: &Transaction,
    actor: Actor,
    is_ministry: bool,
    partner: PartnerId,
    expected: &IfMatch,
    patch: Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<PartnerProfile> {
    let mut row = store::lock(tx, partner).await?.ok_or(Code::NotFound)?;
    let mut profile = store::profile(tx, row.id).await?;
    expected.check(u32::try_from(profile.version).unwrap_or_default())?;
    let before = PartnerDetails {
        name: row.name.clone(),
        about: row.about.clone().and_then(|about| json::read(&about).ok()),
        website: row.website.clone(),
        contact_name: profile.contact_name.clone(),
        contact_email: profile.contact_email.clone(),
        contact_phone: profile.contact_phone.clone(),
    };
    let changed: Vec<String> = patch.keys().cloned().collect();
    let mut document = serde_json::to_value(&before).map_err(Error::internal)?;
    body::merge(&mut document, Value::Object(patch));
    let after: PartnerDetails = body::from_value(document)?;
    let mut violations = after.violations();
    violations.require(is_ministry || after.name == before.name, "/name", FieldCode::NotAllowed);
    if !violations.is_empty() {
        return Err(Error::invalid(violations));
    }
    row.name = one_line(&after.name);
    row.about = after.about.as_ref().and_then(|about| serde_json::to_value(about).ok());
    row.website = after.website;
    profile.contact_name = after.contact_name;
    profile.contact_email = after.contact_email;
    profile.contact_phone = after.contact_phone;
    profile.version += 1;
    store::write(tx, row.clone()).await?;
    store::write_profile(tx, profile.clone()).await?;
    let detail = json!({"fields": changed, "version": profile.version});
    audit::record(tx, actor.user(), "partner.change", format!("partner:{partner}"), detail, now).await?;
    view(row, profile)
}
