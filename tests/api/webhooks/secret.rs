//! A secret that cannot be opened: it stops nobody else, and is named to whoever can mend it.

use std::time::Duration;

use serde_json::json;
use shared::{
    account::Me,
    webhook::{AttemptFailure, DeliveryState, WebhookSecret},
};
use tests::{Kind, Receiver, eventually, eventually_within, mail::Mail, on_both};

use super::{impatient, listen, log_of, offer, seen};

on_both!(alone: a_secret_that_cannot_be_opened_stops_nobody);

async fn a_secret_that_cannot_be_opened_stops_nobody(kind: Kind) {
    let market = impatient(kind, &["1"; 60].join(",")).await;
    let (broken, whole) = (market.partner().await, market.partner().await);
    let (of_broken, of_whole) = (Receiver::start().await, Receiver::start().await);
    let webhook = listen(&broken.owner, &broken, &of_broken.url("/")).await.webhook;
    listen(&whole.owner, &whole, &of_whole.url("/")).await;
    let db = market.place.db().await;
    let (id, secret) = (db.id(webhook.id.0), db.bytes(b"what was sealed with a key that is lost"));
    db.run(&format!("UPDATE webhooks SET secret = {secret} WHERE id = {id}")).await;

    let (theirs, others) = (offer(&market, &broken).await, offer(&market, &whole).await);
    for person in market.educators(10).await {
        person.claimed(theirs.id).await;
        person.claimed(others.id).await;
    }
    of_whole.wait_for_data(10).await;
    let failed = eventually("the attempts are written down", || async {
        let log = log_of(&broken, webhook.id).await;
        log.iter().all(|delivery| !delivery.attempts.is_empty()).then_some(log)
    })
    .await;
    assert_eq!(failed.len(), 10);
    for delivery in &failed {
        assert_eq!(delivery.state, DeliveryState::Waiting, "it can still be mended");
        let attempt = &delivery.attempts[0];
        assert_eq!((attempt.failure, attempt.status), (Some(AttemptFailure::Secret), None));
        assert!(attempt.headers.is_empty(), "nothing was sent: {attempt:?}");
    }
    assert!(seen(&broken, webhook.id).await.failing_since.is_some());
    let log = market.server.log();
    assert!(
        log.lines().any(|line| line.contains("webhook.not_sent") && line.contains(&webhook.id.to_string())),
        "{log}"
    );

    let [owner, editor]: [Me; 2] = [broken.owner.get("/me").await.ok(), broken.editor.get("/me").await.ok()];
    let mail = Mail::newest(&market.place, &owner.email, "webhooks").await;
    let page = format!("/console/{}/webhooks/{}", broken.slug, webhook.id);
    assert!(mail.link("webhooks").expect("a link").ends_with(&page), "{}", mail.text);
    assert_eq!(
        (Mail::count(&market.place, &owner.email), Mail::count(&market.place, &editor.email)),
        (1, 0),
        "however many messages fail of it"
    );

    // A new secret is all that it takes.
    let path = broken.path(&format!("/webhooks/{}/rotate-secret", webhook.id));
    let new: WebhookSecret = broken.owner.send(&path, &json!({})).await.ok();
    let through = |count| {
        let of_broken = &of_broken;
        eventually_within(Duration::from_mins(1), "what waited gets through", move || async move {
            let received = of_broken.received();
            (received.len() >= count).then_some(received)
        })
    };
    let received = through(10).await;
    assert!(received.iter().all(|message| message.is_signed_with(&new.secret)));
    eventually("it no longer fails", || async {
        seen(&broken, webhook.id).await.failing_since.is_none().then_some(())
    })
    .await;
    assert_eq!(of_whole.received().len(), 10, "the others' came once");
}
