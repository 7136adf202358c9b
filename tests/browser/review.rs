//! The ministry's review in the console: an edit beside what everybody sees, a refusal with its reason, several approved
//! at once; and what the partner's overview then says needs attention.

use serde_json::{Value, json};
use shared::{
    Code, Lang, OfferId,
    offer::{OfferState, PartnerOffer},
    partner::MemberRole,
};
use tests::{
    Kind, Market, Offer,
    browser::{Browser, Device},
    offer::{act, edit},
    partner::Partner,
    people::DEMO_PASSWORD,
    run_alone,
};

use crate::{
    DESK, PHONE,
    barriers::look,
    desk::{self, at},
    market, settled,
};

const QUEUE: &str = "/console/ministry/offers";

#[test]
fn on_a_phone() {
    run_alone(Kind::Sqlite, |_| look_at_all(PHONE));
}

#[test]
fn on_a_computer() {
    run_alone(Kind::Sqlite, |_| look_at_all(DESK));
}

#[test]
fn offers_and_edits_are_decided_on() {
    run_alone(Kind::Sqlite, |_| decide());
}

#[test]
fn a_partner_sees_what_needs_attention() {
    run_alone(Kind::Sqlite, |_| attend());
}

/// The ministry, at its queue.
pub async fn at_queue(market: &Market, device: Device) -> Browser {
    let browser = Browser::open(device).await;
    browser.goto(&format!("{}/sign-in?next={QUEUE}", market.server.url)).await;
    browser.write("input[name=email]", "admin@demo.az").await;
    browser.write("input[name=password]", DEMO_PASSWORD).await;
    browser.click("form button[type=submit]").await;
    browser.until(&format!("location.pathname === '{QUEUE}'")).await;
    settled(&browser).await;
    browser
}

/// An offer that everybody sees, with an edit that waits.
async fn edited(market: &Market, partner: &Partner) -> PartnerOffer {
    let live = Offer::monthly().quota(300).publish_at(market, &partner.slug).await;
    edit(&partner.editor, &live, &json!({"claim_days": 45, "title": {"az": "Yeni ad", "ru": "Новое имя"}})).await.ok()
}

async fn look_at_all(device: Device) {
    let market = market().await;
    let partner = market.partner().await;
    let fresh = Offer::monthly().in_state_at(&market, &partner.slug, OfferState::InReview).await;
    let edit = edited(&market, &partner).await;
    assert!(edit.pending.is_some());
    let (fresh, edit) = (format!("{QUEUE}/{}", fresh.id), format!("{QUEUE}/{}", edit.id));
    let looks = format!("/console/{}", partner.slug);
    let pages = [
        ("ministry-offers", QUEUE),
        ("ministry-offer-new", &*fresh),
        ("ministry-offer-edit", &*edit),
        ("ministry-looks", &*looks),
    ];
    let browser = at_queue(&market, Device { lang: Lang::Ru, ..device }).await;
    let found = look(&browser, &market, device, &pages).await;
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

async fn now(partner: &Partner, id: OfferId) -> PartnerOffer {
    partner.editor.get(&partner.path(&format!("/offers/{id}"))).await.ok()
}

async fn decide() {
    let market = market().await;
    let partner = market.partner().await;
    let slug = partner.slug.as_str();
    let refused = Offer::once().title("Aydın deyil").in_state_at(&market, slug, OfferState::InReview).await;
    let one = Offer::once().title("Birinci").in_state_at(&market, slug, OfferState::InReview).await;
    let two = Offer::once().title("İkinci").in_state_at(&market, slug, OfferState::InReview).await;
    let edit = edited(&market, &partner).await;
    let browser = at_queue(&market, DESK).await;

    // A refusal takes its reason.
    open(&browser, &refused.id.to_string()).await;
    assert!(browser.text("[data-testid=preview]").await.contains("Aydın deyil"));
    browser.click("[data-action=reject]").await;
    browser.click("dialog[open] form button[type=submit]").await;
    browser.until("document.querySelector('dialog[open] textarea[aria-invalid=true]')").await;
    browser.write("dialog[open] textarea", "Qiyməti yazın.").await;
    browser.click("dialog[open] form button[type=submit]").await;
    browser.until(&format!("location.pathname === '{QUEUE}'")).await;
    let state = now(&partner, refused.id).await;
    assert_eq!((state.state, state.rejection.as_deref()), (OfferState::Rejected, Some("Qiyməti yazın.")));

    // An edit stands beside what everybody sees, and takes its place.
    open(&browser, &edit.id.to_string()).await;
    let beside = browser.text("[data-testid=waiting]").await;
    assert!(beside.contains("30") && beside.contains("45") && beside.contains("Yeni ad"), "{beside}");
    approve(&browser).await;
    let state = now(&partner, edit.id).await;
    assert_eq!((state.state, state.pending, state.offer.claim_days), (OfferState::Published, None, 45));

    // Several at once; one that was taken back meanwhile is named, and does not hold up the other.
    for id in [one.id, two.id] {
        browser.click(&format!("[data-testid=review][data-id='{id}'] input")).await;
    }
    act(&partner.editor, &two, "withdraw").await.status(200);
    browser.click(".console-page .row .button.primary").await;
    browser.until("document.querySelector('dialog[open] .reason.bad')").await;
    assert!(browser.text("dialog[open]").await.contains(Code::StateConflict.title(DESK.lang)));
    assert_eq!(now(&partner, one.id).await.state, OfferState::Published);
    assert_eq!(now(&partner, two.id).await.state, OfferState::Draft);
    assert_eq!(browser.complaints().await, [] as [String; 0]);
}

/// Opens one of the queue.
pub async fn open(ministry: &Browser, id: &str) {
    ministry.click(&format!("[data-testid=review][data-id='{id}'] a")).await;
    ministry.until("document.querySelector('[data-testid=preview] h1')").await;
}

/// Approves the one that is open.
pub async fn approve(ministry: &Browser) {
    ministry.click("[data-action=approve]").await;
    ministry.click("dialog[open] .dialog-row .button.primary").await;
    ministry.until(&format!("location.pathname === '{QUEUE}'")).await;
}

async fn attend() {
    let market = market().await;
    let partner = market.partner().await;
    let browser = Browser::open(PHONE).await;
    desk::sign_in(&browser, &market, &partner, MemberRole::Editor).await;
    let home = at(&market, &partner, "");
    browser.goto(&home).await;
    browser.until("document.querySelector('.console-page .reason.good')").await;

    Offer::once().in_state_at(&market, &partner.slug, OfferState::Rejected).await;
    let file = "external_id,title_az\r\nA-1,Natamam\r\n";
    let upload = partner.editor.post(&partner.path("/imports")).header("content-type", "text/csv").body(file).await;
    let id = upload.status(202).json::<Value>()["id"].as_str().expect("an id").to_owned();
    tests::eventually("the upload is over", || async {
        let now = partner.editor.get(&partner.path(&format!("/imports/{id}"))).await.value();
        (now["finished_at"] != Value::Null).then_some(())
    })
    .await;
    browser.goto(&home).await;
    browser.until("document.querySelectorAll('[data-testid=matter]').length === 2").await;
    browser.screenshot("console-overview-matters").await;
    let links = "return [...document.querySelectorAll('[data-testid=matter] a')].map(a => a.getAttribute('href'))";
    let links: Vec<String> = serde_json::from_value(browser.eval(links).await).expect("a list");
    assert_eq!(links[0], format!("/console/{}/offers?state=rejected", partner.slug));
    assert!(links[1].ends_with(&format!("/imports/{id}")), "{links:?}");
}
