//! A partner's offers in the console: many paused and ended at once, the history of one, its codes, and words that are
//! not lost by a click.

use serde_json::json;
use shared::{
    OfferId,
    account::Me,
    offer::{Fulfilment, OfferState, PartnerOffer},
    partner::MemberRole,
    pool::CodePool,
};
use tests::{
    Kind, Offer, Partner,
    browser::Browser,
    offer::{act, edit},
    run_alone,
};

use crate::{
    DESK, PHONE,
    desk::{self, at, choose_file},
    market, settled,
};

#[test]
fn many_are_paused_and_ended_at_once() {
    run_alone(Kind::Sqlite, |_| bulk());
}

#[test]
fn the_history_says_who_did_what() {
    run_alone(Kind::Sqlite, |_| history());
}

#[test]
fn duplicate_codes_are_named() {
    run_alone(Kind::Sqlite, |_| codes());
}

#[test]
fn unsaved_words_are_not_lost() {
    run_alone(Kind::Sqlite, |_| unsaved());
}

async fn now(partner: &Partner, id: OfferId) -> PartnerOffer {
    partner.editor.get(&partner.path(&format!("/offers/{id}"))).await.ok()
}

/// Presses a button of the bar and agrees.
async fn do_to_chosen(browser: &Browser, action: &str) -> String {
    browser.click(&format!("[data-testid=bulk-{action}] button")).await;
    browser.click("dialog[open] [data-testid=bulk-do] button").await;
    let said = browser.text("[data-testid=bulk-outcome]").await;
    browser.screenshot(&format!("desk-bulk-{action}")).await;
    browser.click("[data-testid=bulk-outcome] .dialog-row button").await;
    browser.until("!document.querySelector('dialog[open]') && document.querySelector('.bulk-bar[hidden]')").await;
    said
}

