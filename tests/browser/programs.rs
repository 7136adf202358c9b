//! Keys and webhooks in the console: each button that a partner's programmer presses, with a receiver that listens.

use serde_json::{Value, json};
use shared::{
    Code, Page,
    partner::{ApiKeyView, KeyState, MemberRole},
    webhook::{EventKind, Webhook},
};
use tests::{Kind, Market, Partner, Receiver, browser::Browser, eventually, run_alone};

use crate::{
    DESK, PHONE, console,
    desk::{self, at},
    market, settled,
    whole_way::make_webhook,
};

#[test]
fn a_webhook_is_tried_changed_and_removed() {
    run_alone(Kind::Sqlite, |_| webhook());
}

#[test]
fn a_key_is_rotated_and_revoked() {
    run_alone(Kind::Sqlite, |_| keys());
}

async fn now(partner: &Partner) -> Webhook {
    let all: Page<Webhook> = partner.owner.get(&partner.path("/webhooks")).await.ok();
    all.items.into_iter().next().expect("a webhook")
}

/// Presses the test button, and closes what it says.
async fn send_test(browser: &Browser) {
    browser.click("[data-testid=test] button").await;
    browser.until("document.querySelector('dialog[open] .reason:not(.bad)')").await;
    browser.screenshot("console-webhook-tested").await;
    close(browser).await;
}

async fn close(browser: &Browser) {
    browser.click("dialog[open] .dialog-head button").await;
    browser.until("!document.querySelector('dialog[open]')").await;
}

