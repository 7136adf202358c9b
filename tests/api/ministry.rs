//! What the ministry's staff are told by mail: that something came to wait for them, and not one mail for each of it.

use serde_json::json;
use shared::account::Role;
use tests::{Kind, Market, Partner, Place, mail::Mail, on_both, people};

use crate::{
    imports::{done, rows},
    partners::applied,
};

on_both!(alone: the_staff_are_told_what_waits_in_their_language_and_not_too_often);

const APPLICATIONS: &str = "/console/ministry/partners";
const OFFERS: &str = "/console/ministry/offers";

/// The mails to an address that lead to a page.
fn told(market: &Market, to: &str, page: &str) -> Vec<String> {
    let mails = Mail::all(&market.place).into_iter().filter(|mail| mail.text.contains(&format!("To: {to}")));
    mails.filter(|mail| mail.link(page).is_some()).map(|mail| mail.text).collect()
}

/// The same place some seconds later.
async fn later(market: Market, seconds: u32) -> Market {
    market.server.stop();
    let Market { place, .. } = market;
    let place = std::sync::Arc::into_inner(place).expect("the only one");
    Market::open(place.with("VM_TEST_CLOCK_OFFSET_SECONDS", seconds.to_string())).await
}

async fn the_staff_are_told_what_waits_in_their_language_and_not_too_often(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let (russian, unconfirmed) =
        (market.signed_up(Role::Learner).await, people::register(&market.anon(), Role::Learner).await);
    let db = market.place.db().await;
    for (person, lang) in [(&russian, "ru"), (&unconfirmed, "az")] {
        let id = db.id(person.id.0);
        db.run(&format!("UPDATE users SET role = 'admin', lang = '{lang}' WHERE id = {id}")).await;
    }
    let (_, first) = applied(&market).await;
    let (_, answered) = applied(&market).await;
    market.admin().await.post(&format!("/admin/partners/{}/approve", answered.id)).await.status(200);
    let partner = market.partner().await;
    done(&partner, "", &rows(30)).await;
    let sent = partner.sandbox.post(&partner.path("/imports")).header("content-type", super::imports::NDJSON);
    sent.body(super::imports::lines(&rows(3))).await.status(202);

    let market = later(market, 60).await;
    let mail = Mail::newest(&market.place, "admin@demo.az", APPLICATIONS).await;
    assert!(mail.text.contains(": 1\r\n"), "the one that waits, not the one that was answered: {}", mail.text);
    assert!(!mail.text.contains("Bilik Evi"), "it names nobody: {}", mail.text);
    let mail = Mail::newest(&market.place, "admin@demo.az", OFFERS).await;
    assert!(mail.text.contains(": 30\r\n"), "one mail for the whole upload: {}", mail.text);
    let mail = Mail::newest(&market.place, &russian.email, OFFERS).await;
    assert!(mail.text.contains("Новых: 30\r\n"), "{}", mail.text);

    // More of it is told when some time has passed, and what was told is not told again.
    applied(&market).await;
    let market = later(market, 60 + 16 * 60).await;
    tests::eventually("the second mail", || async {
        (told(&market, "admin@demo.az", APPLICATIONS).len() == 2).then_some(())
    })
    .await;
    assert!(told(&market, "admin@demo.az", APPLICATIONS)[1].contains(": 1\r\n"));
    assert_eq!(told(&market, "admin@demo.az", OFFERS).len(), 1);
    market
        .admin()
        .await
        .send(&format!("/admin/partners/{}/refuse", first.id), &json!({"reason": "Yox"}))
        .await
        .status(200);
    let market = later(market, 60 + 16 * 60 + 62 * 60).await;
    let partner = Partner { program: partner.program.at(&market.server.url), ..partner };
    done(&partner, "", &rows(32)).await;
    let market = later(market, 60 + 16 * 60 + 64 * 60).await;
    tests::eventually("what was handed in since", || async {
        (told(&market, "admin@demo.az", OFFERS).len() == 2).then_some(())
    })
    .await;
    assert!(told(&market, "admin@demo.az", OFFERS)[1].contains(": 2\r\n"));
    assert_eq!(told(&market, &russian.email, APPLICATIONS).len(), 2);
    assert_eq!(
        told(&market, &unconfirmed.email, APPLICATIONS).len() + told(&market, &unconfirmed.email, OFFERS).len(),
        0
    );
}
