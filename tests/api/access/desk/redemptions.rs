//! The till. Its addresses name no partner: whoever works for one is heard, and asks about codes that nobody has.

use super::{Columns, Row};

/// Members and programs of any partner; the ministry looks on.
const fn tills(done: u16) -> Columns {
    [401, 403, 403, done, done, done, done, done, done]
}

const NOBODYS: &str = r#"{"redemption_id": "0190163d-8694-739b-aea5-966c26f8ad91"}"#;

#[rustfmt::skip] // A table.
pub const TABLE: &[Row] = &[
    ("POST /api/v1/redemptions/check",                  "", r#"{"code": "2222-2222-2222"}"#, tills(200)),
    ("POST /api/v1/redemptions/hold",                   "", r#"{"code": "2222-2222-2222"}"#, tills(404)),
    ("POST /api/v1/redemptions/confirm",                "", r#"{"code": "2222-2222-2222"}"#, tills(404)),
    ("POST /api/v1/redemptions/undo",                   "", NOBODYS,                         tills(404)),
    ("POST /api/v1/redemptions/release",                "", NOBODYS,                         tills(404)),
    ("GET /api/v1/redemptions",                         "", "",                              [401, 403, 200, 200, 200, 200, 200, 200, 200]),
    // Only test keys: see `redemptions::sandbox`.
    ("POST /api/v1/partners/{slug}/sandbox/claims",     "", r#"{"offer_id": "0190163d-8694-739b-aea5-966c26f8ad91"}"#, [401, 403, 403, 403, 403, 403, 403, 403, 403]),
];
