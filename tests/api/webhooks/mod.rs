//! Webhooks: making them, what arrives at a receiver, what the log says, and where messages never go.

mod deliver;
mod guard;
mod log;
mod manage;
mod off;
mod secret;

use serde_json::json;
use shared::{Page, offer::PartnerOffer};
use shared::{
    WebhookId,
    webhook::{Delivery, DeliveryState, EventKind, Webhook, WebhookSecret},
};
use tests::{Caller, Market, Offer, Partner, Place, eventually};

/// A server of a test's own, with short pauses between attempts.
async fn impatient(kind: tests::Kind, pauses: &str) -> Market {
    Market::open(Place::new(kind).await.with("VM_TEST_WEBHOOKS_RETRY_SECONDS", pauses)).await
}

/// Makes a webhook that listens to claims.
async fn listen(who: &Caller, partner: &Partner, url: &str) -> WebhookSecret {
    let body = json!({"url": url, "kinds": [EventKind::ClaimCreated, EventKind::ClaimCancelled]});
    who.send(&partner.path("/webhooks"), &body).await.created()
}

/// A published offer of the partner.
async fn offer(market: &Market, partner: &Partner) -> PartnerOffer {
    Offer::once().in_state_at(market, &partner.slug, shared::offer::OfferState::Published).await
}

/// A webhook as its owner sees it now.
async fn seen(partner: &Partner, id: WebhookId) -> Webhook {
    partner.owner.get(&partner.path(&format!("/webhooks/{id}"))).await.ok()
}

/// The log of a webhook, the newest first.
async fn log_of(partner: &Partner, id: WebhookId) -> Vec<Delivery> {
    let page: Page<Delivery> = partner.owner.get(&partner.path(&format!("/webhooks/{id}/deliveries"))).await.ok();
    page.items
}

/// Changes a webhook in the version that it has now.
async fn change(partner: &Partner, id: WebhookId, body: &serde_json::Value) -> Webhook {
    let version = seen(partner, id).await.version;
    let path = partner.path(&format!("/webhooks/{id}"));
    partner.owner.patch(&path, body).header("if-match", format!("\"v{version}\"")).await.ok()
}

/// Presses the test button, and waits for what becomes of it.
async fn test_button(partner: &Partner, id: WebhookId) -> Delivery {
    let answer = partner.owner.post(&partner.path(&format!("/webhooks/{id}/test"))).await.status(202);
    let location = answer.header("location").expect("a location").to_owned();
    let delivery: Delivery = answer.json();
    assert!(location.ends_with(&delivery.id.to_string()), "{location}");
    let location = location.strip_prefix("/api/v1").expect("below /api/v1");
    eventually("the test message is sent", || async {
        let delivery: Delivery = partner.owner.get(location).await.ok();
        assert_eq!(delivery.attempts.is_empty(), delivery.state == DeliveryState::Waiting, "{delivery:?}");
        (delivery.state != DeliveryState::Waiting).then_some(delivery)
    })
    .await
}
