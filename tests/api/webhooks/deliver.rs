//! What arrives at a receiver: signed, in order for each subject, again until it gets through.

use std::{collections::HashMap, time::Duration};

use serde_json::json;
use shared::{
    claim::ClaimView,
    webhook::{AttemptFailure, DeliveryState, EventKind, WebhookSecret},
};
use tests::{Kind, Market, Receiver, eventually, on_both, receiver::Reply};

use super::{impatient, listen, log_of, offer, seen, test_button};

on_both!(
    a_claim_is_told_and_signed,
    only_what_is_listened_to_is_told,
    a_rotated_secret_signs_beside_the_former_one,
    the_test_button_tells_what_was_answered,
    a_crowd_is_told_of_each_claim_once,
    nothing_follows_a_redirect
);
on_both!(alone: what_fails_comes_again, order_is_kept_for_each_claim, a_slow_receiver_holds_up_no_other, two_processes_share_the_work);

async fn a_claim_is_told_and_signed(market: Market) {
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let WebhookSecret { webhook, secret } = listen(&partner.owner, &partner, &receiver.url("/hook?a=b")).await;
    let offer = offer(&market, &partner).await;
    let claim = market.educator().await.claimed(offer.id).await;
    let received = receiver.wait_for(1).await.remove(0);
    assert_eq!(received.path, "/hook?a=b");
    assert!(received.is_signed_with(&secret));
    assert!(!received.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "no other secret fits");
    assert_eq!(received.header("content-type"), "application/json");
    let message = received.message();
    assert_eq!(message.kind, EventKind::ClaimCreated);
    assert_eq!(message.timestamp, claim.created_at);
    assert_eq!(message.data["claim_id"], json!(claim.id));
    assert_eq!(message.data["offer_id"], json!(offer.id));
    assert_eq!(message.data["quantity"], 1);
    let text = String::from_utf8_lossy(&received.body).into_owned();
    assert!(!text.contains(claim.code.as_str()) && !text.contains("name"), "no code and no name: {text}");

    let delivery = eventually("it is written down", || async {
        log_of(&partner, webhook.id).await.into_iter().find(|d| d.state == DeliveryState::Delivered)
    })
    .await;
    assert_eq!(delivery.message_id, received.header("webhook-id"));
    assert_eq!(delivery.body.as_bytes(), received.body);
    let [attempt] = &delivery.attempts[..] else { panic!("one attempt: {delivery:?}") };
    assert_eq!((attempt.number, attempt.status, attempt.failure), (1, Some(204), None));
    for header in &attempt.headers {
        assert_eq!(received.header(&header.name), header.value, "{}", header.name);
    }
}

async fn only_what_is_listened_to_is_told(market: Market) {
    let (partner, other, receiver) = (market.partner().await, market.partner().await, Receiver::start().await);
    let listen = async |who: &tests::Partner, path: &str, kinds: &[&str]| -> WebhookSecret {
        who.owner.send(&who.path("/webhooks"), &json!({"url": receiver.url(path), "kinds": kinds})).await.created()
    };
    listen(&partner, "/created", &["claim.created"]).await;
    listen(&partner, "/expired", &["claim.expired"]).await;
    listen(&other, "/other", &["claim.created", "claim.cancelled"]).await;
    let sandbox = json!({"url": receiver.url("/sandbox"), "kinds": ["claim.created"]});
    let _: WebhookSecret = partner.sandbox.send(&partner.path("/webhooks"), &sandbox).await.created();
    let off = listen(&partner, "/off", &["claim.created"]).await.webhook;
    super::change(&partner, off.id, &json!({"enabled": false})).await;
    let (mine, theirs) = (offer(&market, &partner).await, offer(&market, &other).await);
    let teacher = market.educator().await;
    teacher.claimed(mine.id).await;
    teacher.claimed(theirs.id).await;
    let received = receiver.wait_for(2).await;
    // A moment for what must not come.
    tokio::time::sleep(Duration::from_millis(700)).await;
    let mut got: Vec<_> =
        receiver.received().iter().map(|r| (r.path.clone(), r.message().data["offer_id"].clone())).collect();
    got.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(got, [("/created".to_owned(), json!(mine.id)), ("/other".to_owned(), json!(theirs.id))]);
    assert_ne!(received[0].header("webhook-id"), received[1].header("webhook-id"));
}

