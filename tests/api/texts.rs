//! One rule for every text that people write and others read: in NFC, nothing in it that nobody sees or that turns it
//! around, and something to see.

use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    Code, FieldCode,
    account::{Me, Role},
    import::RowCode,
    offer::OfferState,
};
use tests::{Answer, Caller, Market, Offer, PASSWORD, on_both, people};

use crate::{
    imports::{self, NDJSON},
    partners::application,
};

on_both!(
    no_text_is_without_anything_to_see,
    no_text_hides_something,
    no_name_looks_like_another,
    no_link_leads_elsewhere,
    texts_are_kept_composed,
    hints_for_line_breaks_are_removed_from_prose,
    rows_are_held_to_the_same_rule,
);

/// Texts without anything to see.
const EMPTY: [&str; 6] = ["\u{200b}", "\u{3164}", "\u{2800}", "\u{ad}", "\u{2060}\u{feff}", " \u{200e}\u{a0}"];
/// Texts that hide something, or are not what they look like.
const HIDING: [&str; 6] =
    ["Paket \u{202e}gpj.exe", "\u{2066}a\u{2069}b\u{2068}", "a\u{2800}b", "a\u{3164}b", "a\u{200f}b", "a\u{e0041}b"];

/// A place where people write, and how to write there.
struct Place {
    caller: Caller,
    method: Method,
    path: String,
    body: Value,
    pointer: &'static str,
}

impl Place {
    fn new(caller: &Caller, method: Method, path: impl Into<String>, body: Value, pointer: &'static str) -> Self {
        Self { caller: caller.clone(), method, path: path.into(), body, pointer }
    }

    async fn write(&self, text: &str) -> Answer {
        let mut body = self.body.clone();
        *body.pointer_mut(self.pointer).expect(self.pointer) = json!(text);
        self.caller.ask(&self.method, &self.path).header("if-match", "*").json(&body).await
    }

    async fn refuses(&self, text: &str, code: FieldCode) {
        self.write(text).await.wrong_at(Code::InvalidInput, &[(self.pointer, code)]);
    }
}

fn offer() -> Value {
    let mut offer = Value::Object(Offer::once().json());
    for field in ["title", "summary", "description"] {
        offer[field] = json!({"az": "A", "en": "B", "ru": "C"});
    }
    offer["how_to_use"] = json!([{"az": "A"}]);
    offer["kind"] = json!("device_grant");
    offer["terms"] = json!({"device": {"az": "A"}, "purpose": {"az": "A"}});
    offer
}

/// Prose that has to be there.
async fn prose(market: &Market) -> Vec<Place> {
    let (partner, person) = (market.partner().await, market.signed_up(Role::Learner).await);
    let mut places: Vec<_> = [
        "/title/az",
        "/title/en",
        "/title/ru",
        "/summary/az",
        "/description/az",
        "/how_to_use/0/az",
        "/terms/device/az",
        "/terms/purpose/az",
    ]
    .into_iter()
    .map(|pointer| Place::new(&partner.editor, Method::POST, partner.path("/offers"), offer(), pointer))
    .collect();
    places.push(Place::new(&person.caller, Method::POST, "/partners", application(), "/about/az"));
    let about = json!({"about": {"az": "A"}});
    places.push(Place::new(&partner.owner, Method::PATCH, partner.path("/profile"), about, "/about/az"));
    places
}

/// Names of people and companies, and other texts in one language that have to be there.
async fn lines(market: &Market) -> (Vec<Place>, Vec<Place>) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    let person = market.signed_up(Role::Learner).await;
    let account = json!({"email": "a@test.az", "password": PASSWORD, "name": ""});
    let contact = json!({"contact_name": ""});
    let names = vec![
        Place::new(&market.anon(), Method::POST, "/auth/register", account, "/name"),
        Place::new(&person.caller, Method::PATCH, "/me", json!({"name": ""}), "/name"),
        Place::new(&person.caller, Method::POST, "/partners", application(), "/name"),
        Place::new(&person.caller, Method::POST, "/partners", application(), "/contact_name"),
        Place::new(&admin, Method::PATCH, partner.path("/profile"), json!({"name": ""}), "/name"),
        Place::new(&partner.owner, Method::PATCH, partner.path("/profile"), contact, "/contact_name"),
    ];
    let waiting = Offer::once().in_state(market, OfferState::InReview).await;
    let key = json!({"name": "", "mode": "live", "scopes": ["offers:read"]});
    let others = vec![
        Place::new(&partner.owner, Method::POST, partner.path("/api-keys"), key, "/name"),
        Place::new(
            &admin,
            Method::POST,
            format!("/admin/offers/{}/reject", waiting.id),
            json!({"reason": ""}),
            "/reason",
        ),
        Place::new(
            &admin,
            Method::POST,
            format!("/admin/partners/{}/suspend", partner.id),
            json!({"reason": ""}),
            "/reason",
        ),
    ];
    (names, others)
}

/// Texts that may be left out.
async fn remarks(market: &Market) -> Vec<Place> {
    let (partner, person) = (market.partner().await, market.signed_up(Role::Learner).await);
    let mut message = application();
    message["message"] = json!("");
    let webhook = json!({"url": "https://example.com/a", "description": "", "kinds": ["claim.created"]});
    let undo = json!({"redemption_id": "0190163d-8694-739b-aea5-966c26f8ad91", "reason": ""});
    let hold = json!({"code": "E9ACWFBDXLX3", "reference": ""});
    vec![
        Place::new(&person.caller, Method::POST, "/partners", message, "/message"),
        Place::new(&partner.owner, Method::POST, partner.path("/webhooks"), webhook, "/description"),
        Place::new(&partner.cashier, Method::POST, "/redemptions/undo", undo, "/reason"),
        Place::new(&partner.cashier, Method::POST, "/redemptions/hold", hold, "/reference"),
    ]
}

