//! The whole way of a partner in the page, from its application to the webhook that tells its program of a redeemed
//! claim: a company, its owner and cashier, the ministry and a teacher, each in a browser of their own.

use serde_json::json;
use shared::{
    Code, Lang,
    account::Role,
    partner::MemberRole,
    webhook::{EventKind, Message},
};
use tests::{
    Kind, Market, PASSWORD, Receiver, browser::Browser, eventually, on_both, people::unique, receiver::Received,
};

use crate::{DESK, PHONE, console, desk, market_on, review, settled, way};

on_both!(alone: from_an_application_to_a_received_webhook);

async fn from_an_application_to_a_received_webhook(kind: Kind) {
    let market = market_on(kind).await;
    let receiver = Receiver::start().await;
    let slug = unique("butov-yol");

    // A company applies by the form, and the ministry approves.
    let founder = market.signed_up(Role::Learner).await;
    let browser = Browser::open(PHONE).await;
    console::sign_in(&browser, &market, &founder.email, PASSWORD, "/join").await;
    console::apply(&browser, &slug).await;
    console::approve_in_page(&market, &slug).await;

    // An owner comes by the link of the mail and signs up on the way; so does a cashier, who has an account already.
    let owner = owner_by_mail(&browser, &market, &slug).await;
    let till = console::invite(&browser, &market, &slug, MemberRole::Cashier).await;
    drop(browser);

    // The owner makes a key and a webhook, and hands in an offer.
    let at = |rest: &str| format!("{}/console/{slug}{rest}", market.server.url);
    let key = console::make_key(&owner, &market, &slug).await;
    market.anon().bearer(&key).get(&format!("/partners/{slug}/offers")).await.status(200);
    let secret = make_webhook(&owner, &at("/webhooks"), &receiver.url("/hook")).await;
    let hook = owner.url().await;
    let title = unique("Paket").replace('-', "x");
    owner.goto(&at("/offers/new")).await;
    settled(&owner).await;
    let offer = desk::hand_in(&owner, &title).await;

    let ministry = review::at_queue(&market, DESK).await;
    review::open(&ministry, &offer).await;
    review::approve(&ministry).await;
    drop(ministry);

    // A teacher finds it and claims it; the cashier redeems the code.
    let teacher = Browser::open(PHONE).await;
    way::become_teacher(&teacher, &market, Lang::Az).await;
    way::find(&teacher, &market, &title, &offer, &title).await;
    teacher.click("[data-testid=offer-card] a").await;
    settled(&teacher).await;
    let code = way::claim(&teacher).await;
    let claim = teacher.url().await.split('?').next().and_then(|url| url.rsplit('/').next()).unwrap().to_owned();
    till.goto(&at("/till")).await;
    settled(&till).await;
    let verdict = desk::redeem_code(&till, code.as_str()).await;
    assert!(verdict.contains(&title), "{verdict}");

    // The program was told of both, signed with the secret that the page showed.
    let told = eventually("the program is told", || async {
        let signed = receiver.received().into_iter().filter(|one| one.is_signed_with(&secret));
        let of_claim = signed.map(|one: Received| one.message()).filter(|m| m.data["claim_id"] == json!(claim));
        let told: Vec<Message> = of_claim.collect();
        (told.len() >= 2).then_some(told)
    })
    .await;
    let kinds: Vec<_> = told.iter().map(|message| message.kind).collect();
    assert_eq!(kinds, [EventKind::ClaimCreated, EventKind::RedemptionConfirmed]);

    // The page says that both are delivered, and the teacher's says that the claim is used.
    eventually("the log shows both as delivered", || async {
        owner.goto(&hook).await;
        settled(&owner).await;
        let delivered = format!(
            "return [...document.querySelectorAll('[data-testid=delivery]')]
                 .filter(one => one.querySelector('.pill.good') && one.textContent.includes('{claim}')).length"
        );
        (owner.eval(&delivered).await == json!(2)).then_some(())
    })
    .await;
    owner.screenshot("way-webhook-log").await;
    teacher.goto(&format!("{}/claims/{claim}", market.server.url)).await;
    teacher.until("document.querySelector('.ticket.dead[data-state=redeemed]')").await;
    teacher.screenshot("way-redeemed").await;
    for browser in [&owner, &till, &teacher] {
        assert_eq!(browser.complaints().await, [] as [String; 0]);
    }
}

/// Invites a further owner, who signs up with the link of the mail and accepts.
async fn owner_by_mail(browser: &Browser, market: &Market, slug: &str) -> Browser {
    let email = format!("{}@test.az", unique("sahib"));
    let link = console::send_invitation(browser, market, slug, &email, MemberRole::Owner).await;
    let owner = Browser::open(DESK).await;
    owner.goto(&format!("{}{link}", market.server.url)).await;
    owner.click("[data-testid=invitation] a[href^='/sign-up']").await;
    owner.click("input[name=role][value=learner]").await;
    owner.write("input[name=name]", "Lalə Quliyeva").await;
    owner.write("input[name=email]", &email).await;
    owner.write("input[name=password]", PASSWORD).await;
    owner.click("form button[type=submit]").await;
    owner.click(".page-notice a.primary").await;
    // Only the address that was invited may accept; until the link of that mail is followed, the page says so.
    owner.click("[data-testid=invitation] button.primary").await;
    owner.until("document.querySelector('[data-testid=invitation] .reason.bad')").await;
    let refusal = owner.text("[data-testid=invitation] .reason.bad").await;
    assert!(refusal.contains(Code::EmailNotVerified.title(DESK.lang)), "{refusal}");
    way::follow_the_link(&owner, market, &email).await;
    owner.goto(&format!("{}{link}", market.server.url)).await;
    console::accept(&owner, slug).await;
    owner
}

/// Adds a webhook in the page, goes to its own page, and answers the secret, which is shown once.
pub async fn make_webhook(browser: &Browser, list: &str, address: &str) -> String {
    browser.goto(list).await;
    browser.click("[data-testid=new-webhook]").await;
    browser.write("dialog[open] input[name=url]", address).await;
    browser.write("dialog[open] input[name=description]", "Anbar").await;
    browser.click("dialog[open] form button[type=submit]").await;
    let secret = browser.text("[data-testid=secret]").await;
    assert!(secret.starts_with("whsec_"), "{secret}");
    browser.screenshot("console-webhook-made").await;
    browser.click("dialog[open] .secret + .button").await;
    browser.until("/webhooks\\/[0-9a-f-]{36}$/.test(location.pathname)").await;
    settled(browser).await;
    secret
}
