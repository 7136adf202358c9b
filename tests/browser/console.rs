//! The console: the whole way of a company from its application to a key that works and people who share the work, as its
//! owner and the ministry walk it; and every page looked at.

use serde_json::{Value, json};
use shared::{
    Code, Page,
    account::Role,
    partner::{AdminPartner, MemberRole, MyPartner, PartnerState},
};
use tests::{
    Caller, Kind, Market, PASSWORD,
    browser::{Browser, Device},
    mail::Mail,
    people::{DEMO_PASSWORD, Person, unique},
    run_alone,
};

use crate::{DESK, PHONE, barriers::look, market, settled};

#[test]
fn on_a_phone() {
    run_alone(Kind::Sqlite, |_| look_at_all(PHONE));
}

#[test]
fn on_a_computer() {
    run_alone(Kind::Sqlite, |_| look_at_all(DESK));
}

#[test]
fn the_way_of_a_company() {
    run_alone(Kind::Sqlite, |_| walk());
}

#[test]
fn two_who_change_the_profile() {
    run_alone(Kind::Sqlite, |_| change_at_once());
}

fn application(slug: &str) -> Value {
    json!({
        "slug": slug, "name": format!("Sınaq {slug}"), "about": {"az": "Sınaq üçün şirkət."}, "tax_id": "1234567891",
        "contact_name": "Leyla Həsənova", "contact_email": "leyla@sinaq.az", "contact_phone": "+994 12 555 00 00",
        "message": "Müəllimlərə hər ay internet vermək istəyirik.",
    })
}

/// Somebody whose company has applied.
pub async fn applicant(market: &Market, slug: &str) -> Person {
    let person = market.signed_up(Role::Learner).await;
    person.caller.send("/partners", &application(slug)).await.status(201);
    person
}

async fn approve(admin: &Caller, slug: &str) {
    let found: Page<AdminPartner> = admin.get(&format!("/admin/partners?q={slug}")).await.ok();
    let id = found.items.first().expect("the application").profile.id;
    admin.post(&format!("/admin/partners/{id}/approve")).await.status(200);
}

/// Signs in and goes on to a page of the console.
pub async fn sign_in(browser: &Browser, market: &Market, email: &str, password: &str, next: &str) {
    browser.goto(&format!("{}/sign-in?next={next}", market.server.url)).await;
    browser.write("input[name=email]", email).await;
    browser.write("input[name=password]", password).await;
    browser.click("form button[type=submit]").await;
    let path = next.split('?').next().unwrap_or_default();
    browser.until(&format!("location.pathname === '{path}'")).await;
    settled(browser).await;
}

