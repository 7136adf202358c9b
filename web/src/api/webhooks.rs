//! The calls about webhooks.

use shared::{
    Page,
    webhook::{ChangeWebhook, Delivery, DeliveryState, NewWebhook, RotateSecret, Webhook, WebhookSecret},
};

use super::{
    Failure, encode,
    transport::{Empty, Method, Tagged, change, change_tagged, get, get_tagged},
};

type Result<T> = std::result::Result<T, Failure>;

/// The partner's webhooks, at `path`.
pub async fn webhooks(path: String) -> Result<Page<Webhook>> {
    get(path).await
}

/// The webhook at `path`.
pub async fn webhook(path: String) -> Result<Tagged<Webhook>> {
    get_tagged(path).await
}

/// Makes one; its secret is in the answer alone.
pub async fn make_webhook(path: String, input: &NewWebhook) -> Result<WebhookSecret> {
    change(Method::Post, path, input).await
}

/// Changes the version of the webhook that has this `tag`.
pub async fn change_webhook(path: String, input: &ChangeWebhook, tag: String) -> Result<Tagged<Webhook>> {
    change_tagged(Method::Patch, path, input, tag).await
}

/// A new secret for the webhook at `path`.
pub async fn rotate_secret(path: String, input: &RotateSecret) -> Result<WebhookSecret> {
    change(Method::Post, path + "/rotate-secret", input).await
}

/// Sends the webhook at `path` a message to try it.
pub async fn test_webhook(path: String) -> Result<Delivery> {
    change(Method::Post, path + "/test", &Empty {}).await
}

/// What was sent to the webhook at `path`, the newest first.
pub async fn deliveries(path: String, state: Option<DeliveryState>, cursor: Option<String>) -> Result<Page<Delivery>> {
    let state = state.map(|state| format!("&state={}", state.as_str())).unwrap_or_default();
    let cursor = cursor.map(|cursor| format!("&cursor={}", encode(&cursor))).unwrap_or_default();
    get(format!("{path}/deliveries?limit=20{state}{cursor}")).await
}

/// Sends the delivery at `path` again.
pub async fn redeliver(path: String) -> Result<Delivery> {
    change(Method::Post, path, &Empty {}).await
}
