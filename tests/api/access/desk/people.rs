//! A partner's profile, people and invitations.

use serde_json::json;
use shared::{
    Page,
    partner::{InvitationView, MemberRole, MemberView},
};
use tests::{Market, Partner, people::unique};

use super::{Columns, Row, owners};

/// All members, and the ministry.
const BELONG: Columns = [401, 403, 200, 200, 200, 200, 403, 403, 403];

#[rustfmt::skip] // A table.
pub const TABLE: &[Row] = &[
    ("GET /api/v1/partners/{slug}/profile",                     "",           "",                     BELONG),
    ("PATCH /api/v1/partners/{slug}/profile",                   "",           "{}",                   owners(200)),
    ("GET /api/v1/partners/{slug}/members",                     "",           "",                     BELONG),
    ("PATCH /api/v1/partners/{slug}/members/{id}",              "member",     r#"{"role": "editor"}"#, owners(200)),
    ("DELETE /api/v1/partners/{slug}/members/{id}",             "member",     "",                     owners(204)),
    ("GET /api/v1/partners/{slug}/members/invitations",         "",           "",                     owners(200)),
    ("POST /api/v1/partners/{slug}/members/invitations",        "",           "{}",                   owners(422)),
    ("DELETE /api/v1/partners/{slug}/members/invitations/{id}", "invitation", "",                     owners(204)),
];

/// A cashier of the partner whom nobody needs.
pub async fn member(market: &Market, partner: &Partner) -> String {
    let known: Page<MemberView> = partner.owner.get(&partner.path("/members?limit=100")).await.ok();
    market.join(partner, MemberRole::Cashier).await;
    let all: Page<MemberView> = partner.owner.get(&partner.path("/members?limit=100")).await.ok();
    let new = all.items.into_iter().find(|m| !known.items.iter().any(|k| k.user_id == m.user_id));
    new.expect("a new member").user_id.to_string()
}

/// An invitation that waits.
pub async fn invitation(partner: &Partner) -> String {
    let body = json!({"email": format!("{}@test.az", unique("dost")), "role": "editor"});
    let made: InvitationView = partner.owner.send(&partner.path("/members/invitations"), &body).await.created();
    made.id.to_string()
}
