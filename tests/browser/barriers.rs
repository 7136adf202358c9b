//! Every page, on a phone and on a computer, light and dark: nothing that keeps people out (WCAG 2.2 AA, by axe-core),
//! nothing wider than the screen, no complaint in the console. Leaves a picture of each.

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

async fn look_at_all(device: Device) {
    let market = market().await;
    let person = market.signed_up(Role::Learner).await;
    let (taken, free) = (Offer::once().publish(&market).await, Offer::monthly().quota(1000).publish(&market).await);
    let paused = Offer::once().quota(5).publish(&market).await;
    act(&market.admin().await, &paused, "pause").await.status(200);
    let claim = person.caller.claimed(taken.id).await;
    let (taken, free, paused) =
        (format!("/offers/{}", taken.id), format!("/offers/{}", free.id), format!("/offers/{}", paused.id));
    let anonymous = [
        ("home", "/"),
        ("offers", "/offers"),
        ("offers-none", "/offers?q=zzzzzz"),
        ("offer-anonymous", &free),
        ("partners", "/partners"),
        ("figures", "/figures"),
        ("sign-in", "/sign-in"),
        ("sign-up", "/sign-up"),
        ("forgot-password", "/forgot-password"),
        ("reset-password", "/reset-password?token=x"),
        ("verify-email-failed", "/verify-email?token=x"),
        ("not-found", "/nothing-here"),
    ];
    let claim = format!("/claims/{}", claim.id);
    let signed_in = [
        ("home-signed-in", "/"),
        ("offer", &free),
        ("offer-claimed", &taken),
        ("offer-paused", &paused),
        ("claims", "/claims"),
        ("claim", &claim),
        ("account", "/account"),
    ];
    // The longest words are Russian's.
    let browser = Browser::open(Device { lang: Lang::Ru, ..device }).await;
    let mut found = look(&browser, &market, device, &anonymous).await;
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
            let here = format!("{name} at {} px, {}", device.width, theme.name());
            browser.goto(&format!("{}{path}", market.server.url)).await;
            settled(browser).await;
            browser.screenshot(&format!("{name}-{}-{}", device.width, theme.name())).await;
            found.extend(browser.barriers().await.into_iter().map(|barrier| format!("{here}: {barrier}")));
            found.extend(browser.complaints().await.into_iter().map(|complaint| format!("{here}: {complaint}")));
            for hidden in hidden_focus(browser).await {
                found.push(format!("{here}: hidden while it has the focus: {hidden}"));
            }
            let wide = browser.eval("return document.documentElement.scrollWidth - innerWidth").await;
            if wide.as_i64().is_some_and(|by| by > 0) {
                found.push(format!("{here}: wider than the screen by {wide} px"));
            }
        }
    }
    found
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
