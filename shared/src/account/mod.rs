//! People's accounts.

mod admin;
mod me;
mod password;
mod sign_in;

use serde::{Deserialize, Serialize};

pub use admin::{AdminUser, ChangeUser};
pub use me::{ChangeMe, DeleteMe, Export, ExportedClaim, Logout, Me, SessionView};
pub use password::{PASSWORD_MAX, PASSWORD_MIN, check_password};
pub use sign_in::{Accepted, ForgotPassword, Login, Refresh, Register, ResetPassword, Tokens, VerifyEmail};

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