async fn webhook() {
    let market = market().await;
    let (partner, receiver) = (market.partner().await, Receiver::start().await);
    let browser = Browser::open(DESK).await;
    desk::sign_in(&browser, &market, &partner, MemberRole::Owner).await;
    let secret = make_webhook(&browser, &at(&market, &partner, "/webhooks"), &receiver.url("/one")).await;

    send_test(&browser).await;
    let told = receiver.wait_for(1).await;
    assert!(told[0].is_signed_with(&secret) && told[0].message().kind == EventKind::Test);
    shows_delivered(&browser, 1).await;

    change_at_once(&browser, &partner, &receiver).await;
    rotate(&browser, &receiver, &secret).await;
    shows_delivered(&browser, 2).await;
    switch(&browser, &partner).await;

    // Sent again by hand, it is the same message.
    let before = receiver.received();
    browser.click("[data-testid=delivery] summary").await;
    browser.click("[data-testid=delivery] .delivery-body .button.small").await;
    let after = receiver.wait_for(before.len() + 1).await;
    let (first, again) = (&before[before.len() - 1], &after[before.len()]);
    assert_eq!((again.header("webhook-id"), &again.body), (first.header("webhook-id"), &first.body));
    shows_delivered(&browser, 3).await;

    // Removed, it is gone.
    browser.click("[data-testid=remove]").await;
    browser.click("dialog[open] .button.danger").await;
    browser.until("location.pathname.endsWith('/webhooks')").await;
    settled(&browser).await;
    let left: Value = partner.owner.get(&partner.path("/webhooks")).await.ok();
    assert_eq!(left["items"], json!([]));
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

/// Asks for the log again until it shows so many that were delivered.
async fn shows_delivered(browser: &Browser, count: usize) {
    eventually(&format!("{count} deliveries in the log"), || async {
        browser.click(".section-head .button").await;
        let shown = browser.eval("return document.querySelectorAll('[data-testid=delivery] .pill.good').length").await;
        (shown == json!(count)).then_some(())
    })
    .await;
}

/// Somebody else changes the webhook while it is being changed here: both versions stand side by side.
async fn change_at_once(browser: &Browser, partner: &Partner, receiver: &Receiver) {
    browser.click("[data-testid=edit]").await;
    browser.write("dialog[open] input[name=description]", "Mənim adım").await;
    let hook = now(partner).await;
    let change = json!({"url": receiver.url("/two"), "kinds": ["claim.created"]});
    let path = partner.path(&format!("/webhooks/{}", hook.id));
    let tag = format!("\"v{}\"", hook.version);
    partner.owner.patch(&path, &change).header("If-Match", tag).await.status(200);
    browser.click("dialog[open] form button[type=submit]").await;
    browser.until("document.querySelectorAll('dialog[open] .versus:not([hidden])').length === 3").await;
    browser.screenshot("console-webhook-versions").await;
    let shown = browser.text("[data-testid=versions]").await;
    for words in ["/one", "/two", "Mənim adım", "Anbar"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    // The address is taken from the other version; the name and what is told stay as they are here.
    browser.click("[data-testid=versions] .versus:first-child button").await;
    browser.until("document.querySelector('dialog[open] input[name=url]').value.endsWith('/two')").await;
    browser.click("dialog[open] form button[type=submit]").await;
    browser.until("!document.querySelector('dialog[open]')").await;
    let merged = now(partner).await;
    assert_eq!((merged.url.as_str(), merged.description.as_deref()), (&*receiver.url("/two"), Some("Mənim adım")));
    assert_eq!(merged.kinds, [EventKind::ClaimCreated, EventKind::RedemptionConfirmed]);
    assert_eq!(browser.text(".panel-title").await, "Mənim adım");
}

/// Gives the webhook a new secret; for a while both sign.
async fn rotate(browser: &Browser, receiver: &Receiver, old: &str) {
    browser.click("[data-testid=rotate]").await;
    browser.click("dialog[open] form button[type=submit]").await;
    let new = browser.text("dialog[open] [data-testid=secret]").await;
    assert!(new.starts_with("whsec_") && new != old, "{new}");
    // Closed by its cross, too, the page behind knows of it.
    close(browser).await;
    browser.until("document.querySelector('.panel > .reason')").await;
    let before = receiver.received().len();
    send_test(browser).await;
    let told = receiver.wait_for(before + 1).await;
    assert!(told[before].is_signed_with(old) && told[before].is_signed_with(&new));
    assert_eq!(told[before].path, "/two");
}

/// Switches it off and on.
async fn switch(browser: &Browser, partner: &Partner) {
    browser.click("[data-testid=switch] button").await;
    browser.until("document.querySelector('.panel-head .pill.bad') && document.querySelector('.reason.warn')").await;
    browser.screenshot("console-webhook-off").await;
    assert!(!now(partner).await.enabled);
    browser.click("[data-testid=switch] button").await;
    browser.until("document.querySelector('.panel-head .pill.good')").await;
    assert!(now(partner).await.enabled);
}

async fn keys() {
    let market = market().await;
    let partner = empty_handed(&market).await;
    let browser = Browser::open(PHONE).await;
    desk::sign_in(&browser, &market, &partner, MemberRole::Owner).await;
    let old = console::make_key(&browser, &market, &partner.slug).await;
    let (calls, offers) = (|key: &str| market.anon().bearer(key), partner.path("/offers"));

    // For the hour that was asked for, both work.
    browser.click("[data-testid=rotate]").await;
    browser.write("dialog[open] input[name=grace_hours]", "1").await;
    browser.click("dialog[open] form button[type=submit]").await;
    let new = browser.text("dialog[open] [data-testid=secret]").await;
    assert!(new.starts_with("vm_live_") && new != old, "{new}");
    close(&browser).await;
    browser.until("document.querySelectorAll('[data-testid=key]').length === 2").await;
    browser.until("document.querySelectorAll('[data-testid=key] .pill.soon').length === 1").await;
    browser.screenshot("console-keys-rotated").await;
    for key in [&old, &new] {
        calls(key).get(&offers).await.status(200);
    }

    // The one that is on its way out is revoked at once; the other works on.
    browser.eval("document.querySelector('.pill.soon').closest('[data-testid=key]').id = 'ending'").await;
    browser.click("#ending [data-testid=revoke]").await;
    browser.click("dialog[open] .button.danger").await;
    browser.until("document.querySelectorAll('[data-testid=key] .row-tools').length === 1").await;
    calls(&old).get(&offers).await.refused(Code::Unauthenticated);
    calls(&new).get(&offers).await.status(200);
    let all: Page<ApiKeyView> = partner.owner.get(&partner.path("/api-keys")).await.ok();
    let states: Vec<_> = all.items.iter().filter(|key| key.name == "Anbar").map(|key| key.state).collect();
    assert!(states.contains(&KeyState::Live) && states.contains(&KeyState::Revoked) && states.len() == 2, "{states:?}");
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

/// A partner without keys.
async fn empty_handed(market: &Market) -> Partner {
    let partner = market.partner().await;
    let db = market.place.db().await;
    db.run(&format!("DELETE FROM api_keys WHERE partner_id = {}", db.id(partner.id.0))).await;
    partner
}
