//! The calls of the console that are about partners.

use shared::{Page, partner::{Membership, PartnerProfile}};

use super::{
    Failure,
    transport::{Tagged, get, get_tagged},
};

type Result<T> = std::result::Result<T, Failure>;

/// Where one is a member.
pub async fn my_partners() -> Result<Page<Membership>> {
    get("/me/partners".into()).await
}

/// A partner as it shows itself, to its own people.
pub async fn partner_profile(slug: &str) -> Result<Tagged<PartnerProfile>> {
    get_tagged(format!("/partners/{slug}/profile")).await
}
