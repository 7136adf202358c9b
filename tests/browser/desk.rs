//! A partner's offers and till in the console: writing and handing in an offer that somebody else changes at the same
//! time, a code that is redeemed and taken back.

use serde_json::{Value, json};
use shared::{
    Lang,
    account::{Me, Role},
    offer::{Audience, OfferState, PartnerOffer},
    partner::MemberRole,
};
use tests::{Kind, Market, Offer, PASSWORD, browser::Browser, partner::Partner, run_alone};

use crate::{DESK, PHONE, market, settled};

/// Signs somebody in who works for a partner from now on.
async fn sign_in(browser: &Browser, market: &Market, partner: &Partner, role: MemberRole) {
    let person = market.signed_up(Role::Learner).await;
    let me: Me = person.caller.get("/me").await.ok();
    let db = market.place.db().await;
    let (id, user, role) = (db.id(partner.id.0), db.id(me.id.0), role.as_str());
    db.run(&format!("INSERT INTO members (partner_id, user_id, role, created_at) VALUES ({id}, {user}, '{role}', 0)"))
        .await;
    browser.goto(&format!("{}/sign-in", market.server.url)).await;
    browser.write("input[name=email]", &person.email).await;
    browser.write("input[name=password]", PASSWORD).await;
    browser.click("form button[type=submit]").await;
    browser.until("location.pathname !== '/sign-in'").await;
}

fn at(market: &Market, partner: &Partner, rest: &str) -> String {
    format!("{}/console/{}{rest}", market.server.url, partner.slug)
}

#[test]
fn an_offer_is_written_handed_in_and_changed_by_two() {
    run_alone(Kind::Sqlite, |_| write());
}

async fn write() {
    let market = market().await;
    let partner = market.partner().await;
    let browser = Browser::open(DESK).await;
    sign_in(&browser, &market, &partner, MemberRole::Editor).await;
    browser.goto(&at(&market, &partner, "/offers/new")).await;
    settled(&browser).await;

    // What is wrong is named at its place, and nothing is sent.
    browser.click("[data-testid=save] button").await;
    browser.until("document.querySelector('[name=\"title/az\"][aria-invalid=true]')").await;
    browser.write("[name='title/az']", "Müəllim paketi").await;
    browser.click("input[name=audience][value=educator]").await;
    browser.write("[name='terms/price']", "12,50").await;
    browser.write("[name=quota]", "300").await;
    browser.click("[data-testid=save-submit] button").await;
    browser.until("/offers\\/[0-9a-f-]{36}$/.test(location.pathname)").await;
    settled(&browser).await;
    let id = browser.url().await.rsplit('/').next().unwrap().to_owned();
    let path = partner.path(&format!("/offers/{id}"));
    let offer: PartnerOffer = partner.editor.get(&path).await.ok();
    assert_eq!(offer.state, OfferState::InReview);
    assert_eq!(offer.offer.terms["price"]["amount_minor"], 1250);
    assert_eq!(offer.offer.audience, [Audience::Educator]);

    // Somebody else changes the title and the quota meanwhile; the page has a title of its own, too, and a summary.
    let change = json!({"title": {"az": "Başqa ad"}, "quota": 500});
    let tag = format!("\"v{}\"", offer.version);
    partner.owner.patch(&path, &change).header("If-Match", &tag).await.status(200);
    browser.write("[name='title/az']", "Mənim adım").await;
    browser.write("[name='summary/az']", "Qısaca").await;
    browser.click("[data-testid=save] button").await;
    browser.until("document.querySelector('dialog[open] [data-testid=conflict]')").await;
    let shown = browser.text("[data-testid=conflict]").await;
    for words in ["Başqa ad", "Mənim adım", "500", "300", "Qısaca"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    browser.screenshot("desk-conflict").await;
    // What was not touched here is taken from the other version; what was, stays one's own.
    browser.click("[data-testid=conflict-save]").await;
    browser.until("!document.querySelector('dialog[open]')").await;
    tests::eventually("both changes are saved", || async {
        let offer: PartnerOffer = partner.editor.get(&path).await.ok();
        let summary = offer.offer.summary.as_ref().map(|s| s.az.as_str());
        (offer.offer.title.az == "Mənim adım" && summary == Some("Qısaca") && offer.offer.quota == Some(500))
            .then_some(())
    })
    .await;

    browser.goto(&at(&market, &partner, &format!("/offers/{id}?view=preview"))).await;
    browser.until("document.querySelector('[data-testid=preview] h1')").await;
    assert!(browser.text("[data-testid=preview]").await.contains("Mənim adım"));
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

#[test]
fn a_code_is_redeemed_and_taken_back() {
    run_alone(Kind::Sqlite, |_| redeem());
}

async fn redeem() {
    let market = market().await;
    let partner = market.partner().await;
    let offer = Offer::once().publish_at(&market, &partner.slug).await;
    let person = market.signed_up(Role::Learner).await;
    let claim = person.caller.claimed(offer.id).await;
    let browser = Browser::open(PHONE).await;
    sign_in(&browser, &market, &partner, MemberRole::Cashier).await;
    browser.goto(&at(&market, &partner, "/till")).await;
    settled(&browser).await;

    browser.write("input[name=code]", "2222-2222-2223").await;
    browser.click(".till-form button[type=button].primary").await;
    browser.until("document.querySelector('[data-testid=till-invalid][data-reason=mistyped]')").await;
    // A whole code is checked without a tap; small letters do not matter.
    browser.write("input[name=code]", &claim.code.as_str().to_lowercase()).await;
    browser.until("document.querySelector('[data-testid=till-valid]')").await;
    browser.screenshot("desk-till-valid").await;
    let verdict = browser.text("[data-testid=till-valid]").await;
    assert!(verdict.contains(offer.offer.title.get(Lang::Az)) && !verdict.contains(&person.email), "{verdict}");
    browser.click("[data-testid=till-redeem] button").await;
    browser.until("document.querySelector('[data-testid=till-redeemed]')").await;
    let redeemed: Value = person.caller.get(&format!("/claims/{}", claim.id)).await.ok();
    assert_eq!(redeemed["state"], "redeemed");

    // The same code again is refused, and says when it was used.
    browser.write("input[name=code]", claim.code.as_str()).await;
    browser.until("document.querySelector('[data-testid=till-invalid][data-reason=redeemed]')").await;
    browser.click("[data-testid=till-row] button").await;
    browser.until("document.querySelector('[data-testid=till-undone]')").await;
    let back: Value = person.caller.get(&format!("/claims/{}", claim.id)).await.ok();
    assert_eq!(back["state"], "active");
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}
