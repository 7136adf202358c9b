//! `POST /partners/{slug}/offers`: what is written is checked place by place.

use serde_json::{Value, json};
use shared::{
    Code, FieldCode,
    offer::{OfferState, PartnerOffer},
};
use tests::{Market, Offer, offer::is_of_version, on_both, people::unique};

on_both!(
    a_draft_is_kept_as_it_was_written,
    each_wrong_place_is_named,
    terms_belong_to_their_kind,
    an_external_id_is_unique_for_a_partner
);

const PATH: &str = "/partners/azercell/offers";

async fn a_draft_is_kept_as_it_was_written(market: Market) {
    let admin = market.admin().await;
    let draft = Offer::monthly().quota(30).with(|o| o.external_id = Some(unique("pack")));
    let answer = admin.send(PATH, &draft.0).await.status(201);
    let offer: PartnerOffer = answer.json();
    assert_eq!((&offer.offer, offer.state, offer.claimed, offer.version), (&draft.0, OfferState::Draft, 0, 1));
    assert_eq!(answer.header("location"), Some(format!("/api/v1{PATH}/{}", offer.id).as_str()));
    assert!(is_of_version(answer.header("etag").expect("a tag"), 1));
    let read: PartnerOffer = admin.get(&format!("{PATH}/{}", offer.id)).await.ok();
    assert_eq!(read, offer);
    admin.get(&format!("/partners/bakcell/offers/{}", offer.id)).await.refused(Code::NotFound);
    admin.send("/partners/nobody/offers", &draft.0).await.refused(Code::NotFound);
}

async fn each_wrong_place_is_named(market: Market) {
    let admin = market.admin().await;
    let text = |az: &str| json!({"az": az});
    let cases: Vec<(&str, Value, &str, FieldCode)> = vec![
        ("quota", json!(0), "/quota", FieldCode::OutOfRange),
        ("quota", json!(20_000_001), "/quota", FieldCode::OutOfRange),
        ("quota", json!(-1), "/quota", FieldCode::WrongType),
        ("quota", json!(1.5), "/quota", FieldCode::WrongType),
        ("quota", json!("many"), "/quota", FieldCode::WrongType),
        ("max_quantity", json!(1001), "/max_quantity", FieldCode::OutOfRange),
        ("claim_days", json!(0), "/claim_days", FieldCode::OutOfRange),
        ("title", text(" "), "/title/az", FieldCode::Required),
        ("title", text(&"x".repeat(121)), "/title/az", FieldCode::TooLong),
        ("title", json!({"en": "No Azerbaijani"}), "/title/az", FieldCode::Required),
        ("title", json!({"az": "A", "de": "B"}), "/title/de", FieldCode::UnknownField),
        ("title", json!({"az": "A", "ru": ""}), "/title/ru", FieldCode::Required),
        ("audience", json!([]), "/audience", FieldCode::Required),
        ("audience", json!(["learner", "learner"]), "/audience/1", FieldCode::Duplicate),
        ("audience", json!(["king"]), "/audience/0", FieldCode::UnknownValue),
        ("regions", json!(["baku", "mars"]), "/regions/1", FieldCode::UnknownValue),
        ("further_kinds", json!(["internet_package"]), "/further_kinds", FieldCode::Duplicate),
        ("kind", json!("gift"), "/kind", FieldCode::UnknownValue),
        ("fulfilment", json!("link"), "/link", FieldCode::Required),
        ("link", json!("http://example.az"), "/link", FieldCode::InvalidFormat),
        ("link", json!("https://a@b.az"), "/link", FieldCode::InvalidFormat),
        ("link", json!("javascript:alert(1)"), "/link", FieldCode::InvalidFormat),
        ("external_id", json!("a b"), "/external_id", FieldCode::InvalidFormat),
        (
            "how_to_use",
            json!([text("1"), text("2"), text("3"), text("4"), text("5"), text("6"), text("7")]),
            "/how_to_use",
            FieldCode::OutOfRange,
        ),
        ("how_to_use", json!([text("1"), text("")]), "/how_to_use/1/az", FieldCode::Required),
        ("starts_at", json!("tomorrow"), "/starts_at", FieldCode::WrongType),
        ("colour", json!("red"), "/colour", FieldCode::UnknownField),
    ];
    for (field, value, place, code) in cases {
        let mut draft = Offer::once().json();
        draft.insert(field.to_owned(), value);
        admin.send(PATH, &draft).await.wrong_at(Code::InvalidInput, &[(place, code)]);
    }
    for field in ["kind", "area", "title", "audience", "unit", "period", "fulfilment"] {
        let mut draft = Offer::once().json();
        draft.remove(field);
        admin.send(PATH, &draft).await.wrong_at(Code::InvalidInput, &[(&format!("/{field}"), FieldCode::Required)]);
    }
    let mut draft = Offer::once().json();
    draft.insert("starts_at".to_owned(), json!("2027-01-02T00:00:00Z"));
    draft.insert("ends_at".to_owned(), json!("2027-01-01T00:00:00Z"));
    admin.send(PATH, &draft).await.wrong_at(Code::InvalidInput, &[("/ends_at", FieldCode::NotAfter)]);
}

async fn terms_belong_to_their_kind(market: Market) {
    let admin = market.admin().await;
    let money = |minor: i64| json!({"amount_minor": minor, "currency": "AZN"});
    let wrong = [
        ("internet_package", json!({"data_mb": 0}), "/terms/data_mb", FieldCode::OutOfRange),
        ("internet_package", json!({"data_mb": "10"}), "/terms/data_mb", FieldCode::WrongType),
        ("internet_package", json!({"hours": 4}), "/terms/hours", FieldCode::UnknownField),
        ("internet_package", json!({"price": money(-1)}), "/terms/price/amount_minor", FieldCode::OutOfRange),
        (
            "discounted_tariff",
            json!({"old_price": money(1000), "new_price": money(1000)}),
            "/terms/new_price",
            FieldCode::NotLess,
        ),
        (
            "long_term_credit",
            json!({"amount_min": money(200), "amount_max": money(100)}),
            "/terms/amount_min",
            FieldCode::NotLess,
        ),
        ("long_term_credit", json!({"yearly_rate_bp": 10_001}), "/terms/yearly_rate_bp", FieldCode::OutOfRange),
        ("course", json!({"starts_on": "2027-02-01", "ends_on": "2027-01-01"}), "/terms/ends_on", FieldCode::NotAfter),
        ("event", json!({"place": {"az": ""}}), "/terms/place/az", FieldCode::Required),
    ];
    for (kind, terms, place, code) in wrong {
        let mut draft = Offer::once().json();
        draft.insert("kind".to_owned(), json!(kind));
        draft.insert("terms".to_owned(), terms);
        admin.send(PATH, &draft).await.wrong_at(Code::InvalidInput, &[(place, code)]);
    }
    for kind in shared::offer::Kind::ALL {
        let mut draft = Offer::once().json();
        draft.insert("kind".to_owned(), json!(kind));
        draft.insert("terms".to_owned(), json!({}));
        let offer: PartnerOffer = admin.send(PATH, &draft).await.created();
        assert!(offer.offer.terms.is_empty(), "figures that are not published yet stay open: {kind:?}");
    }
}

async fn an_external_id_is_unique_for_a_partner(market: Market) {
    let admin = market.admin().await;
    let draft = Offer::once().with(|o| o.external_id = Some(unique("same")));
    admin.send(PATH, &draft.0).await.status(201);
    admin.send(PATH, &draft.0).await.refused(Code::AlreadyExists);
    admin.send("/partners/bakcell/offers", &draft.0).await.status(201);
}
