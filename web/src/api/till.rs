//! The till.

use chrono::{DateTime, SecondsFormat, Utc};
use shared::{
    Page, RedemptionId,
    redemption::{CheckCode, CheckedCode, ConfirmRedemption, RedemptionView, UndoRedemption},
};

use super::{
    Failure,
    transport::{Method, change, get},
};

type Result<T> = std::result::Result<T, Failure>;

/// What a code is worth now.
pub async fn check_code(slug: &str, code: &str) -> Result<CheckedCode> {
    let input = CheckCode { code: code.to_owned(), partner: Some(slug.to_owned()) };
    change(Method::Post, "/redemptions/check".into(), &input).await
}

/// Redeems so many units of a code. `reference` makes it safe to send again.
pub async fn redeem_code(slug: &str, code: &str, quantity: u32, reference: String) -> Result<RedemptionView> {
    let input = ConfirmRedemption {
        code: Some(code.to_owned()),
        partner: Some(slug.to_owned()),
        quantity: Some(quantity),
        reference: Some(reference),
        ..ConfirmRedemption::default()
    };
    change(Method::Post, "/redemptions/confirm".into(), &input).await
}

/// Takes a redemption back.
pub async fn undo_redemption(slug: &str, redemption_id: RedemptionId) -> Result<RedemptionView> {
    let input = UndoRedemption { redemption_id, partner: Some(slug.to_owned()), reason: None };
    change(Method::Post, "/redemptions/undo".into(), &input).await
}

/// A partner's redemptions since a moment, the newest first.
pub async fn redemptions_since(slug: &str, from: DateTime<Utc>) -> Result<Page<RedemptionView>> {
    let from = from.to_rfc3339_opts(SecondsFormat::Secs, true);
    get(format!("/redemptions?partner={slug}&from={from}&limit=20")).await
}