async fn a_rotated_secret_signs_beside_the_former_one(market: Market) {
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let first = listen(&partner.owner, &partner, &receiver.url("/")).await;
    let path = partner.path(&format!("/webhooks/{}/rotate-secret", first.webhook.id));
    let second: WebhookSecret = partner.owner.send(&path, &json!({})).await.ok();
    assert_ne!(first.secret, second.secret);
    let until = second.webhook.old_secret_until.expect("a time") - chrono::Utc::now();
    assert!((23..=24).contains(&until.num_hours()), "{until}");
    test_button(&partner, first.webhook.id).await;
    let both = receiver.wait_for(1).await.remove(0);
    assert_eq!(both.header("webhook-signature").split(' ').count(), 2);
    assert!(both.is_signed_with(&first.secret) && both.is_signed_with(&second.secret));

    let third: WebhookSecret = partner.owner.send(&path, &json!({"grace_hours": 0})).await.ok();
    assert_eq!(third.webhook.old_secret_until, None);
    test_button(&partner, first.webhook.id).await;
    let one = receiver.wait_for(2).await.remove(1);
    assert!(one.is_signed_with(&third.secret) && !one.is_signed_with(&second.secret));
}

async fn the_test_button_tells_what_was_answered(market: Market) {
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let webhook = listen(&partner.owner, &partner, &receiver.url("/")).await.webhook;
    receiver.answer_next([Reply { body: format!("no\0pe {}", "x".repeat(9000)), ..Reply::status(500) }]);
    let failed = test_button(&partner, webhook.id).await;
    assert_eq!((failed.kind, failed.state), (EventKind::Test, DeliveryState::Failed), "a test is tried once");
    let attempt = &failed.attempts[0];
    assert_eq!((attempt.status, attempt.failure), (Some(500), Some(AttemptFailure::Status)));
    let answer = attempt.answer.as_deref().expect("an answer");
    assert!(answer.starts_with("no\u{fffd}pe xxx") && answer.len() <= 4200, "{}", answer.len());
    assert_eq!(seen(&partner, webhook.id).await.failing_since, None, "a test says nothing of how messages fare");
    let delivered = test_button(&partner, webhook.id).await;
    assert_eq!(delivered.state, DeliveryState::Delivered);
    assert_eq!(delivered.attempts[0].answer.as_deref(), Some(""));
}

async fn a_crowd_is_told_of_each_claim_once(market: Market) {
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    listen(&partner.owner, &partner, &receiver.url("/")).await;
    let offer = offer(&market, &partner).await;
    let crowd = market.educators(60).await;
    let claims = futures_util::future::join_all(crowd.iter().map(|c| c.claimed(offer.id))).await;
    let told = receiver.wait_for_data(60).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.received().len(), 60, "nothing came twice");
    for claim in claims {
        assert_eq!(told.iter().filter(|data| data["claim_id"] == json!(claim.id)).count(), 1);
    }
}

async fn nothing_follows_a_redirect(market: Market) {
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let webhook = listen(&partner.owner, &partner, &receiver.url("/")).await.webhook;
    for status in [301, 302, 303, 307, 308] {
        receiver.answer_next([Reply {
            headers: format!("location: {}\r\n", receiver.url("/elsewhere")),
            ..Reply::status(status)
        }]);
        let delivery = test_button(&partner, webhook.id).await;
        assert_eq!(delivery.attempts[0].status, Some(status));
        assert_eq!(delivery.attempts[0].failure, Some(AttemptFailure::Status));
    }
    assert!(receiver.received().iter().all(|r| r.path == "/"));
}

async fn what_fails_comes_again(kind: Kind) {
    let market = impatient(kind, "1,1,1").await;
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let WebhookSecret { webhook, secret } = listen(&partner.owner, &partner, &receiver.url("/")).await;
    receiver.answer_next([Reply::status(500), Reply::status(302)]);
    let offer = offer(&market, &partner).await;
    market.educator().await.claimed(offer.id).await;
    let received = receiver.wait_for(3).await;
    let ids: Vec<_> = received.iter().map(|r| r.header("webhook-id").to_owned()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "the same message: {ids:?}");
    assert!(received.iter().all(|r| r.body == received[0].body && r.is_signed_with(&secret)));
    let delivery = eventually("it gets through", || async {
        log_of(&partner, webhook.id).await.into_iter().find(|d| d.state == DeliveryState::Delivered)
    })
    .await;
    let statuses: Vec<_> = delivery.attempts.iter().map(|a| (a.number, a.status)).collect();
    assert_eq!(statuses, [(1, Some(500)), (2, Some(302)), (3, Some(204))]);
    assert_eq!(delivery.next_attempt_at, None);
    let gaps = delivery.attempts.windows(2).map(|pair| (pair[1].at - pair[0].at).num_milliseconds());
    assert!(gaps.into_iter().all(|gap| gap >= 1000), "{:?}", delivery.attempts);
    assert_eq!(seen(&partner, webhook.id).await.failing_since, None, "it got through");
}

