//! A partner's offers and codes.

use serde_json::Value;
use shared::{
    OfferId, Page,
    offer::{BulkRequest, BulkResult, ManagedOffers, OfferDraft, OfferVersion, PartnerOffer},
    pool::{CodePool, CodesAdded, CodesRemoved, OnCodeFault},
};
use web_sys::File;

use super::{
    Failure,
    transport::{Empty, Method, Tagged, change, change_tagged, get, get_tagged, post_text, remove_tagged},
    upload::upload,
};

type Result<T> = std::result::Result<T, Failure>;

fn path(slug: &str, rest: &str) -> String {
    format!("/partners/{slug}/offers{rest}")
}

/// A partner's offers that match `query` (without its question mark).
pub async fn desk_offers(slug: &str, query: &str) -> Result<ManagedOffers> {
    get(path(slug, &format!("?{query}"))).await
}

/// An offer of a partner, with its version.
pub async fn desk_offer(slug: &str, id: OfferId) -> Result<Tagged<PartnerOffer>> {
    get_tagged(path(slug, &format!("/{id}"))).await
}

/// Makes a draft.
pub async fn create_offer(slug: &str, draft: &OfferDraft) -> Result<PartnerOffer> {
    change(Method::Post, path(slug, ""), draft).await
}

/// Merges `patch` into the version with this `tag`.
pub async fn change_offer(slug: &str, id: OfferId, patch: &Value, tag: String) -> Result<Tagged<PartnerOffer>> {
    change_tagged(Method::Patch, path(slug, &format!("/{id}")), patch, tag).await
}

/// Does `action` (`submit`, `pause`, …) to the version with this `tag`.
pub async fn act_on_offer(slug: &str, id: OfferId, action: &str, tag: String) -> Result<Tagged<PartnerOffer>> {
    change_tagged(Method::Post, path(slug, &format!("/{id}/{action}")), &Empty {}, tag).await
}

/// Removes the version with this `tag`, which nobody has seen.
pub async fn delete_offer(slug: &str, id: OfferId, tag: String) -> Result<()> {
    remove_tagged(path(slug, &format!("/{id}")), tag).await
}

/// Does something to several offers.
pub async fn act_on_offers(slug: &str, input: &BulkRequest) -> Result<BulkResult> {
    change(Method::Post, path(slug, "/actions"), input).await
}

/// An offer's history, the newest first.
pub async fn offer_versions(slug: &str, id: OfferId, cursor: Option<String>) -> Result<Page<OfferVersion>> {
    let cursor = cursor.map(|c| format!("&cursor={c}")).unwrap_or_default();
    get(path(slug, &format!("/{id}/versions?limit=20{cursor}"))).await
}

/// An offer's pool of codes.
pub async fn code_pool(slug: &str, id: OfferId) -> Result<CodePool> {
    get(path(slug, &format!("/{id}/codes?limit=20"))).await
}

fn adding(slug: &str, id: OfferId, on_fault: OnCodeFault) -> String {
    path(slug, &format!("/{id}/codes?on_error={}", on_fault.as_str()))
}

/// Adds codes to the pool, one in a line.
pub async fn add_codes(slug: &str, id: OfferId, lines: String, on_fault: OnCodeFault) -> Result<CodesAdded> {
    post_text(adding(slug, id, on_fault), "text/plain; charset=utf-8", lines).await
}

/// Adds the codes of a file to the pool; the server finds out how it is written.
pub async fn add_code_file(slug: &str, id: OfferId, file: &File, on_fault: OnCodeFault) -> Result<CodesAdded> {
    upload(&adding(slug, id, on_fault), file, "text/csv", |_| {}, |_| {}).await
}

/// Removes the codes that are not handed out.
pub async fn remove_codes(slug: &str, id: OfferId) -> Result<CodesRemoved> {
    change(Method::Delete, path(slug, &format!("/{id}/codes")), &Empty {}).await
}
