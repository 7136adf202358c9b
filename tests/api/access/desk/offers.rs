//! Offers at a partner's desk.

use shared::offer::OfferState;
use tests::{Market, Offer, Partner};

use super::{Row, editors};

#[rustfmt::skip] // A table.
pub const TABLE: &[Row] = &[
    ("GET /api/v1/partners/{slug}/offers",              "",          "",   editors(200)),
    ("POST /api/v1/partners/{slug}/offers",             "",          "{}", editors(422)),
    ("GET /api/v1/partners/{slug}/offers/{id}",         "draft",     "",   editors(200)),
    ("PATCH /api/v1/partners/{slug}/offers/{id}",       "draft",     "{}", editors(200)),
    ("DELETE /api/v1/partners/{slug}/offers/{id}",      "draft",     "",   editors(204)),
    ("POST /api/v1/partners/{slug}/offers/{id}/submit", "draft",     "",   editors(200)),
    ("POST /api/v1/partners/{slug}/offers/{id}/withdraw", "in_review", "", editors(200)),
    ("POST /api/v1/partners/{slug}/offers/{id}/pause",  "published", "",   editors(200)),
    ("POST /api/v1/partners/{slug}/offers/{id}/resume", "paused",    "",   editors(200)),
    ("POST /api/v1/partners/{slug}/offers/{id}/end",    "published", "",   editors(200)),
    ("POST /api/v1/partners/{slug}/offers/actions",     "draft",     r#"{"action": "submit", "ids": ["{id}"]}"#, editors(200)),
    ("PUT /api/v1/partners/{slug}/offers/by-external-id/{external_id}", "", "{}", editors(422)),
    ("GET /api/v1/partners/{slug}/offers/{id}/preview", "draft",     "",   editors(200)),
    ("GET /api/v1/partners/{slug}/offers/{id}/versions", "draft",    "",   editors(200)),
    ("GET /api/v1/partners/{slug}/offers/{id}/versions/{version}", "draft", "", editors(404)),
    ("POST /api/v1/partners/{slug}/offers/{id}/codes",  "draft",     r#"{"codes": ["A"]}"#, editors(409)),
    ("GET /api/v1/partners/{slug}/offers/{id}/codes",   "draft",     "",   editors(200)),
    ("DELETE /api/v1/partners/{slug}/offers/{id}/codes", "draft",    "",   editors(200)),
];

/// An offer of the partner in a state.
pub async fn in_state(market: &Market, partner: &Partner, state: &str) -> String {
    let state = OfferState::from_name(state).expect("a state");
    Offer::once().in_state_at(market, &partner.slug, state).await.id.to_string()
}
