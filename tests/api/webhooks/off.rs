//! Webhooks that switch themselves off: the receiver is gone, or nothing gets through for the whole schedule.

use serde_json::json;
use shared::{
    account::Me,
    webhook::{DeliveryState, DisabledReason},
};
use tests::{Kind, Market, Receiver, eventually, mail::Mail, on_both, receiver::Reply};

use super::{change, impatient, listen, log_of, offer, seen, test_button};

on_both!(a_receiver_that_is_gone_is_left_alone);
on_both!(alone: what_fails_to_the_end_is_switched_off);

async fn a_receiver_that_is_gone_is_left_alone(market: Market) {
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let webhook = listen(&partner.owner, &partner, &receiver.url("/")).await.webhook;
    receiver.answer_next([Reply::status(410)]);
    let delivery = test_button(&partner, webhook.id).await;
    assert_eq!(delivery.state, DeliveryState::Failed);
    let off = seen(&partner, webhook.id).await;
    assert_eq!((off.enabled, off.disabled_reason), (false, Some(DisabledReason::Gone)));
    let offer = offer(&market, &partner).await;
    market.educator().await.claimed(offer.id).await;
    change(&partner, webhook.id, &json!({"enabled": true})).await;
    market.educator().await.claimed(offer.id).await;
    receiver.wait_for(2).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(receiver.received().len(), 2, "what happened while it was off is not told");
}

async fn what_fails_to_the_end_is_switched_off(kind: Kind) {
    let market = impatient(kind, "1,1").await;
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let webhook = listen(&partner.owner, &partner, &receiver.url("/")).await.webhook;
    receiver.answer_by(|_| Reply::status(500));
    let offer = offer(&market, &partner).await;
    market.educator().await.claimed(offer.id).await;
    let off = eventually("it is switched off", || async {
        let webhook = seen(&partner, webhook.id).await;
        (!webhook.enabled).then_some(webhook)
    })
    .await;
    assert_eq!(off.disabled_reason, Some(DisabledReason::Failing));
    assert!(off.failing_since.is_some() && off.disabled_at > off.failing_since);
    let log = log_of(&partner, webhook.id).await;
    assert_eq!((log.len(), log[0].state, log[0].attempts.len()), (1, DeliveryState::Failed, 3));

    let [owner, editor]: [Me; 2] = [partner.owner.get("/me").await.ok(), partner.editor.get("/me").await.ok()];
    let mail = Mail::newest(&market.place, &owner.email, "webhooks").await;
    let page = format!("/console/{}/webhooks/{}", partner.slug, webhook.id);
    assert!(mail.link("webhooks").expect("a link").ends_with(&page), "{}", mail.text);
    assert!(mail.text.contains("127.0.0.1"), "{}", mail.text);
    assert_eq!((Mail::count(&market.place, &owner.email), Mail::count(&market.place, &editor.email)), (1, 0));

    // Another claim waits while nothing gets through, and is told when it is switched on again.
    receiver.answer_by(|_| Reply::status(204));
    let on = change(&partner, webhook.id, &json!({"enabled": true})).await;
    assert_eq!((on.enabled, on.failing_since), (true, None));
    market.educator().await.claimed(offer.id).await;
    receiver.wait_for_data(1).await;
}
