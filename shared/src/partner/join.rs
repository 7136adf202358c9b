//! Joining: a company applies, the ministry answers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{MemberView, PartnerState, is_phone, is_reserved, is_slug, is_tax_id};
use crate::{
    address::{is_email, is_https},
    characters,
    id::PartnerId,
    problem::FieldCode,
    text::LocalText,
    validate::{Validate, Violations},
};

/// Longest name of a partner, in characters.
pub const PARTNER_NAME_MAX: usize = 120;
/// Longest text about a partner, in characters.
pub const ABOUT_MAX: usize = 1000;
/// Longest address of a site.
pub const WEBSITE_MAX: usize = 200;
/// Longest name of a contact, in characters.
pub const CONTACT_MAX: usize = 120;
/// Longest message to the ministry, in characters.
pub const MESSAGE_MAX: usize = 2000;
/// Longest reason of the ministry, in characters.
pub const REASON_MAX: usize = 2000;
/// Applications of one person that may wait for an answer at once.
pub const OPEN_APPLICATIONS: u32 = 3;

/// Applies to become a partner. Whoever sends it becomes the partner's first owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPartner {
    /// The name in addresses: small letters, digits, dashes. It stays for good.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 3, max_length = 40, pattern = "^[a-z][a-z0-9-]*[a-z0-9]$", example = "numune")
    )]
    pub slug: String,
    /// The name, as it stands on offers.
    #[serde(deserialize_with = "characters::read")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub name: String,
    /// What the company is.
    pub about: LocalText,
    /// Its site (`https`).
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200, example = "https://numune.az"))]
    pub website: Option<String>,
    /// The taxpayer's number (VÖEN): ten digits.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9]{10}$", example = "1234567891"))]
    pub tax_id: String,
    /// Whom the ministry may ask.
    #[serde(deserialize_with = "characters::read")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub contact_name: String,
    /// Where it may write to.
    #[cfg_attr(feature = "openapi", schema(format = "email", max_length = 254))]
    pub contact_email: String,
    /// Where it may call.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 30, pattern = "^[+]?[0-9 ()-]{7,29}$", example = "+994 12 555 00 00")
    )]
    pub contact_phone: String,
    /// What the company wants to give, in its own words.
    #[serde(default, deserialize_with = "characters::read_optional")]
    #[cfg_attr(feature = "openapi", schema(max_length = 2000))]
    pub message: Option<String>,
}

impl Validate for NewPartner {
    fn check(&self, v: &mut Violations) {
        v.typed("/slug", &self.slug, 3, 40);
        if v.is_empty() {
            v.require(is_slug(&self.slug), "/slug", FieldCode::InvalidFormat);
            v.require(!is_reserved(&self.slug), "/slug", FieldCode::Reserved);
        }
        v.require(is_tax_id(&self.tax_id), "/tax_id", FieldCode::InvalidFormat);
        if let Some(message) = &self.message {
            v.text("/message", message, 0, MESSAGE_MAX);
        }
        self.details().check(v);
    }
}

impl NewPartner {
    /// What of it can be changed later.
    pub fn details(&self) -> PartnerDetails {
        PartnerDetails {
            name: self.name.clone(),
            about: Some(self.about.clone()),
            website: self.website.clone(),
            contact_name: Some(self.contact_name.clone()),
            contact_email: Some(self.contact_email.clone()),
            contact_phone: Some(self.contact_phone.clone()),
        }
    }
}

/// What can be changed of a partner. A change is merged into it (RFC 7396); the name is the ministry's to change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PartnerDetails {
    /// The name, as it stands on offers.
    #[serde(deserialize_with = "characters::read")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub name: String,
    /// What the company is.
    #[serde(default)]
    pub about: Option<LocalText>,
    /// Its site (`https`).
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub website: Option<String>,
    /// Whom the ministry may ask.
    #[serde(default, deserialize_with = "characters::read_optional")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub contact_name: Option<String>,
    /// Where it may write to.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = "email", max_length = 254))]
    pub contact_email: Option<String>,
    /// Where it may call.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 30))]
    pub contact_phone: Option<String>,
}

