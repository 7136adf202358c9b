//! Every page, on a phone and on a computer, light and dark: nothing that keeps people out (WCAG 2.2 AA, by axe-core),
//! nothing wider than the screen, no complaint in the console. Leaves a picture of each.

use chrono::{TimeDelta, Utc};
use shared::{Lang, account::Role};
use tests::{
    Kind, Market, Offer, PASSWORD,
    browser::{Browser, Device, Theme},
    offer::act,
    run_alone,
};

use crate::{DESK, PHONE, market, settled};

#[test]
fn on_a_phone() {
    run_alone(Kind::Sqlite, |_| look_at_all(PHONE));
}

#[test]
fn on_a_computer() {
    run_alone(Kind::Sqlite, |_| look_at_all(DESK));
}

/// States of pages that everybody sees, and what leads to them.
const STATES: [State<'_>; 6] = [
    (
        "sign-up-wrong",
        "/sign-up",
        "document.querySelector('form button[type=submit]').click()",
        "document.activeElement.matches('.summary') && document.querySelector('.summary li')",
    ),
    (
        "offers-filters",
        "/offers",
        "document.querySelector('[aria-controls=filters]').click()",
        "document.querySelector('.filters.opened')",
    ),
    (
        "figures-table",
        "/figures",
        "document.querySelector('details').open = true",
        "document.querySelector('details[open]')",
    ),
    (
        "offline",
        "/partners",
        "Object.defineProperty(navigator, 'onLine', {get: () => false}); dispatchEvent(new Event('offline'))",
        "document.querySelector('.offline-bar')",
    ),
    (
        "offers-loading",
        "/sign-in",
        "window.fetch = () => new Promise(() => {}); document.querySelector('a[href=\"/offers\"]').click()",
        "document.querySelector('main h1') && document.querySelector('.ghost')",
    ),
    (
        "partners-failed",
        "/sign-in",
        "window.fetch = () => Promise.reject(new TypeError('gone')); document.querySelector('a[href=\"/partners\"]').click()",
        "document.querySelector('main h1') && document.querySelector('.notice')",
    ),
];

/// As long as a title may be.
pub const LONG: &str =
    "Высокоскоростной интернет, планшеты и онлайн-курсы повышения квалификации для учителей общеобразовательных школ";

async fn look_at_all(device: Device) {
    let market = market().await;
    let person = market.signed_up(Role::Learner).await;
    let (taken, free) = (Offer::once().publish(&market).await, Offer::monthly().quota(1000).publish(&market).await);
    let paused = Offer::once().quota(5).publish(&market).await;
    act(&market.admin().await, &paused, "pause").await.status(200);
    let long = Offer::monthly().quota(30_000).with(|o| o.title.ru = Some(LONG.to_owned())).publish(&market).await;
    let (claim, over) = (person.caller.claimed(taken.id).await, person.caller.claimed(long.id).await);
    let db = market.place.db().await;
    let past = (Utc::now() - TimeDelta::days(1)).timestamp_millis();
    db.run(&format!("UPDATE claims SET expires_at = {past} WHERE id = {}", db.id(over.id.0))).await;
    let [taken, free, paused, long] = [&taken, &free, &paused, &long].map(|offer| format!("/offers/{}", offer.id));
    let anonymous = [
        ("home", "/"),
        ("offers", "/offers"),
        ("offers-none", "/offers?q=zzzzzz"),
        ("offer-anonymous", &free),
        ("offer-long", &long),
        ("partners", "/partners"),
        ("figures", "/figures"),
        ("sign-in", "/sign-in"),
        ("sign-up", "/sign-up"),
        ("forgot-password", "/forgot-password"),
        ("reset-password", "/reset-password?token=x"),
        ("verify-email-failed", "/verify-email?token=x"),
        ("not-found", "/nothing-here"),
    ];
    let (claim, over) = (format!("/claims/{}", claim.id), format!("/claims/{}", over.id));
    let signed_in = [
        ("home-signed-in", "/"),
        ("offer", &free),
        ("offer-claimed", &taken),
        ("offer-paused", &paused),
        ("claims", "/claims"),
        ("claim", &claim),
        ("claim-expired", &over),
        ("account", "/account"),
    ];
    // The longest words are Russian's.
    let browser = Browser::open(Device { lang: Lang::Ru, ..device }).await;
    let mut found = look(&browser, &market, device, &anonymous).await;
    found.extend(look_after(&browser, &market, device, &STATES).await);
    browser.goto(&format!("{}/sign-in", market.server.url)).await;
    browser.write("input[name=email]", &person.email).await;
    browser.write("input[name=password]", PASSWORD).await;
    browser.click("form button[type=submit]").await;
    browser.until("location.pathname === '/'").await;
    found.extend(look(&browser, &market, device, &signed_in).await);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

pub async fn look(browser: &Browser, market: &Market, device: Device, pages: &[(&str, &str)]) -> Vec<String> {
    let mut found = Vec::new();
    for theme in [Theme::Light, Theme::Dark] {
        browser.set_device(Device { theme, ..device }).await;
        for (name, path) in pages {
            browser.goto(&format!("{}{path}", market.server.url)).await;
            settled(browser).await;
            found.extend(judge(browser, Device { theme, ..device }, name).await);
        }
    }
    found
}

/// A state of a page that something leads to: its name, the page, what is done there, and what shows that it is reached.
type State<'a> = (&'a str, &'a str, &'a str, &'a str);

async fn look_after(browser: &Browser, market: &Market, device: Device, states: &[State<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    for theme in [Theme::Light, Theme::Dark] {
        browser.set_device(Device { theme, ..device }).await;
        for (name, path, act, reached) in states {
            browser.goto(&format!("{}{path}", market.server.url)).await;
            settled(browser).await;
            browser.eval(act).await;
            browser.until(reached).await;
            found.extend(judge(browser, Device { theme, ..device }, name).await);
        }
    }
    found
}

/// What is wrong with what is shown; leaves a picture of it.
async fn judge(browser: &Browser, device: Device, name: &str) -> Vec<String> {
    let (width, theme) = (device.width, device.theme.name());
    browser.screenshot(&format!("{name}-{width}-{theme}")).await;
    let mut found = browser.barriers().await;
    found.extend(browser.complaints().await);
    let hidden = hidden_focus(browser).await.into_iter();
    found.extend(hidden.map(|hidden| format!("hidden while it has the focus: {hidden}")));
    let wide = browser.eval("return document.documentElement.scrollWidth - innerWidth").await;
    if wide.as_i64().is_some_and(|by| by > 0) {
        found.push(format!("wider than the screen by {wide} px"));
    }
    found.into_iter().map(|what| format!("{name} at {width} px, {theme}: {what}")).collect()
}

/// What lies below a fixed bar while it has the focus (WCAG 2.2, 2.4.11).
async fn hidden_focus(browser: &Browser) -> Vec<String> {
    let script = "
        const bars = el => { for (; el; el = el.parentElement) {
            if (['fixed', 'sticky'].includes(getComputedStyle(el).position)) return true;
        } return false; };
        const found = [];
        for (const el of document.querySelectorAll('main a[href], main button, main input, main select, main summary, footer a')) {
            if (el.disabled || !el.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
            el.focus();
            if (document.activeElement !== el) continue;
            const box = el.getBoundingClientRect();
            const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            if (at && !el.contains(at) && !at.contains(el) && bars(at) && !bars(el)) found.push(el.outerHTML.slice(0, 120));
        }
        scrollTo(0, 0);
        return found;";
    serde_json::from_value(browser.eval(script).await).expect("a list")
}
