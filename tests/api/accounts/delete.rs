//! Deleting one's own account: the person goes, the ledger stays whole.

use serde_json::json;
use shared::{Code, FieldCode, account::Role, redemption::RedemptionView};
use tests::{Market, Offer, PASSWORD, eventually, on_both, people};

on_both!(
    it_needs_the_password,
    the_person_is_gone_and_the_ledger_is_whole,
    what_a_till_lets_go_of_afterwards_is_given_back,
);

async fn it_needs_the_password(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    person
        .caller
        .delete("/me")
        .json(&json!({}))
        .await
        .wrong_at(Code::InvalidInput, &[("/current_password", FieldCode::Required)]);
    person
        .caller
        .delete("/me")
        .json(&json!({"current_password": "not-this-one"}))
        .await
        .wrong_at(Code::InvalidInput, &[("/current_password", FieldCode::WrongPassword)]);
    person.caller.get("/me").await.status(200);
}

async fn the_person_is_gone_and_the_ledger_is_whole(market: Market) {
    let person = market.signed_up(Role::Learner).await;
    let offer = Offer::once().quota(5).publish(&market).await;
    person.caller.claimed(offer.id).await;
    person.caller.delete("/me").json(&json!({"current_password": PASSWORD})).await.done();
    let after = person.caller.get("/me").await;
    assert_eq!(after.status, 401, "{}", after.text());
    person.caller.claim(offer.id).await.refused(Code::SessionEnded);
    let body = json!({"email": person.email, "password": PASSWORD});
    market.anon().send("/auth/token", &body).await.refused(Code::InvalidCredentials);

    let db = market.place.db().await;
    let id = db.id(person.id.0);
    assert_eq!(db.number(&format!("SELECT count(*) FROM users WHERE id = {id}")).await, 0);
    assert_eq!(db.number(&format!("SELECT count(*) FROM sessions WHERE user_id = {id}")).await, 0);
    assert_eq!(db.number(&format!("SELECT count(*) FROM users WHERE email = '{}'", person.email)).await, 0);
    db.check_ledger().await;
    // The address is free again.
    let again = json!({"email": person.email, "password": PASSWORD, "name": "Kim"});
    assert!(market.anon().send("/auth/register", &again).await.status < 300);
    people::sign_in(&market.anon(), &person.email, PASSWORD).await;
}

/// What a till holds or has used when its claimant leaves stays so, and nobody has it once the till lets go of it.
async fn what_a_till_lets_go_of_afterwards_is_given_back(market: Market) {
    let partner = market.partner().await;
    let offer = Offer::once().quota(2).publish_at(&market, &partner.slug).await;
    let mut redemptions: Vec<RedemptionView> = Vec::new();
    for step in ["hold", "confirm"] {
        let person = market.signed_up(Role::Learner).await;
        let code = person.caller.claimed(offer.id).await.code;
        redemptions.push(partner.cashier.send(&format!("/redemptions/{step}"), &json!({"code": code})).await.ok());
        person.caller.delete("/me").json(&json!({"current_password": PASSWORD})).await.done();
    }
    eventually("the till may still redeem what it holds", || async {
        (market.offer(offer.id).await.card.left == Some(0)).then_some(())
    })
    .await;
    for (redemption, step) in redemptions.iter().zip(["release", "undo"]) {
        let body = json!({"redemption_id": redemption.id});
        partner.cashier.send(&format!("/redemptions/{step}"), &body).await.status(200);
    }
    eventually("both units can be claimed again", || async {
        (market.offer(offer.id).await.card.left == Some(2)).then_some(())
    })
    .await;
    market.place.db().await.check_ledger().await;
}
