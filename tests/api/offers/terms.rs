//! The terms of each kind: which ones they are stands in them, and what was read can be written back.

use reqwest::Method;
use serde_json::{Map, Value, json};
use shared::{
    Code, FieldCode,
    import::RowCode,
    offer::{Kind, OfferList, PartnerOffer},
};
use tests::{Market, Offer, Partner, offer::edit, on_both, people::unique};

use crate::imports::{self, counts};

on_both!(
    terms_always_name_their_kind,
    terms_of_another_kind_are_refused,
    what_is_read_is_written_back_without_a_new_version,
    terms_follow_when_the_kind_changes,
    rows_may_name_the_kind_of_their_terms,
);

/// Terms of a kind in which every figure is said, as other programs write them.
fn all_terms(kind: Kind) -> Value {
    let money = |minor: i64| json!({"amount_minor": minor, "currency": "AZN"});
    let text = json!({"az": "Noutbuk", "en": "Laptop", "ru": "Ноутбук"});
    match kind {
        Kind::InternetPackage => json!({"data_mb": 10_000, "speed_mbps": 50, "months": 12, "price": money(0)}),
        Kind::DiscountedTariff => {
            json!({"old_price": money(2000), "new_price": money(1250), "data_mb": 5000, "speed_mbps": 10, "months": 6})
        }
        Kind::DeviceGrant => json!({"device": text, "purpose": {"az": "Sinif üçün", "en": null}, "price": money(0)}),
        Kind::DiscountedDevice => {
            json!({"device": text, "old_price": money(90_000), "new_price": money(70_000), "guarantee_months": 24})
        }
        Kind::LongTermCredit => {
            json!({"amount_min": money(50_000), "amount_max": money(500_000), "months": 36, "yearly_rate_bp": 1250})
        }
        Kind::Course => {
            json!({"hours": 40, "starts_on": "2027-02-01", "ends_on": "2027-05-31", "place": text, "price": money(0)})
        }
        Kind::Event => json!({"begins_at": "2027-03-01T18:00:00+04:00", "place": text, "price": null}),
    }
}

/// An offer of a kind as its partner's program sends it.
fn offer_of(kind: Kind) -> Map<String, Value> {
    let mut document = Offer::once().with(|offer| offer.external_id = Some(unique("kind"))).json();
    document.insert("kind".to_owned(), json!(kind));
    document.insert("terms".to_owned(), all_terms(kind));
    document
}

fn path(partner: &Partner, offer: &PartnerOffer) -> String {
    partner.path(&format!("/offers/{}", offer.id))
}

async fn terms_always_name_their_kind(market: Market) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    for kind in Kind::ALL {
        let made = partner.program.send(&partner.path("/offers"), &offer_of(*kind)).await.status(201);
        let (made_json, made): (Value, PartnerOffer) = (made.json(), made.json());
        let read = partner.program.get(&path(&partner, &made)).await.value();
        for answer in [&made_json, &read] {
            assert_eq!(answer["offer"]["terms"]["kind"], kind.as_str());
        }
        for action in ["submit", "approve"] {
            tests::offer::act(&admin, &made, action).await.status(200);
        }
        let seen = market.anon().get(&format!("/offers/{}", made.id)).await.value();
        assert_eq!(seen["terms"]["kind"], kind.as_str());
        let list = market.anon().get(&format!("/offers?partner={}&limit=100", partner.slug)).await;
        let card: Value = list.json();
        let found: OfferList = list.ok();
        let at = found.items.iter().position(|card| card.id == made.id).expect("it is listed");
        assert_eq!(card["items"][at]["terms"]["kind"], kind.as_str());
    }
}

async fn terms_of_another_kind_are_refused(market: Market) {
    let partner = market.partner().await;
    for (named, code) in [
        (json!("course"), FieldCode::NotAllowed),
        (json!("gift"), FieldCode::UnknownValue),
        (json!(7), FieldCode::WrongType),
    ] {
        let mut document = offer_of(Kind::InternetPackage);
        document["terms"]["kind"] = named.clone();
        let answer = partner.program.send(&partner.path("/offers"), &document).await;
        answer.wrong_at(Code::InvalidInput, &[("/terms/kind", code)]);
        let import = imports::done(&partner, "", &[Value::Object(document)]).await;
        let problem = imports::errors(&partner, &import).await.remove(0);
        assert_eq!((problem.pointer.as_str(), problem.code), ("/terms/kind", RowCode::from(code)), "{named}");
    }
    for unknown in ["colour", "kinds", "months "] {
        let mut document = offer_of(Kind::LongTermCredit);
        document["terms"]["kind"] = json!("long_term_credit");
        document["terms"][unknown] = json!(1);
        let answer = partner.program.send(&partner.path("/offers"), &document).await;
        answer.wrong_at(Code::InvalidInput, &[(&format!("/terms/{unknown}"), FieldCode::UnknownField)]);
    }
}