impl Validate for PartnerDetails {
    fn check(&self, v: &mut Violations) {
        v.name("/name", &self.name, PARTNER_NAME_MAX);
        if let Some(about) = &self.about {
            about.check("/about", ABOUT_MAX, v);
        }
        if let Some(site) = &self.website {
            v.typed("/website", site, 1, WEBSITE_MAX);
            v.require(is_https(site), "/website", FieldCode::InvalidFormat);
        }
        if let Some(name) = &self.contact_name {
            v.name("/contact_name", name, CONTACT_MAX);
        }
        if let Some(email) = &self.contact_email {
            v.require(is_email(email), "/contact_email", FieldCode::InvalidEmail);
        }
        if let Some(phone) = &self.contact_phone {
            v.require(is_phone(phone), "/contact_phone", FieldCode::InvalidFormat);
        }
    }
}

/// A partner as its own people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerProfile {
    /// The partner.
    pub id: PartnerId,
    /// Its name in addresses.
    pub slug: String,
    /// Where it stands with the ministry.
    pub state: PartnerState,
    /// Why the ministry refused or suspended it.
    pub reason: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: Option<LocalText>,
    /// Its site.
    pub website: Option<String>,
    /// The taxpayer's number (VÖEN); null where the ministry added the partner itself.
    pub tax_id: Option<String>,
    /// Whom the ministry may ask.
    pub contact_name: Option<String>,
    /// Where it may write to.
    pub contact_email: Option<String>,
    /// Where it may call.
    pub contact_phone: Option<String>,
    /// What the application said.
    pub message: Option<String>,
    /// Raised with every change; also the `ETag`, for `If-Match`.
    pub version: u32,
    /// When it applied, or was added.
    pub created_at: DateTime<Utc>,
}

/// A partner as the ministry sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminPartner {
    /// What its own people see.
    pub profile: PartnerProfile,
    /// Its owners.
    pub owners: Vec<MemberView>,
    /// What the ministry may do with it now.
    pub allowed: Vec<PartnerAction>,
}

/// Why the ministry refuses or suspends a partner; its owners read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PartnerReason {
    /// Up to 2,000 characters.
    #[serde(deserialize_with = "characters::read")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 2000))]
    pub reason: String,
}

impl Validate for PartnerReason {
    fn check(&self, v: &mut Violations) {
        v.text("/reason", &self.reason, 1, REASON_MAX);
    }
}

crate::names::names! {
    /// What the ministry does with a partner.
    PartnerAction {
        /// Lets an applicant in.
        Approve = "approve",
        /// Refuses an application.
        Refuse = "refuse",
        /// Stops a partner for now.
        Suspend = "suspend",
        /// Lets a suspended partner go on.
        Reinstate = "reinstate",
    }
}

impl PartnerState {
    /// The state after an action of the ministry, where this one allows it. A refusal can be taken back.
    pub fn after(self, action: PartnerAction) -> Option<Self> {
        match (self, action) {
            (Self::Applied | Self::Refused, PartnerAction::Approve) | (Self::Suspended, PartnerAction::Reinstate) => {
                Some(Self::Active)
            }
            (Self::Applied, PartnerAction::Refuse) => Some(Self::Refused),
            (Self::Active, PartnerAction::Suspend) => Some(Self::Suspended),
            _ => None,
        }
    }

    /// What the ministry may do in this state.
    pub fn allowed(self) -> Vec<PartnerAction> {
        PartnerAction::ALL.iter().copied().filter(|action| self.after(*action).is_some()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_allows_what_it_should() {
        use PartnerAction::{Approve, Refuse, Reinstate, Suspend};
        assert_eq!(PartnerState::Applied.allowed(), [Approve, Refuse]);
        assert_eq!(PartnerState::Active.allowed(), [Suspend]);
        assert_eq!(PartnerState::Suspended.allowed(), [Reinstate]);
        assert_eq!(PartnerState::Refused.allowed(), [Approve]);
        assert_eq!(PartnerState::Sandbox.allowed(), []);
    }
}
