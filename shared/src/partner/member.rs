//! The people of a partner, and those who are invited.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{MemberRole, PartnerState};
use crate::{
    address::is_email,
    id::{InvitationId, UserId},
    offer::PartnerRef,
    problem::FieldCode,
    text::Lang,
    validate::{Validate, Violations},
};

/// People of one partner, at most.
pub const MEMBERS_MAX: u32 = 200;
/// Invitations of one partner that are open at once.
pub const INVITATIONS_MAX: u32 = 50;
/// How many days an invitation can be accepted.
pub const INVITATION_DAYS: i64 = 7;

/// Somebody who works for a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberView {
    /// Their account.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: MemberRole,
    /// Since when they are a member.
    pub since: DateTime<Utc>,
}

/// Gives a member another role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeMember {
    /// The new one.
    pub role: MemberRole,
}

impl Validate for ChangeMember {
    fn check(&self, _: &mut Violations) {}
}

/// Invites somebody by e-mail. Inviting the same address again sends a new link; the old one ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Where the link goes. It can be accepted with an account of this address alone.
    #[cfg_attr(feature = "openapi", schema(format = "email", max_length = 254))]
    pub email: String,
    /// What they will be.
    pub role: MemberRole,
    /// The language of the mail; that of the request when left out.
    #[serde(default)]
    pub lang: Option<Lang>,
}

impl Validate for NewInvitation {
    fn check(&self, v: &mut Violations) {
        v.require(is_email(&self.email), "/email", FieldCode::InvalidEmail);
    }
}

/// An invitation that has not been accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationView {
    /// The invitation.
    pub id: InvitationId,
    /// Where the link went.
    pub email: String,
    /// What they will be.
    pub role: MemberRole,
    /// Who invited them, while that account is there.
    pub invited_by: Option<UserId>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// What somebody who has the link sees of an invitation before they sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationCard {
    /// Who invites.
    pub partner: PartnerRef,
    /// As what.
    pub role: MemberRole,
    /// The address that was invited, without most of its letters.
    #[cfg_attr(feature = "openapi", schema(example = "a•••@mekteb.az"))]
    pub email_hint: String,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// Accepts an invitation, as whoever is signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// From the link in the mail.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub token: String,
}

impl Validate for AcceptInvitation {
    fn check(&self, v: &mut Violations) {
        v.typed("/token", &self.token, 1, 200);
    }
}

/// A partner for which I work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyPartner {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Where it stands with the ministry.
    pub state: PartnerState,
    /// What I may do there.
    pub role: MemberRole,
}

/// An address without most of its letters: `a•••@mekteb.az`.
pub fn email_hint(email: &str) -> String {
    let (name, domain) = email.split_once('@').unwrap_or((email, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_shows_one_letter_and_the_domain() {
        assert_eq!(email_hint("aygun@mekteb.az"), "a•••@mekteb.az");
        assert_eq!(email_hint("a@b.az"), "a•••@b.az");
    }
}
