//! The whole way of a teacher: sign up, follow the link in the mail, be confirmed, find an offer, claim it, see the code;
//! and then one less is left. Once in each language.

use shared::{Lang, account::Role, code::ClaimCode, offer::Audience};
use tests::{
    Kind, Market, Offer, PASSWORD,
    browser::{Browser, Device},
    mail::Mail,
    people::{self, unique},
    run_alone,
};

use crate::{PHONE, market, settled};

#[test]
fn in_azerbaijani() {
    run_alone(Kind::Sqlite, |_| walk(Lang::Az));
}

#[test]
fn in_english() {
    run_alone(Kind::Sqlite, |_| walk(Lang::En));
}

#[test]
fn in_russian() {
    run_alone(Kind::Sqlite, |_| walk(Lang::Ru));
}

async fn walk(lang: Lang) {
    let market = market().await;
    let word = unique("yol").replace('-', "x");
    let offer = Offer::monthly()
        .audience(&[Audience::Educator])
        .quota(30)
        .with(|o| {
            o.title =
                shared::LocalText::new(format!("Paket {word}"), format!("Package {word}"), format!("Пакет {word}"));
        })
        .publish(&market)
        .await;
    let browser = Browser::open(Device { lang, ..PHONE }).await;
    let at = |path: &str| format!("{}{path}", market.server.url);

    become_teacher(&browser, &market, lang).await;
    let title = offer.offer.title.get(lang);
    find(&browser, &market, &word, &offer.id.to_string(), title).await;
    browser.screenshot(&format!("way-{}-found", lang.tag())).await;
    browser.click("[data-testid=offer-card] a").await;

    settled(&browser).await;
    assert_eq!(numbers(&browser.text("[data-testid=offer-left]").await), [30, 30]);
    let code = claim(&browser).await;
    assert_eq!(market.place.db().await.codes(offer.id).await, [code.as_str()], "the code is the claim's");
    assert_eq!(browser.eval("return !!document.querySelector('[role=img] svg, .qr svg')").await, true, "a QR code");
    browser.screenshot(&format!("way-{}-code", lang.tag())).await;

    browser.goto(&at("/claims")).await;
    browser.until("document.querySelectorAll('[data-testid=claim-row]').length === 1").await;
    assert!(browser.text("[data-testid=claim-row]").await.contains(title));

    tests::eventually("the offer's page shows one less", || async {
        browser.goto(&at(&format!("/offers/{}", offer.id))).await;
        settled(&browser).await;
        (numbers(&browser.text("[data-testid=offer-left]").await) == [30, 29]).then_some(())
    })
    .await;
    assert_eq!(browser.eval("return !!document.querySelector('[data-testid=claim-button]')").await, false);
    browser.click("[data-testid=show-code]").await;
    browser.until("document.querySelector('[data-testid=claim-code]')").await;
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

/// Somebody signs up, follows the link, and is confirmed as a teacher.
pub async fn become_teacher(browser: &Browser, market: &Market, lang: Lang) {
    let email = sign_up(browser, market, lang).await;
    follow_the_link(browser, market, &email).await;
    let account = people::find(&market.admin().await, &email).await;
    assert!(account.email_verified && !account.role_verified && account.role == Role::Educator, "{account:?}");
    people::confirm(&market.admin().await, account.id).await;
}

/// Finds the one offer with a word in it.
pub async fn find(browser: &Browser, market: &Market, word: &str, id: &str, title: &str) {
    browser.goto(&format!("{}/offers", market.server.url)).await;
    browser.write("input[name=q]", word).await;
    browser.until("document.querySelectorAll('[data-testid=offer-card]').length === 1").await;
    browser.until(&format!("document.querySelector(\"[data-testid=offer-card] a[href='/offers/{id}']\")")).await;
    assert!(browser.text("[data-testid=offer-card]").await.contains(title), "the card says {title}");
}

/// Claims the offer that is open; answers the code that is shown.
pub async fn claim(browser: &Browser) -> ClaimCode {
    browser.click("[data-testid=claim-button] button").await;
    browser.until("document.querySelector('[data-testid=claim-code]')").await;
    settled(browser).await;
    let code = browser.eval("return document.querySelector('[data-testid=claim-code]').dataset.code").await;
    code.as_str().unwrap().parse().expect("a code whose check sign is right")
}

/// Signs up as an educator, and answers the address.
async fn sign_up(browser: &Browser, market: &Market, lang: Lang) -> String {
    let email = format!("{}@test.az", unique("browser"));
    browser.goto(&format!("{}/sign-up", market.server.url)).await;
    settled(browser).await;
    assert_eq!(browser.eval("return document.documentElement.lang").await, lang.tag());
    browser.click("input[name=role][value=educator]").await;
    browser.write("input[name=name]", "Aygün").await;
    browser.write("input[name=email]", &email).await;
    browser.write("input[name=password]", "short").await;
    browser.click("form button[type=submit]").await;
    browser.until("document.querySelector('input[name=password][aria-invalid=true]')").await;
    browser.write("input[name=password]", PASSWORD).await;
    browser.click("form button[type=submit]").await;
    browser.until("document.querySelector('.page-notice h1')").await;
    assert!(browser.text(".page-notice").await.contains(&email));
    assert_eq!(browser.eval("return document.cookie").await, "", "scripts see no cookies");
    email
}

/// Opens the link of the mail, on this server's address.
pub async fn follow_the_link(browser: &Browser, market: &Market, email: &str) {
    let mail = Mail::newest(&market.place, email, "verify-email").await;
    let link = mail.link("verify-email").unwrap().to_owned();
    let (_, path) = link.split_once("/verify-email").unwrap();
    browser.goto(&format!("{}/verify-email{path}", market.server.url)).await;
    browser.until("document.querySelector('.page-notice .notice-icon.good')").await;
}

/// The numbers in a text, whatever parts their thousands. The quota comes first in every language.
fn numbers(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> =
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    numbers
}
