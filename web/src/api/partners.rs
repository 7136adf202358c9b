//! The calls of the console that are about partners, their people and keys.

use shared::{
    Page,
    partner::{
        ApiKeyView, ChangeMember, InvitationView, MadeApiKey, MemberView, MyPartner, NewApiKey, NewInvitation,
        PartnerProfile, RotateApiKey,
    },
};

use super::{
    Failure,
    transport::{Method, Tagged, change, get, get_tagged},
};

pub use super::transport::remove;

type Result<T> = std::result::Result<T, Failure>;

/// Where one is a member.
pub async fn my_partners() -> Result<Page<MyPartner>> {
    get("/me/partners".into()).await
}

/// A partner as its own people see it.
pub async fn partner_profile(slug: &str) -> Result<Tagged<PartnerProfile>> {
    get_tagged(format!("/partners/{slug}/profile")).await
}

/// A partner's people, at `path`.
pub async fn members(path: String) -> Result<Page<MemberView>> {
    get(path + "?limit=100").await
}

/// Gives the member at `path` another role.
pub async fn change_member(path: String, input: &ChangeMember) -> Result<MemberView> {
    change(Method::Patch, path, input).await
}

/// The open invitations, at `path`.
pub async fn invitations(path: String) -> Result<Page<InvitationView>> {
    get(path + "?limit=100").await
}

/// Invites somebody.
pub async fn invite(path: String, input: &NewInvitation) -> Result<InvitationView> {
    change(Method::Post, path, input).await
}

/// The partner's keys, at `path`.
pub async fn api_keys(path: String) -> Result<Page<ApiKeyView>> {
    get(path + "?limit=100").await
}

/// Makes a key; its text is in the answer alone.
pub async fn make_api_key(path: String, input: &NewApiKey) -> Result<MadeApiKey> {
    change(Method::Post, path, input).await
}

/// Replaces the key at `path`.
pub async fn rotate_api_key(path: String, input: &RotateApiKey) -> Result<MadeApiKey> {
    change(Method::Post, path, input).await
}
