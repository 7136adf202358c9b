//! Alerts, mails, and what is counted in memory.

use serde_json::json;
use shared::{
    account::{Me, Role},
    offer::OfferState,
};
use tests::{
    Kind, Market, Offer, Place, eventually, eventually_within,
    mail::Mail,
    on_both,
    people::{self, unique},
    smtp::Smtp,
};

use super::{REST, named, trigger};

on_both!(
    an_alert_that_cannot_be_read_holds_up_no_other,
    a_claim_does_not_wait_for_mails_about_it,
    a_write_that_fails_loses_nobodys_day,
    a_write_that_fails_loses_no_calls_of_a_key,
);
on_both!(alone: a_mail_that_cannot_be_deleted_is_sent_once);

async fn an_alert_that_cannot_be_read_holds_up_no_other(market: Market) {
    let partner = market.partner().await;
    let offer = Offer::once().quota(1).in_state_at(&market, &partner.slug, OfferState::Published).await;
    let (db, bad) = (market.place.db().await, uuid::Uuid::nil());
    let row = format!("({}, {}, '{{\"trumpets\": 7}}', 1)", db.id(bad), db.id(offer.id.0));
    db.run(&format!("INSERT INTO alerts (id, offer_id, alert, at) VALUES {row}")).await;
    market.educator().await.claimed(offer.id).await;
    let owner: Me = partner.owner.get("/me").await.ok();
    Mail::newest(&market.place, &owner.email, &format!("offers/{}", offer.id)).await;
    named(&market, bad).await;
    db.run(&format!("DELETE FROM alerts WHERE id = {}", db.id(bad))).await;
}

/// The mails and events about an offer that runs out are not the claimant's business.
async fn a_claim_does_not_wait_for_mails_about_it(market: Market) {
    let partner = market.partner().await;
    let offer = Offer::once().quota(1).in_state_at(&market, &partner.slug, OfferState::Published).await;
    let owner: Me = partner.owner.get("/me").await.ok();
    let (db, name) = (market.place.db().await, trigger("mail"));
    db.spoil(&name, "INSERT ON mails", &format!("NEW.recipient = '{}'", owner.email)).await;
    market.educator().await.claimed(offer.id).await;
    eventually("the log names the alert", || async {
        market.server.log().lines().any(|line| line.contains("bad_row") && line.contains("alert")).then_some(())
    })
    .await;
    db.mend(&name, "mails").await;
    let editor: Me = partner.editor.get("/me").await.ok();
    eventually_within(REST, "the mails come when they can be written", || async {
        let [owner, editor] = [&owner, &editor].map(|person| Mail::count(&market.place, &person.email));
        ([owner, editor] == [1, 1]).then_some(())
    })
    .await;
}

async fn a_write_that_fails_loses_nobodys_day(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let (db, name) = (market.place.db().await, trigger("day"));
    let id = db.id(person.id.0);
    let was_here = format!("SELECT count(*) FROM users WHERE id = {id} AND last_active_day > 0");
    eventually("they were here", || async { (db.number(&was_here).await == 1).then_some(()) }).await;
    db.run(&format!("UPDATE users SET last_active_day = NULL WHERE id = {id}")).await;
    db.spoil(&name, "UPDATE ON users", &format!("OLD.id = {id} AND NEW.last_active_day IS NOT NULL")).await;
    // The process that wrote them down remembers that; another one does not know of it.
    let elsewhere = market.again().await;
    person.caller.at(&elsewhere.server.url).get("/me").await.status(200);
    eventually("the write fails", || async {
        let log = elsewhere.server.log();
        log.lines().any(|line| line.contains("a bad row")).then_some(())
    })
    .await;
    db.mend(&name, "users").await;
    eventually_within(REST, "the day counts when it can be written", || async {
        (db.number(&was_here).await == 1).then_some(())
    })
    .await;
}

async fn a_write_that_fails_loses_no_calls_of_a_key(market: Market) {
    let (partner, other) = (market.partner().await, market.partner().await);
    let (bad, good) = (key_of(&partner.test_key), key_of(&other.test_key));
    let (db, name) = (market.place.db().await, trigger("calls"));
    db.spoil(&name, "INSERT ON key_counts", &format!("NEW.key_id = {}", db.id(bad))).await;
    let calls = async |key: uuid::Uuid| {
        let rows = db.rows(&format!("SELECT calls FROM key_counts WHERE key_id = {}", db.id(key))).await;
        rows.first().map(|row| row.try_get_by_index::<i64>(0).expect("a count"))
    };
    for who in [&partner, &other] {
        who.sandbox.get(&who.path("/offers")).await.status(200);
    }
    eventually("the other key's call is written down", || async { (calls(good).await == Some(1)).then_some(()) }).await;
    named(&market, bad).await;
    db.mend(&name, "key_counts").await;
    eventually_within(REST, "the call counts when it can be written", || async {
        (calls(bad).await == Some(1)).then_some(())
    })
    .await;
}

/// The id of a key that stands in its text.
fn key_of(text: &str) -> uuid::Uuid {
    text.split('_').nth(2).and_then(|id| id.parse().ok()).expect("an id")
}

async fn a_mail_that_cannot_be_deleted_is_sent_once(kind: Kind) {
    let smtp = Smtp::start().await;
    let place = Place::new(kind).await.with("SMTP_URL", smtp.url()).with("VM_TEST_MAIL_LEASE_SECONDS", "2");
    let market = Market::open(place).await;
    let (db, name) = (market.place.db().await, trigger("mail"));
    let address = format!("{}@test.az", unique("stuck"));
    db.spoil(&name, "DELETE ON mails", &format!("OLD.recipient = '{address}'")).await;
    let body = json!({"email": address, "password": people::PASSWORD, "name": "Aygün", "role": "learner"});
    assert!(market.anon().send("/auth/register", &body).await.status < 300);
    smtp.wait_for(&address, 1).await;
    let other = people::register(&market.anon(), Role::Learner).await;
    smtp.wait_for(&other.email, 1).await;
    // Its lease has run out at least twice.
    let tries = format!("SELECT count(*) FROM mails WHERE recipient = '{address}' AND tries >= 3");
    eventually_within(REST, "it is taken again", || async { (db.number(&tries).await == 1).then_some(()) }).await;
    assert_eq!(smtp.to(&address).len(), 1, "sent once");
    db.mend(&name, "mails").await;
    eventually_within(REST, "it is deleted in the end", || async {
        (db.number(&format!("SELECT count(*) FROM mails WHERE recipient = '{address}'")).await == 0).then_some(())
    })
    .await;
    assert_eq!(smtp.to(&address).len(), 1);
}