async fn look_at_all(device: Device) {
    let market = market().await;
    let (slug, waiting) = (unique("sirket"), unique("gozleyen"));
    let owner = applicant(&market, &slug).await;
    let admin = market.admin().await;
    approve(&admin, &slug).await;
    owner.caller.send("/partners", &application(&waiting)).await.status(201);
    let at = |rest: &str| format!("/partners/{slug}{rest}");
    owner
        .caller
        .send(&at("/api-keys"), &json!({"name": "Anbar", "mode": "live", "scopes": ["offers:write"]}))
        .await
        .status(201);
    owner
        .caller
        .send(&at("/members/invitations"), &json!({"email": "yeni@sinaq.az", "role": "cashier"}))
        .await
        .status(201);
    let hook = json!({"url": "https://hooks.sinaq.az/market", "kinds": ["claim.created", "redemption.confirmed"]});
    let hook: Value = owner.caller.send(&at("/webhooks"), &hook).await.created();
    let home = |rest: &str| format!("/console/{slug}{rest}");
    let hook = home(&format!("/webhooks/{}", hook["webhook"]["id"].as_str().expect("an id")));
    let pages = [
        ("console", "/console".to_owned()),
        ("console-overview", home("")),
        ("console-applied", format!("/console/{waiting}")),
        ("console-members", home("/members")),
        ("console-keys", home("/keys")),
        ("console-webhooks", home("/webhooks")),
        ("console-webhook", hook),
        ("console-profile", home("/profile")),
        ("console-nowhere", home("/nothing")),
        ("join", "/join".to_owned()),
        ("invitation-over", "/invitation?token=x".to_owned()),
    ];
    let pages = pages.each_ref().map(|(name, path)| (*name, path.as_str()));
    let lang = shared::Lang::Ru; // The longest words are Russian's.
    let browser = Browser::open(Device { lang, ..device }).await;
    let mut found = look(&browser, &market, device, &[("console-anonymous", "/console")]).await;
    sign_in(&browser, &market, &owner.email, PASSWORD, "/console").await;
    found.extend(look(&browser, &market, device, &pages).await);
    let ministry = Browser::open(Device { lang, ..device }).await;
    sign_in(&ministry, &market, "admin@demo.az", DEMO_PASSWORD, "/console").await;
    found.extend(look(&ministry, &market, device, &[("ministry-partners", "/console/ministry/partners")]).await);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

async fn walk() {
    let market = market().await;
    let slug = unique("yeni-sirket");
    let person = market.signed_up(Role::Learner).await;
    let browser = Browser::open(PHONE).await;
    sign_in(&browser, &market, &person.email, PASSWORD, "/join").await;

    // What is missing is said, and what was written stays.
    browser.write("input[name=name]", "Yeni Şirkət").await;
    assert_eq!(browser.eval("return document.querySelector('input[name=slug]').value").await, "yeni-sirket");
    browser.click("form button[type=submit]").await;
    browser.until("document.activeElement.id === 'join-summary' && document.querySelector('input[name=tax_id][aria-invalid]')").await;
    apply(&browser, &slug).await;
    approve_in_page(&market, &slug).await;
    let mine: Page<MyPartner> = person.caller.get("/me/partners").await.ok();
    assert_eq!(
        mine.items.iter().map(|p| (p.state, p.role)).collect::<Vec<_>>(),
        [(PartnerState::Active, MemberRole::Owner)]
    );

    let text = make_key(&browser, &market, &slug).await;
    let program = market.anon().bearer(&text);
    let offers = format!("/partners/{slug}/offers");
    program.get(&offers).await.status(200);
    browser.click("[data-testid=key] .row-tools button:last-of-type").await;
    browser.click("dialog[open] .button.danger").await;
    browser.until("!document.querySelector('[data-testid=key] .row-tools')").await;
    program.get(&offers).await.refused(Code::Unauthenticated);

    invite(&browser, &market, &slug, MemberRole::Editor).await;
    // The only owner stays.
    browser.goto(&format!("{}/console/{slug}/members", market.server.url)).await;
    browser.until("document.querySelectorAll('[data-testid=member]').length === 2").await;
    browser.click("[data-testid=member] .row-tools button:last-of-type").await;
    browser.click("dialog[open] .button.danger").await;
    browser.until("document.querySelector('dialog[open] .reason.bad')").await;
    assert!(browser.text("dialog[open] .reason.bad").await.contains(Code::LastOwner.title(PHONE.lang)));
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

/// Fills in the application and sends it.
pub async fn apply(browser: &Browser, slug: &str) {
    for (name, text) in [
        ("name", "Yeni Şirkət"),
        ("slug", slug),
        ("tax_id", "1234567891"),
        ("contact_name", "Leyla Həsənova"),
        ("contact_email", "leyla@sinaq.az"),
        ("contact_phone", "+994 12 555 00 00"),
    ] {
        browser.write(&format!("input[name={name}]"), text).await;
    }
    browser.write("textarea[name='about/az']", "Məktəblərə kömək edirik.").await;
    browser.click("form button[type=submit]").await;
    browser.until("document.querySelector('[data-testid=applied]')").await;
    browser.click("[data-testid=applied] a.primary").await;
    browser.until("document.querySelector('[data-testid=standing]')").await;
}

/// The card of a company among the ministry's partners.
pub fn card(slug: &str) -> String {
    format!("[data-testid=partner][data-slug={slug}]")
}

/// The ministry, at its partners.
pub async fn ministry(market: &Market) -> Browser {
    let ministry = Browser::open(DESK).await;
    sign_in(&ministry, market, "admin@demo.az", DEMO_PASSWORD, "/console/ministry/partners").await;
    ministry
}

/// The ministry approves an application.
pub async fn approve_in_page(market: &Market, slug: &str) {
    let (ministry, card) = (ministry(market).await, card(slug));
    ministry.click(&format!("{card} button[data-action=approve]")).await;
    ministry.click("dialog[open] .button.primary").await;
    ministry.until(&format!("!document.querySelector('{card}')")).await;
}

/// Makes a key with the scope of writing offers; its text is shown once.
pub async fn make_key(browser: &Browser, market: &Market, slug: &str) -> String {
    browser.goto(&format!("{}/console/{slug}/keys", market.server.url)).await;
    browser.click("[data-testid=new-key]").await;
    browser.write("dialog[open] input[name=name]", "Anbar").await;
    browser.click("dialog[open] form button[type=submit]").await;
    browser.until("document.querySelector('dialog[open] #key-scopes-error:not([hidden])')").await;
    browser.click("dialog[open] #key-scopes label:nth-of-type(2)").await;
    browser.click("dialog[open] form button[type=submit]").await;
    let text = browser.text("[data-testid=secret]").await;
    assert!(text.starts_with("vm_live_"), "{text}");
    browser.screenshot("console-key-made").await;
    browser.click("dialog[open] .dialog-head button").await;
    browser.until("document.querySelectorAll('[data-testid=key]').length === 1").await;
    browser.goto(&format!("{}/console/{slug}/keys", market.server.url)).await;
    browser.until("document.querySelectorAll('[data-testid=key]').length === 1").await;
    let secret = text.rsplit('_').nth(1).expect("a secret").to_owned();
    assert_eq!(browser.eval(&format!("return document.body.innerHTML.includes('{secret}')")).await, false);
    text
}

/// Invites somebody in the page; answers the path of the link in the mail.
pub async fn send_invitation(browser: &Browser, market: &Market, slug: &str, email: &str, role: MemberRole) -> String {
    browser.goto(&format!("{}/console/{slug}/members", market.server.url)).await;
    browser.click("[data-testid=invite]").await;
    browser.write("dialog[open] input[name=email]", email).await;
    let nth = 1 + MemberRole::ALL.iter().position(|one| *one == role).expect("a role");
    browser.click(&format!("dialog[open] #invite-role label:nth-of-type({nth})")).await;
    browser.click("dialog[open] form button[type=submit]").await;
    browser.until("!document.querySelector('dialog[open]')").await;
    let mail = Mail::newest(&market.place, email, "invitation").await;
    format!("/invitation?token={}", mail.token("invitation").expect("a link"))
}

/// Accepts the invitation that is open.
pub async fn accept(browser: &Browser, slug: &str) {
    browser.until("location.pathname === '/invitation'").await;
    browser.click("[data-testid=invitation] button.primary").await;
    browser.until(&format!("location.pathname === '/console/{slug}'")).await;
    settled(browser).await;
}

/// Invites a colleague, who accepts with the link in the mail.
pub async fn invite(browser: &Browser, market: &Market, slug: &str, role: MemberRole) -> Browser {
    let colleague = market.signed_up(Role::Learner).await;
    let link = send_invitation(browser, market, slug, &colleague.email, role).await;
    let theirs = Browser::open(PHONE).await;
    theirs.goto(&format!("{}{link}", market.server.url)).await;
    theirs.click("[data-testid=invitation] a.primary").await;
    theirs.write("input[name=email]", &colleague.email).await;
    theirs.write("input[name=password]", PASSWORD).await;
    theirs.click("form button[type=submit]").await;
    accept(&theirs, slug).await;
    let mine: Page<MyPartner> = colleague.caller.get("/me/partners").await.ok();
    assert_eq!(mine.items.iter().map(|p| p.role).collect::<Vec<_>>(), [role]);
    theirs
}

/// Somebody else saves first: both versions stand side by side, and what was written is saved in the end.
async fn change_at_once() {
    let market = market().await;
    let slug = unique("iki-nefer");
    let owner = applicant(&market, &slug).await;
    let browser = Browser::open(DESK).await;
    sign_in(&browser, &market, &owner.email, PASSWORD, &format!("/console/{slug}/profile")).await;
    browser.write("input[name=contact_name]", "Orxan Əliyev").await;
    let path = format!("/partners/{slug}/profile");
    let tag = owner.caller.get(&path).await.header("etag").expect("a tag").to_owned();
    let other = json!({"contact_phone": "+994 50 111 22 33"});
    owner.caller.patch(&path, &other).header("If-Match", tag).await.status(200);

    browser.click("form button[type=submit]").await;
    browser.until("document.querySelector('[data-testid=versions] .versus:not([hidden])')").await;
    browser.screenshot("console-profile-versions").await;
    let shown = browser.text("[data-testid=versions]").await;
    assert!(shown.contains("+994 50 111 22 33") && shown.contains("Orxan Əliyev"), "{shown}");
    // The phone is taken from the other version, the name stays as written.
    let phone =
        "[...document.querySelectorAll('.versus:not([hidden])')].find(v => v.textContent.includes('111 22 33'))";
    browser.eval(&format!("{phone}.querySelector('button').click()")).await;
    browser.click("form button[type=submit]").await;
    browser.until("document.querySelector('form .reason.good span')").await;
    let saved: Value = owner.caller.get(&path).await.ok();
    assert_eq!(
        (&saved["contact_name"], &saved["contact_phone"]),
        (&json!("Orxan Əliyev"), &json!("+994 50 111 22 33"))
    );
}
