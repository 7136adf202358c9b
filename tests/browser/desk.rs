//! A partner's offers, uploads and till in the console: writing and handing in an offer that somebody else changes at
//! the same time, a file with an error that is corrected, a code that is redeemed and taken back. And every page, as
//! `barriers` looks at those of everybody.

use serde_json::{Value, json};
use shared::{
    Lang, Page,
    account::{Me, Role},
    import::ImportView,
    offer::{Audience, OfferState, PartnerOffer},
    partner::MemberRole,
};
use tests::{Kind, Market, Offer, PASSWORD, browser::Browser, browser::Device, partner::Partner, run_alone};

use crate::{
    DESK, PHONE,
    barriers::{LONG, look},
    market, settled,
};

/// Signs somebody in who works for a partner from now on.
pub async fn sign_in(browser: &Browser, market: &Market, partner: &Partner, role: MemberRole) {
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

/// Puts a file into the page's file input, as if it had been chosen.
pub async fn choose_file(browser: &Browser, css: &str, name: &str, content: &str) {
    let (css, name, content) = (json!(css), json!(name), json!(content));
    browser.until(&format!("document.querySelector({css})")).await;
    let script = format!(
        "const files = new DataTransfer();
         files.items.add(new File([{content}], {name}));
         const input = document.querySelector({css});
         input.files = files.files;
         input.dispatchEvent(new Event('change', {{bubbles: true}}));"
    );
    browser.eval(&script).await;
}

pub fn at(market: &Market, partner: &Partner, rest: &str) -> String {
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
    let id = hand_in(&browser, "Müəllim paketi").await;
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
    browser.goto(&at(&market, &partner, &format!("/offers/{id}?view=history"))).await;
    browser.until("document.querySelectorAll('[data-testid=history] li').length >= 3").await;
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

/// Fills in the form of a new offer for teachers, hands it in, and answers its id.
pub async fn hand_in(browser: &Browser, title: &str) -> String {
    browser.write("[name='title/az']", title).await;
    browser.click("input[name=audience][value=educator]").await;
    browser.write("[name='terms/price']", "12,50").await;
    browser.write("[name=quota]", "300").await;
    browser.click("[data-testid=save-submit] button").await;
    browser.until("/offers\\/[0-9a-f-]{36}$/.test(location.pathname)").await;
    settled(browser).await;
    browser.url().await.rsplit('/').next().unwrap().to_owned()
}

#[test]
fn a_file_is_tried_corrected_and_uploaded() {
    run_alone(Kind::Sqlite, |_| upload());
}

const HEAD: &str = "external_id;kind;area;title.az;audience;unit;period;fulfilment;terms.price";

async fn upload() {
    let market = market().await;
    let partner = market.partner().await;
    let browser = Browser::open(PHONE).await;
    sign_in(&browser, &market, &partner, MemberRole::Editor).await;
    let row = |id: &str, kind: &str| {
        format!("{id};{kind};connectivity;Paket {id};educator;package;once;generated_code;12,50")
    };
    let wrong = format!("{HEAD}\n{}\n{}\n", row("a-1", "internet_package"), row("a-2", "no_such_kind"));
    let right = format!("{HEAD}\n{}\n{}\n", row("a-1", "internet_package"), row("a-2", "internet_package"));

    browser.goto(&at(&market, &partner, "/imports/new")).await;
    settled(&browser).await;
    choose_file(&browser, "#import-file", "offers.csv", &wrong).await;
    browser.until("document.querySelector('[data-testid=picked]')").await;
    browser.click("[data-testid=import-try] button").await;
    browser.until("document.querySelectorAll('[data-testid=row-error]').length === 1").await;
    let error = browser.text("[data-testid=row-error]").await;
    assert!(error.contains("a-2") && error.contains('3') && error.contains("kind"), "{error}");
    browser.screenshot("desk-import-errors").await;
    let offers: Value = partner.editor.get(&partner.path("/offers")).await.ok();
    assert_eq!(offers["items"], json!([]), "a trial changes nothing");

    choose_file(&browser, "[data-testid=corrected] input[type=file]", "corrected.csv", &right).await;
    browser.click("[data-testid=corrected] .row button").await;
    browser.until("document.querySelector('[data-count=failed] dd')?.textContent === '0'").await;
    browser.click("[data-testid=real-run] .row button").await;
    browser
        .until(
            "document.querySelector('.row a[href$=\"/offers\"]') && !document.querySelector('[data-testid=real-run]')",
        )
        .await;
    assert_eq!(browser.text("[data-count=created] dd").await, "2");
    let offers: Value = partner.editor.get(&partner.path("/offers")).await.ok();
    assert_eq!(offers["items"].as_array().map(Vec::len), Some(2));
    let uploads: Page<ImportView> = partner.editor.get(&partner.path("/imports")).await.ok();
    assert_eq!(uploads.items.iter().map(|u| u.dry_run).collect::<Vec<_>>(), [false, true, true]);
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
    let verdict = redeem_code(&browser, claim.code.as_str()).await;
    assert!(verdict.contains(offer.offer.title.get(Lang::Az)) && !verdict.contains(&person.email), "{verdict}");
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

/// Types a code at the till and redeems it; answers what was said of it before.
pub async fn redeem_code(browser: &Browser, code: &str) -> String {
    // A whole code is checked without a tap; small letters do not matter.
    browser.write("input[name=code]", &code.to_lowercase()).await;
    browser.until("document.querySelector('[data-testid=till-valid]')").await;
    browser.screenshot("desk-till-valid").await;
    let verdict = browser.text("[data-testid=till-valid]").await;
    browser.click("[data-testid=till-redeem] button").await;
    browser.until("document.querySelector('[data-testid=till-redeemed]')").await;
    verdict
}

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
    let (empty, partner) = (market.partner().await, market.partner().await);
    let published = Offer::once().quota(100).publish_at(&market, &partner.slug).await;
    let pool = Offer::once().with(|o| o.fulfilment = shared::offer::Fulfilment::CodePool);
    let pool = pool.publish_at(&market, &partner.slug).await;
    let draft = Offer::monthly().draft_at(&market, &partner.slug).await;
    let long = Offer::once()
        .with(|o| o.title.ru = Some(LONG.to_owned()))
        .in_state_at(&market, &partner.slug, OfferState::Rejected)
        .await;
    let path = partner.path(&format!("/offers/{}", published.id));
    let edit = json!({"quota": 200, "summary": {"az": "Yeni qısa mətn"}});
    let tag = format!("\"v{}\"", published.version);
    partner.editor.patch(&path, &edit).header("If-Match", &tag).await.status(200);
    let codes = json!({"codes": ["AAAA-1111", "BBBB-2222", "CCCC-3333"]});
    partner.editor.send(&partner.path(&format!("/offers/{}/codes", pool.id)), &codes).await.status(200);
    let here = |rest: &str| format!("/console/{}{rest}", partner.slug);
    let pages = [
        ("desk-offers", here("/offers")),
        ("desk-offers-none", format!("/console/{}/offers", empty.slug)),
        ("desk-offer-new", here("/offers/new")),
        ("desk-offer-long", here(&format!("/offers/{}?view=history", long.id))),
        ("desk-offer-waiting", here(&format!("/offers/{}", published.id))),
        ("desk-offer-draft", here(&format!("/offers/{}", draft.id))),
        ("desk-offer-preview", here(&format!("/offers/{}?view=preview", draft.id))),
        ("desk-offer-history", here(&format!("/offers/{}?view=history", published.id))),
        ("desk-offer-codes", here(&format!("/offers/{}?view=codes", pool.id))),
        ("desk-imports", here("/imports")),
        ("desk-import-new", here("/imports/new")),
        ("desk-till", here("/till")),
    ];
    let pages: Vec<_> = pages.iter().map(|(name, path)| (*name, path.as_str())).collect();
    // The longest words are Russian's.
    let browser = Browser::open(Device { lang: Lang::Ru, ..device }).await;
    sign_in(&browser, &market, &partner, MemberRole::Owner).await;
    let (theirs, mine): (Vec<_>, Vec<_>) = pages.into_iter().partition(|(name, _)| *name == "desk-offers-none");
    let mut found = look(&browser, &market, device, &mine).await;
    let other = Browser::open(Device { lang: Lang::Ru, ..device }).await;
    sign_in(&other, &market, &empty, MemberRole::Owner).await;
    found.extend(look(&other, &market, device, &theirs).await);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
