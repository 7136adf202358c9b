//! Signing up and in, and the ways back in.

use serde::{Deserialize, Serialize};

use super::{NAME_MAX, Role, check_password};
use crate::{
    address::is_email,
    characters,
    problem::FieldCode,
    text::Lang,
    validate::{Validate, Violations},
};

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
    #[serde(deserialize_with = "characters::read")]
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
        violations.name("/name", &self.name, NAME_MAX);
        violations.require(self.role.is_none_or(|r| Role::SELF_DECLARED.contains(&r)), "/role", FieldCode::NotAllowed);
    }
}

/// What was asked for is under way; a mail tells the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Accepted {}

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
        violations.typed("/token", &self.token, 1, 200);
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
            violations.typed("/token", token, 1, 200);
        }
    }
}
