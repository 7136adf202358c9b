//! The calls, one function each, in the types of `shared`.

use shared::{
    ClaimId, OfferId, Page,
    account::{ChangeMe, DeleteMe, ForgotPassword, Login, Logout, Me, Register, ResetPassword, VerifyEmail},
    claim::{Allowance, ClaimView, NewClaim},
    eligibility::Eligibility,
    offer::{OfferList, OfferView},
    partner::PartnerView,
    stats::Summary,
};

use super::{
    Failure,
    transport::{Empty, Method, change, command, get, get_text},
};

pub use super::transport::is_anonymous;

type Result<T> = std::result::Result<T, Failure>;

/// Signs somebody up.
pub async fn register(input: &Register) -> Result<()> {
    command(Method::Post, "/auth/register".into(), input).await
}

/// Signs somebody in.
pub async fn login(input: &Login) -> Result<Me> {
    change(Method::Post, "/auth/login".into(), input).await
}

/// Ends sessions.
pub async fn logout(input: &Logout) -> Result<()> {
    command(Method::Post, "/auth/logout".into(), input).await
}

/// Asks for the mail that resets a password.
pub async fn forgot_password(input: &ForgotPassword) -> Result<()> {
    command(Method::Post, "/auth/password/forgot".into(), input).await
}

/// Sets a new password with the token of that mail.
pub async fn reset_password(input: &ResetPassword) -> Result<()> {
    command(Method::Post, "/auth/password/reset".into(), input).await
}

/// Confirms an address, or asks for the mail again.
pub async fn verify_email(input: &VerifyEmail) -> Result<()> {
    command(Method::Post, "/auth/email/verify".into(), input).await
}

/// Who is signed in.
pub async fn me() -> Result<Me> {
    get("/me".into()).await
}

/// Changes one's account.
pub async fn change_me(input: &ChangeMe) -> Result<Me> {
    change(Method::Patch, "/me".into(), input).await
}

/// Deletes one's account.
pub async fn delete_me(input: &DeleteMe) -> Result<()> {
    command(Method::Delete, "/me".into(), input).await
}

/// All that is kept about one, as JSON text.
pub async fn export_me() -> Result<String> {
    get_text("/me/export".into()).await
}

/// One's latest claims, the newest first.
pub async fn my_claims() -> Result<Page<ClaimView>> {
    get("/me/claims?limit=100".into()).await
}

/// One's monthly benefits.
pub async fn my_allowances() -> Result<Page<Allowance>> {
    get("/me/allowances".into()).await
}

/// Offers that match `query` (without its question mark).
pub async fn offers(query: &str) -> Result<OfferList> {
    get(format!("/offers?{query}")).await
}

/// An offer.
pub async fn offer(id: OfferId) -> Result<OfferView> {
    get(format!("/offers/{id}")).await
}

/// Whether one may claim it.
pub async fn eligibility(id: OfferId) -> Result<Eligibility> {
    get(format!("/offers/{id}/eligibility")).await
}

/// Claims it.
pub async fn claim_offer(id: OfferId, input: &NewClaim) -> Result<ClaimView> {
    change(Method::Post, format!("/offers/{id}/claims"), input).await
}

/// A claim of one's own.
pub async fn claim(id: ClaimId) -> Result<ClaimView> {
    get(format!("/claims/{id}")).await
}

/// Gives a claim back.
pub async fn cancel_claim(id: ClaimId) -> Result<ClaimView> {
    change(Method::Post, format!("/claims/{id}/cancel"), &Empty {}).await
}

/// Whether one works for a partner.
pub async fn has_partners() -> Result<bool> {
    let page: Page<serde::de::IgnoredAny> = get("/me/partners?limit=1".into()).await?;
    Ok(!page.items.is_empty())
}

/// The partners.
pub async fn partners() -> Result<Page<PartnerView>> {
    get("/partners?limit=100".into()).await
}

/// The platform in numbers.
pub async fn summary() -> Result<Summary> {
    get("/stats/summary".into()).await
}

/// A text as it may stand in a query.
pub fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}
