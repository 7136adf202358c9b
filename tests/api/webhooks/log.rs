//! The log: paged, filtered, and sending again.

use serde_json::json;
use shared::{
    Code, Page,
    webhook::{Delivery, DeliveryState},
};
use tests::{Kind, Market, Receiver, eventually, on_both, receiver::Reply};

use super::{impatient, listen, log_of, offer, test_button};

on_both!(the_log_is_paged_and_filtered, what_was_delivered_is_sent_again, a_delivery_is_its_partners_alone);
on_both!(alone: what_waits_is_tried_now);

async fn the_log_is_paged_and_filtered(market: Market) {
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let webhook = listen(&partner.owner, &partner, &receiver.url("/")).await.webhook;
    receiver.answer_next([Reply::status(204), Reply::status(500), Reply::status(204)]);
    let mut made = Vec::new();
    for _ in 0..3 {
        made.insert(0, test_button(&partner, webhook.id).await);
    }
    let path = partner.path(&format!("/webhooks/{}/deliveries", webhook.id));
    let first = partner.editor.get(&format!("{path}?limit=2")).await.status(200);
    assert!(first.header("link").is_some_and(|link| link.contains("rel=\"next\"")));
    let first: Page<Delivery> = first.json();
    let cursor = first.next_cursor.clone().expect("a cursor");
    let second: Page<Delivery> = partner.editor.get(&format!("{path}?limit=2&cursor={cursor}")).await.ok();
    assert_eq!([first.items, second.items].concat(), made);
    assert_eq!(second.next_cursor, None);
    for (state, expected) in [("failed", &made[1..2]), ("waiting", &made[..0])] {
        let page: Page<Delivery> = partner.editor.get(&format!("{path}?state={state}")).await.ok();
        assert_eq!(page.items, expected, "{state}");
    }
    let page: Page<Delivery> = partner.editor.get(&format!("{path}?state=delivered")).await.ok();
    assert_eq!(page.items, [made[0].clone(), made[2].clone()]);
}

async fn what_was_delivered_is_sent_again(market: Market) {
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let made = listen(&partner.owner, &partner, &receiver.url("/")).await;
    let offer = offer(&market, &partner).await;
    market.educator().await.claimed(offer.id).await;
    let first = eventually("it is delivered", || async {
        log_of(&partner, made.webhook.id).await.into_iter().find(|d| d.state == DeliveryState::Delivered)
    })
    .await;
    let again = partner.path(&format!("/webhooks/deliveries/{}/redeliver", first.id));
    let again: Delivery = partner.program.post(&again).await.status(202).json();
    assert_eq!((again.repeats, &again.message_id), (Some(first.id), &first.message_id));
    let received = receiver.wait_for(2).await;
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    assert_eq!(received[0].body, received[1].body);
    assert!(received[1].is_signed_with(&made.secret));
    assert_eq!(log_of(&partner, made.webhook.id).await.len(), 2);
}

async fn what_waits_is_tried_now(kind: Kind) {
    let market = impatient(kind, "3600").await;
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let webhook = listen(&partner.owner, &partner, &receiver.url("/")).await.webhook;
    let offer = offer(&market, &partner).await;
    receiver.answer_next([Reply::status(500)]);
    let teacher = market.educator().await;
    let claim = teacher.claimed(offer.id).await;
    let waiting = eventually("it has failed once", || async {
        log_of(&partner, webhook.id).await.into_iter().find(|d| d.attempts.len() == 1)
    })
    .await;
    assert_eq!(waiting.state, DeliveryState::Waiting);
    let pause = waiting.next_attempt_at.expect("a time") - waiting.attempts[0].at;
    assert!((60..=66).contains(&pause.num_minutes()), "{pause}");
    teacher.post(&format!("/claims/{}/cancel", claim.id)).await.status(200);
    let path = partner.path(&format!("/webhooks/deliveries/{}/redeliver", waiting.id));
    let same: Delivery = partner.owner.post(&path).await.status(202).json();
    assert_eq!(same.id, waiting.id, "it is the same delivery");
    receiver.wait_for_data(1).await;
    eventually("it is written down", || async {
        let log = log_of(&partner, webhook.id).await;
        log.iter().any(|d| d.id == waiting.id && d.state == DeliveryState::Delivered).then_some(())
    })
    .await;
}

async fn a_delivery_is_its_partners_alone(market: Market) {
    let (partner, other, receiver) = (market.partner().await, market.partner().await, Receiver::start().await);
    let webhook = listen(&partner.owner, &partner, &receiver.url("/")).await.webhook;
    let delivery = test_button(&partner, webhook.id).await;
    let path = |who: &tests::Partner, rest: &str| who.path(&format!("/webhooks/deliveries/{}{rest}", delivery.id));
    for who in [&other.owner, &other.program] {
        who.get(&path(&other, "")).await.refused(Code::NotFound);
        who.post(&path(&other, "/redeliver")).await.refused(Code::NotFound);
    }
    partner.sandbox.get(&path(&partner, "")).await.refused(Code::NotFound);
    partner.sandbox.post(&path(&partner, "/redeliver")).await.refused(Code::NotFound);
    let seen: Delivery = partner.editor.get(&path(&partner, "")).await.ok();
    assert_eq!(seen, delivery);
    assert_eq!(json!(seen)["repeats"], json!(null));
    assert_eq!(receiver.received().len(), 1);
}
