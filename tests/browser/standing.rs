//! A partner's standing with the ministry, in both their pages: suspended and let in again, refused and applying anew.

use serde_json::Value;
use shared::{
    account::Role,
    partner::{MemberRole, PartnerProfile, PartnerState},
};
use tests::{Kind, Offer, PASSWORD, browser::Browser, people::unique, run_alone};

use crate::{
    PHONE, console,
    desk::{self, at},
    market, settled,
};

#[test]
fn a_partner_is_suspended_and_let_in_again() {
    run_alone(Kind::Sqlite, |_| suspend());
}

#[test]
fn a_refused_company_applies_again() {
    run_alone(Kind::Sqlite, |_| apply_again());
}

/// Finds a partner among those of a state, which is the nth to be chosen.
async fn find(ministry: &Browser, state: usize, slug: &str) {
    ministry.click(&format!(".console-page .chips .chip:nth-of-type({state})")).await;
    ministry.write("form[role=search] input", slug).await;
    ministry.click("form[role=search] button[type=submit]").await;
    ministry.until(&format!("document.querySelector('{}')", console::card(slug))).await;
}

/// Takes an action that needs a reason.
async fn with_reason(ministry: &Browser, slug: &str, action: &str, reason: &str) {
    ministry.click(&format!("{} button[data-action={action}]", console::card(slug))).await;
    ministry.click("dialog[open] form button[type=submit]").await;
    ministry.until("document.querySelector('dialog[open] textarea[aria-invalid=true]')").await;
    ministry.write("dialog[open] textarea", reason).await;
    ministry.click("dialog[open] form button[type=submit]").await;
    ministry.until(&format!("!document.querySelector('{}')", console::card(slug))).await;
}

async fn suspend() {
    let market = market().await;
    let partner = market.partner().await;
    let offer = Offer::once().publish_at(&market, &partner.slug).await;
    let ministry = console::ministry(&market).await;
    find(&ministry, 2, &partner.slug).await;
    with_reason(&ministry, &partner.slug, "suspend", "Kodlar işləmir.").await;
    let profile: PartnerProfile = partner.owner.get(&partner.path("/profile")).await.ok();
    assert_eq!((profile.state, profile.reason.as_deref()), (PartnerState::Suspended, Some("Kodlar işləmir.")));

    // Its owner reads why, and can neither write offers nor make keys.
    let owner = Browser::open(PHONE).await;
    desk::sign_in(&owner, &market, &partner, MemberRole::Owner).await;
    owner.goto(&at(&market, &partner, "")).await;
    owner.until("document.querySelector('[data-testid=standing]')?.textContent.includes('Kodlar işləmir.')").await;
    owner.screenshot("console-suspended").await;
    for page in ["/keys", "/webhooks", "/offers"] {
        owner.goto(&at(&market, &partner, page)).await;
        settled(&owner).await;
        let makes = "return !!document.querySelector('[data-testid^=new-]')";
        assert_eq!(owner.eval(makes).await, false, "nothing can be made at {page}");
    }
    let teacher = market.educator().await;
    assert!(teacher.claim(offer.id).await.status >= 400, "nothing is claimed meanwhile");

    find(&ministry, 3, &partner.slug).await;
    ministry.click(&format!("{} button[data-action=reinstate]", console::card(&partner.slug))).await;
    ministry.click("dialog[open] .button.primary").await;
    ministry.until(&format!("!document.querySelector('{}')", console::card(&partner.slug))).await;
    owner.goto(&at(&market, &partner, "")).await;
    settled(&owner).await;
    owner.until("document.querySelector('.heading .pill.good')").await;
    assert_eq!(owner.eval("return !!document.querySelector('[data-testid=standing]')").await, false);
    teacher.claimed(offer.id).await;
    assert_eq!(ministry.complaints().await, [] as [String; 0]);
    assert_eq!(owner.complaints().await, [] as [String; 0]);
}

async fn apply_again() {
    let market = market().await;
    let slug = unique("yeniden");
    let person = market.signed_up(Role::Learner).await;
    let browser = Browser::open(PHONE).await;
    console::sign_in(&browser, &market, &person.email, PASSWORD, "/join").await;
    console::apply(&browser, &slug).await;
    let ministry = console::ministry(&market).await;
    find(&ministry, 1, &slug).await;
    with_reason(&ministry, &slug, "refuse", "VÖEN tapılmadı.").await;

    // The company reads why, and finds what it wrote in the form.
    browser.goto(&format!("{}/console/{slug}", market.server.url)).await;
    browser.until("document.querySelector('[data-testid=standing]')?.textContent.includes('VÖEN tapılmadı.')").await;
    browser.screenshot("console-refused").await;
    browser.click("[data-testid=standing] a.primary").await;
    browser.until("document.querySelector('.reason.warn')?.textContent.includes('VÖEN tapılmadı.')").await;
    let kept =
        "return ['name', 'slug', 'tax_id', 'contact_email'].map(n => document.querySelector(`input[name=${n}]`).value)";
    let kept: Vec<String> = serde_json::from_value(browser.eval(kept).await).expect("a list");
    assert_eq!(kept, ["Yeni Şirkət", &slug, "1234567891", "leyla@sinaq.az"]);
    browser.screenshot("join-again").await;
    browser.write("input[name=tax_id]", "1400057421").await;
    browser.click("form button[type=submit]").await;
    browser.until("document.querySelector('[data-testid=applied]')").await;

    ministry.goto(&format!("{}/console/ministry/partners", market.server.url)).await;
    find(&ministry, 1, &slug).await;
    assert!(ministry.text(&console::card(&slug)).await.contains("1400057421"));
    ministry.click(&format!("{} button[data-action=approve]", console::card(&slug))).await;
    ministry.click("dialog[open] .button.primary").await;
    ministry.until(&format!("!document.querySelector('{}')", console::card(&slug))).await;
    let profile: Value = person.caller.get(&format!("/partners/{slug}/profile")).await.ok();
    assert_eq!((&profile["state"], &profile["reason"]), (&"active".into(), &Value::Null));
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}