async fn no_text_is_without_anything_to_see(market: Market) {
    let (names, others) = lines(&market).await;
    for place in prose(&market).await.iter().chain(&names).chain(&others) {
        for text in EMPTY {
            place.refuses(text, FieldCode::Required).await;
        }
    }
}

async fn no_text_hides_something(market: Market) {
    let (names, others) = lines(&market).await;
    for place in prose(&market).await.iter().chain(&names).chain(&others).chain(&remarks(&market).await) {
        for text in HIDING {
            place.refuses(text, FieldCode::InvisibleCharacter).await;
        }
    }
    for place in names.iter().chain(&others) {
        for text in ["a\u{200b}b", "a\u{ad}b", "a\u{200d}b"] {
            place.refuses(text, FieldCode::InvisibleCharacter).await;
        }
    }
    let message = names[0].write("a\u{202e}b").await.refused(Code::InvalidInput).errors.remove(0).message;
    assert!(message.contains("U+202E"), "it says which: {message}");
    // A picture that is made of several characters hides nothing.
    let partner = market.partner().await;
    let title = json!({"title": {"az": "👩\u{200d}🏫 Müəllimlərə ❤\u{fe0f}"}});
    let mut emoji = offer();
    emoji["title"] = title["title"].clone();
    partner.editor.send(&partner.path("/offers"), &emoji).await.status(201);
}

async fn no_name_looks_like_another(market: Market) {
    let (names, _) = lines(&market).await;
    for place in &names {
        for text in ["Аzercell", "Kapital Ваnk", "Bank Respublikа"] {
            place.refuses(text, FieldCode::MixedScripts).await;
        }
        place.refuses("Bir\nİki", FieldCode::InvalidFormat).await;
    }
    let person = people::register(&market.anon(), Role::Learner).await;
    for name in ["Mәmmәdova", "Мария Иванова", "Leyla (Лейла) Əliyeva"] {
        assert_eq!(person.caller.patch("/me", &json!({"name": name})).await.ok::<Me>().name, name);
    }
}

async fn no_link_leads_elsewhere(market: Market) {
    let (partner, person) = (market.partner().await, market.signed_up(Role::Learner).await);
    let mut linked = offer();
    linked["link"] = json!("");
    let places = [
        Place::new(&partner.editor, Method::POST, partner.path("/offers"), linked, "/link"),
        Place::new(&partner.owner, Method::PATCH, partner.path("/profile"), json!({"website": ""}), "/website"),
        Place::new(&person.caller, Method::POST, "/partners", application(), "/website"),
    ];
    for place in &places {
        for link in [
            "https://.",
            "https://a.b:notaport/",
            "https://numune.az:8443/",
            "https://numune.az@evil.example/",
            "https://numune",
            "https://10.0.0.1/",
            "https://аzercell.com/",
            "https://numune.az/\u{202e}gpj.exe",
            "https://numune.az/\u{200b}",
            "https://numune.az/a b",
        ] {
            place.refuses(link, FieldCode::InvalidFormat).await;
        }
    }
    for link in ["https://numune.az", "https://xn--80ak6aa92e.com:443/yol?a=b#ə"] {
        places[1].write(link).await.status(200);
    }
}

async fn texts_are_kept_composed(market: Market) {
    let (decomposed, composed) = ("Gu\u{308}ns\u{327}əli", "Günşəli");
    let person = people::register(&market.anon(), Role::Learner).await;
    assert_eq!(person.caller.patch("/me", &json!({"name": decomposed})).await.value()["name"], composed);
    let partner = market.partner().await;
    let mut written = offer();
    for place in ["/title/az", "/title/en", "/how_to_use/0/az", "/terms/device/az"] {
        *written.pointer_mut(place).expect(place) = json!(decomposed);
    }
    let read = partner.editor.send(&partner.path("/offers"), &written).await.status(201).json::<Value>();
    for place in ["/title/az", "/title/en", "/how_to_use/0/az", "/terms/device/az"] {
        assert_eq!(read["offer"].pointer(place), Some(&json!(composed)), "{place}");
    }
    let about = json!({"about": {"az": decomposed}, "contact_name": decomposed});
    let profile = partner.owner.patch(&partner.path("/profile"), &about).header("if-match", "*").await.value();
    assert_eq!((&profile["about"]["az"], &profile["contact_name"]), (&json!(composed), &json!(composed)));
}

async fn hints_for_line_breaks_are_removed_from_prose(market: Market) {
    let partner = market.partner().await;
    let mut written = offer();
    written["title"] = json!({"az": "Tə\u{ad}hsil və mək\u{200b}təb\u{feff}"});
    // As JSON: the crate that the test shares with the server would remove them by itself.
    let made = partner.editor.send(&partner.path("/offers"), &written).await.status(201).json::<Value>();
    assert_eq!(made["offer"]["title"]["az"], "Təhsil və məktəb");
}

async fn rows_are_held_to_the_same_rule(market: Market) {
    let partner = market.partner().await;
    let file = include_str!("../cases/c03-invisible.ndjson");
    let sent = imports::send(&partner.program, &partner, "", NDJSON, file).await.status(202).json();
    let import = imports::over(&partner, &sent).await;
    assert_eq!((import.counts.created, import.counts.failed), (0, 5));
    let errors = imports::errors(&partner, &import).await;
    let found: Vec<_> = errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
    let [empty, hiding] = [RowCode::Required, RowCode::InvisibleCharacter].map(|code| ("/title/az", code));
    assert_eq!(found, [empty, empty, empty, hiding, hiding]);
    assert!(errors[3].message.contains("U+202E"), "{}", errors[3].message);
}
