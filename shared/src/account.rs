//! People's accounts.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::{ClaimId, OfferId, SessionId, UserId},
    problem::FieldCode,
    text::Lang,
    validate::{Validate, Violations, is_email},
};

/// Who somebody is to the platform. Being an educator or the head of an institution counts once it is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Learns: a pupil, a student.
    Learner,
    /// Teaches.
    Educator,
    /// Speaks for a school or another institution.
    InstitutionHead,
    /// Ministry staff.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Learner, Self::Educator, Self::InstitutionHead, Self::Admin];
    /// The roles that somebody may name on signing up.
    pub const SELF_DECLARED: [Self; 3] = [Self::Learner, Self::Educator, Self::InstitutionHead];

    /// As it stands in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Learner => "learner",
            Self::Educator => "educator",
            Self::InstitutionHead => "institution_head",
            Self::Admin => "admin",
        }
    }

    /// The role of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether the ministry must confirm it before it opens offers: anyone may say that they learn.
    pub const fn needs_verification(self) -> bool {
        matches!(self, Self::Educator | Self::InstitutionHead)
    }
}

/// Longest display name, in characters.
pub const NAME_MAX: usize = 120;
/// Shortest password, in characters (NIST SP 800-63B §5.1.1.2 asks for 8; we ask for more and for no composition).
pub const PASSWORD_MIN: usize = 10;
/// Longest password, in characters.
pub const PASSWORD_MAX: usize = 128;

/// Signs somebody up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// A confirmation goes there.
    #[cfg_attr(feature = "openapi", schema(example = "aygun@mekteb.az", format = "email", max_length = 254))]
    pub email: String,
    /// 10 to 128 characters, of any kind.
    #[cfg_attr(feature = "openapi", schema(min_length = 10, max_length = 128, format = "password"))]
    pub password: String,
    /// How to address them.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub name: String,
    /// `learner`, `educator` or `institution_head`; `learner` when left out. The latter two count once verified.
    #[serde(default)]
    pub role: Option<Role>,
    /// The language of mails; that of the request when left out.
    #[serde(default)]
    pub lang: Option<Lang>,
}

impl Validate for Register {
    fn check(&self, violations: &mut Violations) {
        violations.require(is_email(&self.email), "/email", FieldCode::InvalidEmail);
        check_password("/password", &self.password, &[&self.email, &self.name], violations);
        violations.text("/name", &self.name, 1, NAME_MAX);
        violations.require(self.role.is_none_or(|r| Role::SELF_DECLARED.contains(&r)), "/role", FieldCode::NotAllowed);
    }
}

/// What was asked for is under way; a mail tells the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Accepted {}

/// Passwords that are tried first by anyone who guesses (the head of the public lists), folded.
const COMMON: [&str; 16] = [
    "password",
    "parol",
    "qwerty",
    "azerbaycan",
    "azerbaijan",
    "1234567890",
    "0123456789",
    "iloveyou",
    "letmein",
    "welcome",
    "123456",
    "abcdefghij",
    "mekteb",
    "muellim",
    "virtualmarket",
    "111111",
];

/// Long enough, and not one that is guessed first: a common word with some digits, one repeated character, or the
/// person's own name or address (NIST SP 800-63B §5.1.1.2).
pub fn check_password(pointer: &str, password: &str, personal: &[&str], violations: &mut Violations) {
    let length = password.chars().count();
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        violations.text(
            pointer,
            &password.replace(|c: char| c.is_whitespace() || c.is_control(), "x"),
            PASSWORD_MIN,
            PASSWORD_MAX,
        );
        return;
    }
    let folded: String = crate::fold::words(password).collect();
    let stem = folded.trim_matches(|c: char| c.is_ascii_digit());
    let mut chars = password.chars();
    let first = chars.next();
    let weak = chars.all(|c| Some(c) == first)
        || COMMON.iter().any(|c| stem == *c || folded == *c || folded.strip_prefix(*c).is_some_and(|r| r == *c))
        || personal.iter().any(|p| {
            let own: String = crate::fold::words(p.split('@').next().unwrap_or_default()).collect();
            own.len() >= 4 && (folded == own || stem == own)
        });
    violations.require(!weak, pointer, FieldCode::WeakPassword);
}

/// Signs somebody in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The address of the account.
    #[cfg_attr(feature = "openapi", schema(format = "email", max_length = 254))]
    pub email: String,
    /// Its password.
    #[cfg_attr(feature = "openapi", schema(format = "password", min_length = 1, max_length = 128))]
    pub password: String,
}

impl Validate for Login {
    fn check(&self, violations: &mut Violations) {
        violations.require(is_email(&self.email), "/email", FieldCode::InvalidEmail);
        violations.require(!self.password.is_empty(), "/password", FieldCode::Required);
    }
}

/// A refresh token, for integrators; the page sends it as a cookie.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// As the last answer of `token` or `refresh` gave it.
    #[serde(default)]
    pub refresh_token: Option<String>,
}

impl Validate for Refresh {
    fn check(&self, _: &mut Violations) {}
}

/// An access token and what renews it (RFC 6749 §5.1).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tokens {
    /// A JWT, signed with EdDSA, for `Authorization: Bearer`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token expires.
    pub expires_in: u32,
    /// Good for one use; the answer brings the next one.
    pub refresh_token: String,
}

/// Asks for a mail with a link that sets a new password. The answer is the same whether the account exists or not.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ForgotPassword {
    /// The address of the account.
    #[cfg_attr(feature = "openapi", schema(format = "email", max_length = 254))]
    pub email: String,
}