async fn what_is_read_is_written_back_without_a_new_version(market: Market) {
    let partner = market.partner().await;
    for kind in Kind::ALL {
        let made: PartnerOffer = partner.program.send(&partner.path("/offers"), &offer_of(*kind)).await.created();
        let said: Vec<_> = all_terms(*kind).as_object().expect("terms").clone().into_iter().collect();
        let published = said.iter().filter(|(_, figure)| !figure.is_null()).count();
        assert_eq!(made.offer.terms.len(), published, "{kind:?}: {:?}", made.offer.terms);
        // As it was sent at first, and as it was read: two ways to write the same.
        let (name, read) = (made.offer.external_id.clone().expect("a name"), json!(made.offer));
        let mut first = offer_of(*kind);
        first.insert("external_id".to_owned(), json!(name));
        first.insert("title".to_owned(), read["title"].clone());
        for document in [&Value::Object(first), &read] {
            let put = partner.path(&format!("/offers/by-external-id/{name}"));
            let same: PartnerOffer = partner.program.ask(&Method::PUT, &put).json(document).await.ok();
            assert_eq!((same.version, &same.offer), (made.version, &made.offer), "{kind:?}");
            let same: PartnerOffer = edit(&partner.program, &made, document).await.ok();
            assert_eq!((same.version, &same.offer), (made.version, &made.offer), "{kind:?}");
            let import = imports::done(&partner, "?submit=false", std::slice::from_ref(document)).await;
            assert_eq!(import.counts, counts(0, 0, 1, 0), "{kind:?}");
        }
        let now: PartnerOffer = partner.program.get(&path(&partner, &made)).await.ok();
        assert_eq!(now, made, "{kind:?}");
    }
}

async fn terms_follow_when_the_kind_changes(market: Market) {
    let partner = market.partner().await;
    let made: PartnerOffer =
        partner.program.send(&partner.path("/offers"), &offer_of(Kind::InternetPackage)).await.created();
    let all_gone = json!({"data_mb": null, "speed_mbps": null, "months": null, "price": null, "hours": 4});
    let course: PartnerOffer = edit(&partner.program, &made, &json!({"kind": "course", "terms": all_gone})).await.ok();
    assert_eq!((course.offer.kind, Value::Object(course.offer.terms.clone())), (Kind::Course, json!({"hours": 4})));
    let answer = edit(&partner.program, &course, &json!({"terms": {"kind": "event"}})).await;
    answer.wrong_at(Code::InvalidInput, &[("/terms/kind", FieldCode::NotAllowed)]);
    let history = partner.program.get(&format!("{}/versions", path(&partner, &made))).await.value();
    let mut changed: Vec<_> = history["items"][0]["changed"]
        .as_array()
        .expect("places")
        .iter()
        .map(|p| p.as_str().unwrap_or_default())
        .collect();
    changed.sort_unstable();
    assert!(changed.contains(&"/kind") && !changed.contains(&"/terms/kind"), "the kind is said once: {changed:?}");
}

async fn rows_may_name_the_kind_of_their_terms(market: Market) {
    let partner = market.partner().await;
    let mut document = offer_of(Kind::Course);
    document["terms"]["kind"] = json!("course");
    // Read slowly, since a number in it is a text.
    document["terms"]["hours"] = json!("40");
    let import = imports::done(&partner, "", &[Value::Object(document.clone())]).await;
    assert_eq!(import.counts, counts(1, 0, 0, 0), "{:?}", imports::errors(&partner, &import).await);
    let name = document["external_id"].clone();
    for patch in [
        json!({"external_id": name, "terms": {"kind": "course", "hours": 8}}),
        json!({"external_id": name, "terms": {"hours": null, "starts_on": null, "ends_on": null, "place": null, "price": null}}),
        json!({"external_id": name, "kind": "event"}),
    ] {
        let import = imports::done(&partner, "?mode=patch", std::slice::from_ref(&patch)).await;
        assert_eq!(import.counts, counts(0, 1, 0, 0), "{patch}: {:?}", imports::errors(&partner, &import).await);
    }
}