async fn order_is_kept_for_each_claim(kind: Kind) {
    let market = impatient(kind, "1,1,1,1").await;
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let webhook = listen(&partner.owner, &partner, &receiver.url("/")).await.webhook;
    let offer = offer(&market, &partner).await;
    let (unlucky, lucky) = (market.educator().await, market.educator().await);
    let claim: ClaimView = unlucky.claimed(offer.id).await;
    let bad = json!(claim.id);
    receiver.wait_for(1).await;
    // From now on messages about the first claim fail, three times.
    let left = std::sync::Mutex::new(3);
    receiver.answer_by(move |r| {
        let mut left = left.lock().unwrap();
        if *left > 0 && r.message().data["claim_id"] == bad {
            *left -= 1;
            return Reply::status(503);
        }
        Reply::status(200)
    });
    unlucky.post(&format!("/claims/{}/cancel", claim.id)).await.status(200);
    let other = lucky.claimed(offer.id).await;
    let told = receiver.wait_for_data(3).await;
    let order: Vec<_> = told.iter().map(|d| d["claim_id"].clone()).collect();
    assert_eq!(order, [json!(claim.id), json!(other.id), json!(claim.id)], "the other one is not held up");
    let of_first: Vec<_> = receiver
        .received()
        .iter()
        .filter(|r| r.status < 300 && r.message().data["claim_id"] == json!(claim.id))
        .map(|r| r.message().kind)
        .collect();
    assert_eq!(of_first, [EventKind::ClaimCreated, EventKind::ClaimCancelled]);
    assert_eq!(log_of(&partner, webhook.id).await.len(), 3);
}

async fn a_slow_receiver_holds_up_no_other(kind: Kind) {
    let market = Market::open(tests::Place::new(kind).await.with("WEBHOOKS_AT_ONCE", "16")).await;
    let (slow, quick) = (market.partner().await, market.partner().await);
    let (slow_one, quick_one) = (Receiver::start().await, Receiver::start().await);
    slow_one.answer_by(|_| Reply { after: Duration::from_secs(10), ..Reply::status(204) });
    listen(&slow.owner, &slow, &slow_one.url("/")).await;
    listen(&quick.owner, &quick, &quick_one.url("/")).await;
    let (of_slow, of_quick) = (offer(&market, &slow).await, offer(&market, &quick).await);
    let crowd = market.educators(40).await;
    futures_util::future::join_all(crowd.iter().map(|c| c.claimed(of_slow.id))).await;
    slow_one.wait_for(8).await;
    futures_util::future::join_all(crowd.iter().map(|c| c.claimed(of_quick.id))).await;
    quick_one.wait_for_data(40).await;
    assert_eq!(slow_one.received().len(), 8, "it has its share of what is sent at once, and no more");
}

async fn two_processes_share_the_work(kind: Kind) {
    let first = Market::open(tests::Place::new(kind).await).await;
    if kind == Kind::Sqlite {
        // One process serves an embedded database; that it starts again is tested with the faults.
        return;
    }
    let second = first.again().await;
    let (partner, receiver) = (first.partner().await, Receiver::start().await);
    // Each message takes a moment, so that both processes find some to send.
    receiver.answer_by(|_| Reply { after: Duration::from_millis(30), ..Reply::status(204) });
    listen(&partner.owner, &partner, &receiver.url("/")).await;
    let offer = offer(&first, &partner).await;
    let crowd = first.educators(100).await;
    eventually("the other process knows the webhook and the offer", || async {
        let shown = second.anon().get(&format!("/offers/{}", offer.id)).await;
        (shown.status == 200).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let there: Vec<_> = crowd.iter().map(|c| c.at(&second.server.url)).collect();
    let (here, there) = (crowd[..50].iter(), there[50..].iter());
    futures_util::future::join_all(here.chain(there).map(|c| c.claimed(offer.id))).await;
    receiver.wait_for_data(100).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut times: HashMap<String, usize> = HashMap::new();
    for received in receiver.received() {
        *times.entry(received.header("webhook-id").to_owned()).or_default() += 1;
    }
    assert_eq!((times.len(), receiver.received().len()), (100, 100), "each message once");
}