impl Validate for ForgotPassword {
    fn check(&self, violations: &mut Violations) {
        violations.require(is_email(&self.email), "/email", FieldCode::InvalidEmail);
    }
}

/// Sets a new password with the token of the mail, and signs out everywhere.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// From the link in the mail.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub token: String,
    /// The new one.
    #[cfg_attr(feature = "openapi", schema(min_length = 10, max_length = 128, format = "password"))]
    pub password: String,
}

impl Validate for ResetPassword {
    fn check(&self, violations: &mut Violations) {
        violations.text("/token", &self.token, 1, 200);
        check_password("/password", &self.password, &[], violations);
    }
}

/// Confirms the e-mail address with the token of the mail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    /// From the link in the mail. Left out by somebody who is signed in and wants the mail again.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub token: Option<String>,
}

impl Validate for VerifyEmail {
    fn check(&self, violations: &mut Violations) {
        if let Some(token) = &self.token {
            violations.text("/token", token, 1, 200);
        }
    }
}

/// Somebody's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account.
    pub id: UserId,
    /// Where mails go, and the name for signing in.
    pub email: String,
    /// Whether the link in the confirmation was followed.
    pub email_verified: bool,
    /// How to address them.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Whether the ministry has confirmed the role (always true of learners and admins).
    pub role_verified: bool,
    /// The language of mails.
    pub lang: Lang,
    /// When they signed up.
    pub created_at: DateTime<Utc>,
    /// Where they are signed in.
    pub sessions: Vec<SessionView>,
}

/// A sign-in on one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// For `POST /auth/logout`.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The browser or program, as it named itself.
    pub user_agent: Option<String>,
    /// The sign-in.
    pub created_at: DateTime<Utc>,
    /// The last renewal.
    pub last_used_at: DateTime<Utc>,
}

/// Ends sessions.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Logout {
    /// Another of one's own sessions; the present one when left out.
    #[serde(default)]
    pub session_id: Option<SessionId>,
    /// All of one's sessions.
    #[serde(default)]
    pub everywhere: bool,
}

impl Validate for Logout {
    fn check(&self, violations: &mut Violations) {
        violations.require(!(self.everywhere && self.session_id.is_some()), "/session_id", FieldCode::NotAllowed);
    }
}

/// Changes one's own account; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeMe {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub name: Option<String>,
    /// Another language for mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<Lang>,
    /// A new password; signs out all other sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 10, max_length = 128, format = "password"))]
    pub new_password: Option<String>,
    /// Needed with `new_password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, format = "password"))]
    pub current_password: Option<String>,
}

impl Validate for ChangeMe {
    fn check(&self, violations: &mut Violations) {
        if let Some(name) = &self.name {
            violations.text("/name", name, 1, NAME_MAX);
        }
        if let Some(password) = &self.new_password {
            check_password("/new_password", password, &[], violations);
            violations.require(self.current_password.is_some(), "/current_password", FieldCode::Required);
        }
    }
}

/// Deletes one's own account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteMe {
    /// The present password, so that an unlocked phone is not enough.
    #[cfg_attr(feature = "openapi", schema(format = "password", min_length = 1, max_length = 128))]
    pub current_password: String,
}

impl Validate for DeleteMe {
    fn check(&self, violations: &mut Violations) {
        violations.require(!self.current_password.is_empty(), "/current_password", FieldCode::Required);
    }
}

/// Everything that is kept about somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Export {
    /// The account and where it is signed in.
    pub account: Me,
    /// The last day (Asia/Baku) on which they were here.
    pub last_active_on: Option<NaiveDate>,
    /// All claims, the oldest first.
    pub claims: Vec<ExportedClaim>,
}

/// A claim as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedClaim {
    /// The claim.
    pub id: ClaimId,
    /// What was claimed.
    pub offer_id: OfferId,
    /// The month for which it was claimed, as `202611`; 0 when the offer is claimed once.
    pub period: i32,
    /// Units.
    pub quantity: i32,
    /// The code, without dashes.
    pub code: String,
    /// The partner's own code, where the offer hands out those.
    pub partner_code: Option<String>,
    /// Where it stands.
    pub state: String,
    /// When it was claimed.
    pub created_at: DateTime<Utc>,
    /// Until when the code may be used.
    pub expires_at: DateTime<Utc>,
    /// When it was used, given back or expired.
    pub ended_at: Option<DateTime<Utc>>,
}

/// An account as the ministry sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminUser {
    /// The account.
    pub id: UserId,
    /// Its address.
    pub email: String,
    /// Whether the address is confirmed.
    pub email_verified: bool,
    /// The name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Whether the ministry has confirmed the role.
    pub role_verified: bool,
    /// When they signed up.
    pub created_at: DateTime<Utc>,
}

/// Changes what somebody is; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// Another role. It counts as unverified unless `role_verified` says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Confirms the role, or takes that back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_verified: Option<bool>,
}

impl Validate for ChangeUser {
    fn check(&self, _: &mut Violations) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weak(password: &str) -> bool {
        let mut violations = Violations::default();
        check_password("/password", password, &["aygun.mammadova@mekteb.az", "Aygün Məmmədova"], &mut violations);
        !violations.is_empty()
    }

    #[test]
    fn guessable_passwords_are_refused() {
        for bad in ["short", "aaaaaaaaaaaa", "Password123", "azerbaycan2026", "aygunmammadova", "1234567890"] {
            assert!(weak(bad), "{bad}");
        }
        for good in ["correct horse battery", "Bakı-küləyi-1918", "t7#kQ!29xvB"] {
            assert!(!weak(good), "{good}");
        }
    }
}