async fn bulk() {
    let market = market().await;
    let partner = market.partner().await;
    let one = Offer::once().publish_at(&market, &partner.slug).await;
    let two = Offer::once().publish_at(&market, &partner.slug).await;
    let draft = Offer::once().draft_at(&market, &partner.slug).await;
    let browser = Browser::open(DESK).await;
    desk::sign_in(&browser, &market, &partner, MemberRole::Editor).await;
    browser.goto(&at(&market, &partner, "/offers")).await;
    browser.until("document.querySelectorAll('[data-testid=my-offer]').length === 3").await;

    // A draft cannot be paused: it is named among those that were not, and holds up no other.
    browser.click(".offers-table input[name=all]").await;
    browser.screenshot("desk-bulk-chosen").await;
    let said = do_to_chosen(&browser, "pause").await;
    assert!(said.contains('2') && said.contains('1'), "{said}");
    let states =
        [now(&partner, one.id).await.state, now(&partner, two.id).await.state, now(&partner, draft.id).await.state];
    assert_eq!(states, [OfferState::Paused, OfferState::Paused, OfferState::Draft]);
    browser.until("document.querySelectorAll('[data-testid=my-offer]').length === 3").await;

    browser.click(&format!("input[name=offer][value='{}']", one.id)).await;
    do_to_chosen(&browser, "end").await;
    assert_eq!(now(&partner, one.id).await.state, OfferState::Ended);
    assert_eq!(now(&partner, two.id).await.state, OfferState::Paused);
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

async fn history() {
    let market = market().await;
    let partner = market.partner().await;
    let live = Offer::once().quota(50).publish_at(&market, &partner.slug).await;
    let edited: PartnerOffer =
        edit(&partner.editor, &live, &json!({"title": {"az": "Yeni ad"}, "quota": 60})).await.ok();
    act(&market.admin().await, &edited, "approve").await.status(200);
    let editor: Me = partner.editor.get("/me").await.ok();
    // More than a page of them.
    let mut last = now(&partner, live.id).await;
    for days in 31..56 {
        last = edit(&partner.program, &last, &json!({"claim_days": days})).await.ok();
    }
    let browser = Browser::open(PHONE).await;
    desk::sign_in(&browser, &market, &partner, MemberRole::Editor).await;
    browser.goto(&at(&market, &partner, &format!("/offers/{}?view=history", live.id))).await;
    browser.until("document.querySelector('[data-testid=history] li')").await;
    let newest = browser.text("[data-testid=history] li:first-child").await;
    assert!(newest.contains("test") && newest.contains(&last.version.to_string()), "the program's name in {newest}");
    // All of it can be read, back to the first version.
    while browser.eval("return !!document.querySelector('[data-testid=history] .more-row button')").await == true {
        let before = browser.eval("return document.querySelectorAll('[data-testid=history] li').length").await;
        browser.click("[data-testid=history] .more-row button").await;
        browser.until(&format!("document.querySelectorAll('[data-testid=history] li').length > {before}")).await;
    }
    let count = browser.eval("return document.querySelectorAll('[data-testid=history] li').length").await;
    assert_eq!(count, json!(last.version), "one line for each version");
    let all = browser.text("[data-testid=history]").await;
    for words in [editor.name.as_str(), "Nazirlik", "test"] {
        assert!(all.contains(words), "{words} in {all}");
    }
    browser.screenshot("desk-offer-history-long").await;
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

async fn codes() {
    let market = market().await;
    let partner = market.partner().await;
    let pool = Offer::once().with(|o| o.fulfilment = Fulfilment::CodePool).publish_at(&market, &partner.slug).await;
    let path = partner.path(&format!("/offers/{}/codes", pool.id));
    partner.editor.send(&path, &json!({"codes": ["HAVE-0001"]})).await.status(200);
    let browser = Browser::open(PHONE).await;
    desk::sign_in(&browser, &market, &partner, MemberRole::Editor).await;
    browser.goto(&at(&market, &partner, &format!("/offers/{}?view=codes", pool.id))).await;
    settled(&browser).await;

    // Nothing is added while something is wrong; each duplicate is named with its line.
    let file = "NEW-0001\r\nNEW-0002\r\nNEW-0001\r\nHAVE-0001\r\n";
    choose_file(&browser, "input[name=codes_file]", "codes.txt", file).await;
    browser.until("document.querySelector('#codes-text').value.includes('NEW-0002')").await;
    browser.click("[data-testid=codes-send] button").await;
    browser.until("document.querySelectorAll('[data-testid=codes-refused] tbody tr').length === 2").await;
    let named = browser.text("[data-testid=codes-refused] tbody").await;
    for words in ["3", "NEW-0001", "4", "HAVE-0001"] {
        assert!(named.contains(words), "{words} in {named}");
    }
    browser.screenshot("desk-codes-refused").await;
    let before: CodePool = partner.editor.get(&path).await.ok();
    assert_eq!(before.stock.total, 1);

    browser.click("[data-testid=codes-skip] button").await;
    browser.until("document.querySelector('[data-testid=codes-add] [role=status] .reason.good')").await;
    let after: CodePool = partner.editor.get(&path).await.ok();
    assert_eq!((after.stock.total, after.stock.left), (3, 3));
    browser.until("document.querySelector('[data-testid=codes-left]').textContent.includes('3')").await;
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

async fn unsaved() {
    let market = market().await;
    let partner = market.partner().await;
    let draft = Offer::once().draft_at(&market, &partner.slug).await;
    let browser = Browser::open(DESK).await;
    desk::sign_in(&browser, &market, &partner, MemberRole::Editor).await;
    browser.goto(&at(&market, &partner, "/offers")).await;
    browser.click("[data-testid=my-offer] a").await;
    settled(&browser).await;
    let (list, here) =
        (format!("/console/{}/offers", partner.slug), format!("/console/{}/offers/{}", partner.slug, draft.id));
    let kept = "document.querySelector('[name=\"title/az\"]').value === 'Yazılan ad'";

    // Untouched, nothing is asked; nor for another view of the same offer.
    browser.click(".crumbs a").await;
    browser.until(&format!("location.pathname === '{list}'")).await;
    browser.click("[data-testid=my-offer] a").await;
    browser.until(&format!("location.pathname === '{here}'")).await;
    settled(&browser).await;
    browser.write("[name='title/az']", "Yazılan ad").await;
    browser.click(".tabs a[href$='view=history']").await;
    browser.until("document.querySelector('[data-testid=history] li')").await;
    browser.click(".tabs a:first-child").await;
    browser.until(kept).await;

    // A link elsewhere asks.
    browser.click(".crumbs a").await;
    browser.until("document.querySelector('dialog[open] [data-testid=stay]')").await;
    browser.screenshot("desk-unsaved").await;
    browser.click("dialog[open] [data-testid=stay]").await;
    browser
        .until(&format!("location.pathname === '{here}' && !document.querySelector('dialog[open]') && {kept}"))
        .await;
    browser.click(".crumbs a").await;
    browser.click("dialog[open] [data-testid=leave]").await;
    browser.until(&format!("location.pathname === '{list}'")).await;
    settled(&browser).await;

    // So does a step back, but for one to another view of the same offer.
    let asks = format!("location.pathname === '{here}' && document.querySelector('dialog[open] [data-testid=stay]')");
    browser.click("[data-testid=my-offer] a").await;
    browser.until(&format!("location.pathname === '{here}'")).await;
    settled(&browser).await;
    browser.write("[name='title/az']", "Yazılan ad").await;
    browser.click(".tabs a[href$='view=history']").await;
    browser.until("document.querySelector('[data-testid=history] li')").await;
    browser.eval("history.back()").await;
    browser.until(&format!("!location.search && {kept} && !document.querySelector('dialog[open]')")).await;
    for _ in 0..2 {
        browser.eval("history.back()").await;
        browser.until(&asks).await;
        browser.click("dialog[open] [data-testid=stay]").await;
        browser.until(&format!("!document.querySelector('dialog[open]') && {kept}")).await;
    }
    browser.eval("history.back()").await;
    browser.until(&asks).await;
    browser.click("dialog[open] [data-testid=leave]").await;
    browser.until(&format!("location.pathname === '{list}' && document.querySelector('[data-testid=my-offer]')")).await;
    // And a step forth.
    browser.eval("history.back()").await;
    browser.until(&format!("location.pathname === '{here}'")).await;
    settled(&browser).await;
    browser.write("[name='title/az']", "Yazılan ad").await;
    browser.eval("history.forward()").await;
    browser.until(&asks).await;
    browser.click("dialog[open] [data-testid=leave]").await;
    browser.until(&format!("location.pathname === '{list}'")).await;
    settled(&browser).await;
    assert_eq!(now(&partner, draft.id).await.offer.title.az, draft.offer.title.az, "nothing was saved");
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}
