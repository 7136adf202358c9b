//! What a partner is told when an offer runs out, or is refused: by webhook and by mail, once for each line crossed.

use serde_json::{Value, json};
use shared::{
    account::Me,
    offer::PartnerOffer,
    webhook::{EventKind, Message},
};
use tests::{
    Caller, Market, Offer, Partner,
    mail::Mail,
    offer::{act, edit},
    on_both,
    people::unique,
    receiver::Receiver,
};

use super::{fill, pool, published};

on_both!(
    a_pool_that_runs_low_is_told_once_for_each_line,
    a_quota_that_fills_is_told_once_for_each_line,
    a_review_is_told_with_its_reason,
);

/// A receiver that hears of these kinds.
async fn listen(partner: &Partner, kinds: &[EventKind]) -> Receiver {
    let receiver = Receiver::start().await;
    let body = json!({"url": receiver.url("/hook"), "kinds": kinds});
    partner.owner.send(&partner.path("/webhooks"), &body).await.status(201);
    receiver
}

/// The messages that came, when there are so many.
async fn messages(receiver: &Receiver, count: usize) -> Vec<Message> {
    let received = receiver.wait_for(count).await;
    assert_eq!(received.len(), count);
    received.iter().map(tests::receiver::Received::message).collect()
}

async fn address(person: &Caller) -> String {
    person.get("/me").await.ok::<Me>().email
}

async fn a_pool_that_runs_low_is_told_once_for_each_line(market: Market) {
    let partner = market.partner().await;
    let receiver = listen(&partner, &[EventKind::CodesLow]).await;
    let offer = published(&market, &partner, &pool()).await;
    fill(&partner, offer.id, &unique("LOW"), 10).await;
    for educator in market.educators(10).await {
        educator.claimed(offer.id).await;
    }
    fill(&partner, offer.id, &unique("MORE"), 2).await;
    market.educator().await.claimed(offer.id).await;
    let told = messages(&receiver, 4).await;
    assert!(told.iter().all(|m| m.kind == EventKind::CodesLow));
    let said: Vec<_> = told.iter().map(|m| (m.data["level"].clone(), m.data["left"].clone())).collect();
    let level = |name: &str, left: u32| (json!(name), json!(left));
    assert_eq!(said, [level("half", 5), level("tenth", 1), level("empty", 0), level("half", 1)]);
    assert_eq!(told[0].data["offer_id"], json!(offer.id));
    let page = format!("console/{}/offers/{}", partner.slug, offer.id);
    for person in [&partner.owner, &partner.editor] {
        Mail::newest(&market.place, &address(person).await, &page).await;
    }
    let editor = address(&partner.editor).await;
    tests::eventually("a mail for each line", || async { (Mail::count(&market.place, &editor) == 4).then_some(()) })
        .await;
    assert_eq!(Mail::count(&market.place, &address(&partner.cashier).await), 0, "cashiers upload no codes");
}

async fn a_quota_that_fills_is_told_once_for_each_line(market: Market) {
    let partner = market.partner().await;
    let receiver = listen(&partner, &[EventKind::QuotaWarning]).await;
    let offer = published(&market, &partner, &Offer::once().quota(4)).await;
    let people = market.educators(6).await;
    let mut claims = Vec::new();
    for educator in &people[..2] {
        claims.push(educator.claimed(offer.id).await);
    }
    // Given back and claimed again, the same line is no news.
    people[0].post(&format!("/claims/{}/cancel", claims[0].id)).await.status(200);
    for educator in &people[2..5] {
        educator.claimed(offer.id).await;
    }
    // A larger quota has lines of its own.
    let now: PartnerOffer = market.admin().await.get(&partner.path(&format!("/offers/{}", offer.id))).await.ok();
    edit(&market.admin().await, &now, &json!({"quota": 10})).await.status(200);
    people[5].claimed(offer.id).await;
    let told = messages(&receiver, 3).await;
    let said: Vec<Value> = told
        .iter()
        .map(|m| json!([m.data["percent"], m.data["claimed"], m.data["quota"], m.data["offer_id"]]))
        .collect();
    assert_eq!(said, [json!([50, 2, 4, offer.id]), json!([100, 4, 4, offer.id]), json!([50, 5, 10, offer.id])]);
    let editor = address(&partner.editor).await;
    tests::eventually("a mail for each line", || async { (Mail::count(&market.place, &editor) == 3).then_some(()) })
        .await;
    market.place.db().await.check_ledger().await;
}

async fn a_review_is_told_with_its_reason(market: Market) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    let receiver = listen(&partner, &[EventKind::OfferReviewed]).await;
    let offer = published(&market, &partner, &Offer::once()).await;
    let edited: PartnerOffer = edit(&partner.editor, &offer, &json!({"claim_days": 3})).await.ok();
    act(&admin, &edited, "reject").await.status(200);
    let told = messages(&receiver, 2).await;
    let said = |m: &Message| json!([m.data["outcome"], m.data["of"], m.data["state"], m.data["reason"]]);
    assert_eq!(said(&told[0]), json!(["approved", "offer", "published", null]));
    assert_eq!(said(&told[1]), json!(["rejected", "edit", "published", "Şərtlər aydın deyil."]));
    let page = format!("console/{}/offers/{}", partner.slug, offer.id);
    let mail = Mail::newest(&market.place, &address(&partner.editor).await, &page).await;
    assert!(mail.text.contains("Şərtlər aydın deyil."), "{}", mail.text);
    assert_eq!(Mail::count(&market.place, &address(&partner.cashier).await), 0);
}
