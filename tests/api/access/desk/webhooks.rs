//! Webhooks at a partner's desk.

use serde_json::json;
use shared::webhook::{Delivery, WebhookSecret};
use tests::Partner;

use super::{Columns, Row, editors};

/// Owners and programs.
const fn owners(done: u16) -> Columns {
    [401, 403, 403, 403, 403, done, done, 403, 403]
}

#[rustfmt::skip] // A table.
pub const TABLE: &[Row] = &[
    ("GET /api/v1/partners/{slug}/webhooks",                            "",         "",   editors(200)),
    ("POST /api/v1/partners/{slug}/webhooks",                           "",         "{}", owners(422)),
    ("GET /api/v1/partners/{slug}/webhooks/{id}",                       "webhook",  "",   editors(200)),
    ("PATCH /api/v1/partners/{slug}/webhooks/{id}",                     "webhook",  "{}", owners(200)),
    ("DELETE /api/v1/partners/{slug}/webhooks/{id}",                    "webhook",  "",   owners(204)),
    ("POST /api/v1/partners/{slug}/webhooks/{id}/rotate-secret",        "webhook",  "{}", owners(200)),
    ("POST /api/v1/partners/{slug}/webhooks/{id}/test",                 "webhook",  "",   owners(202)),
    ("GET /api/v1/partners/{slug}/webhooks/{id}/deliveries",            "webhook",  "",   editors(200)),
    ("GET /api/v1/partners/{slug}/webhooks/deliveries/{id}",            "delivery", "",   editors(200)),
    ("POST /api/v1/partners/{slug}/webhooks/deliveries/{id}/redeliver", "delivery", "",   owners(202)),
];

/// A webhook of the partner, the only one that it has.
pub async fn webhook(partner: &Partner) -> String {
    let path = partner.path("/webhooks");
    for old in partner.owner.get(&path).await.ok::<shared::Page<shared::webhook::Webhook>>().items {
        partner.owner.delete(&format!("{path}/{}", old.id)).header("if-match", "*").await.done();
    }
    let body = json!({"url": "http://127.0.0.1:1/", "kinds": ["claim.created"]});
    partner.owner.send(&path, &body).await.created::<WebhookSecret>().webhook.id.to_string()
}

/// A delivery to it.
pub async fn delivery(partner: &Partner) -> String {
    let path = partner.path(&format!("/webhooks/{}/test", webhook(partner).await));
    partner.owner.post(&path).await.status(202).json::<Delivery>().id.to_string()
}
