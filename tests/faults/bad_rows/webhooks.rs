//! Deliveries.

use serde_json::json;
use shared::{
    Page,
    webhook::{Delivery, DeliveryState, EventKind, WebhookSecret},
};
use tests::{Market, Partner, Receiver, eventually, eventually_within, on_both, receiver::Reply};

use super::{REST, named, published, trigger};

on_both!(
    a_delivery_that_cannot_be_taken_holds_up_no_other_webhook,
    an_outcome_that_cannot_be_written_holds_up_no_other,
);

/// Two partners with a webhook each that hears of claims, and their receivers.
async fn two_listeners(market: &Market) -> [(Partner, Receiver, WebhookSecret); 2] {
    let one = async || {
        let (partner, receiver) = (market.partner().await, Receiver::start().await);
        let hook = json!({"url": receiver.url("/"), "kinds": [EventKind::ClaimCreated]});
        let made = partner.owner.send(&partner.path("/webhooks"), &hook).await.created();
        (partner, receiver, made)
    };
    [one().await, one().await]
}

/// So many people claim an offer of each.
async fn claim_of_both(market: &Market, partners: [&Partner; 2], count: usize) {
    let (first, second) = (published(market, partners[0]).await, published(market, partners[1]).await);
    for person in market.educators(count).await {
        person.claimed(first).await;
        person.claimed(second).await;
    }
}

async fn a_delivery_that_cannot_be_taken_holds_up_no_other_webhook(market: Market) {
    let [(bad, of_bad, hook), (good, of_good, _)] = two_listeners(&market).await;
    let (db, name) = (market.place.db().await, trigger("delivery"));
    let id = db.id(hook.webhook.id.0);
    db.spoil(&name, "UPDATE ON webhook_deliveries", &format!("OLD.webhook_id = {id}")).await;
    claim_of_both(&market, [&bad, &good], 5).await;
    of_good.wait_for_data(5).await;
    named(&market, hook.webhook.id.0).await;
    assert_eq!(of_bad.received().len(), 0);
    db.mend(&name, "webhook_deliveries").await;
    eventually_within(REST, "what waited gets through", || async { (of_bad.received().len() == 5).then_some(()) })
        .await;
}

async fn an_outcome_that_cannot_be_written_holds_up_no_other(market: Market) {
    let [(bad, of_bad, _), (good, of_good, hook)] = two_listeners(&market).await;
    let db = market.place.db().await;
    // Nobody else answers so.
    db.spoil(&trigger("outcome"), "INSERT ON webhook_attempts", "NEW.status = 418").await;
    of_bad.answer_by(|_| Reply::status(418));
    claim_of_both(&market, [&bad, &good], 5).await;
    of_good.wait_for_data(5).await;
    eventually("the other outcomes are written down", || async {
        let path = good.path(&format!("/webhooks/{}/deliveries", hook.webhook.id));
        let log: Page<Delivery> = good.owner.get(&path).await.ok();
        log.items.iter().all(|delivery| delivery.state == DeliveryState::Delivered).then_some(())
    })
    .await;
    eventually("the log names the bad outcome", || async {
        market
            .server
            .log()
            .lines()
            .any(|line| line.contains("bad_row") && line.contains("webhook.outcome"))
            .then_some(())
    })
    .await;
}
