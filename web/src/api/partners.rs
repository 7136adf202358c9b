//! The calls of the console that are about partners, their people and keys.

use shared::{
    OfferId, Page,
    offer::{BulkResult, ManagedOffers, OfferIds, PartnerOffer, Reject, ReviewOffer},
    partner::{
        AcceptInvitation, AdminPartner, ApiKeyView, ChangeMember, InvitationCard, InvitationView, MadeApiKey,
        MemberView, MyPartner, NewApiKey, NewInvitation, NewPartner, PartnerDetails, PartnerProfile, PartnerReason,
        PartnerState, RotateApiKey,
    },
};

use super::{
    Failure, encode,
    transport::{Empty, Method, Tagged, change, change_tagged, get, get_tagged},
};

pub use super::transport::{remove, remove_tagged};

type Result<T> = std::result::Result<T, Failure>;

/// Where one is a member.
pub async fn my_partners() -> Result<Page<MyPartner>> {
    get("/me/partners".into()).await
}

/// A partner as its own people see it.
pub async fn partner_profile(slug: &str) -> Result<Tagged<PartnerProfile>> {
    get_tagged(format!("/partners/{slug}/profile")).await
}

/// Changes what a partner says of itself, in the version with this `tag`. Only the ministry sends the name.
pub async fn change_profile(
    slug: &str,
    input: &PartnerDetails,
    with_name: bool,
    tag: String,
) -> Result<Tagged<PartnerProfile>> {
    let mut patch = serde_json::to_value(input).unwrap_or_default();
    if let (false, Some(fields)) = (with_name, patch.as_object_mut()) {
        fields.remove("name");
    }
    change_tagged(Method::Patch, format!("/partners/{slug}/profile"), &patch, tag).await
}

/// Applies to become a partner.
pub async fn apply(input: &NewPartner) -> Result<PartnerProfile> {
    change(Method::Post, "/partners".into(), input).await
}

/// What an invitation says before it is accepted.
pub async fn invitation(token: &str) -> Result<InvitationCard> {
    get(format!("/invitations?token={}", encode(token))).await
}

/// Accepts an invitation.
pub async fn accept_invitation(input: &AcceptInvitation) -> Result<MyPartner> {
    change(Method::Post, "/invitations/accept".into(), input).await
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

/// Partners in a state, for the ministry.
pub async fn admin_partners(state: PartnerState, words: &str, cursor: Option<String>) -> Result<Page<AdminPartner>> {
    let words = if words.is_empty() { String::new() } else { format!("&q={}", encode(words)) };
    let cursor = cursor.map(|cursor| format!("&cursor={}", encode(&cursor))).unwrap_or_default();
    get(format!("/admin/partners?limit=20&state={}{words}{cursor}", state.as_str())).await
}

/// Approves or reinstates a partner, at `path`.
pub async fn act_on_partner(path: String) -> Result<AdminPartner> {
    change(Method::Post, path, &Empty {}).await
}

/// Refuses or suspends a partner, at `path`, with the reason.
pub async fn refuse_partner(path: String, input: &PartnerReason) -> Result<AdminPartner> {
    change(Method::Post, path, input).await
}

/// Offers as those see them who manage them, at `path`.
pub async fn managed_offers(path: String) -> Result<ManagedOffers> {
    get(path).await
}

/// An offer in review, with what an edit would change.
pub async fn review_offer(id: &str) -> Result<ReviewOffer> {
    get(format!("/admin/offers/{id}")).await
}

/// Approves or announces an offer, at `path`.
pub async fn decide_on_offer(path: String) -> Result<PartnerOffer> {
    change(Method::Post, path, &Empty {}).await
}

/// Refuses an offer, or its edit, with the reason.
pub async fn reject_offer(id: OfferId, input: &Reject) -> Result<PartnerOffer> {
    change(Method::Post, format!("/admin/offers/{id}/reject"), input).await
}

/// Approves several offers.
pub async fn approve_offers(input: &OfferIds) -> Result<BulkResult> {
    change(Method::Post, "/admin/offers/approve".into(), input).await
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
