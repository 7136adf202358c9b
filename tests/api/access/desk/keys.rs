//! The keys of a partner's programs.

use shared::partner::KeyMode;
use tests::{Market, Partner};

use super::{Columns, Row, owners};

/// Owners alone: not even the ministry gets a key of a partner.
const fn owners_alone(done: u16) -> Columns {
    [401, 403, 403, 403, 403, done, 403, 403, 403]
}

/// The ministry, editors and owners, but no programs.
const EDITORS: Columns = [401, 403, 200, 403, 200, 200, 403, 403, 403];

#[rustfmt::skip] // A table.
pub const TABLE: &[Row] = &[
    ("GET /api/v1/partners/{slug}/api-keys",              "",    "",   EDITORS),
    ("POST /api/v1/partners/{slug}/api-keys",             "",    "{}", owners_alone(422)),
    ("POST /api/v1/partners/{slug}/api-keys/{id}/rotate", "key", "{}", owners_alone(201)),
    ("DELETE /api/v1/partners/{slug}/api-keys/{id}",      "key", "",   owners(204)),
];

/// The partner's only test key that works.
pub async fn key(market: &Market, partner: &Partner) -> String {
    market.only_key(partner, KeyMode::Test).await.to_string()
}
