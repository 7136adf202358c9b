//! Reading terms: with their kind or without, and place by place where something is wrong.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Kind, Terms};
use crate::{problem::FieldCode, validate::Violations};

/// Where terms say which they are.
pub const KIND: &str = "kind";

/// The terms of a request, in the form in which they are kept: without their kind, and without what is null. What is wrong
/// stays as it is, so that it can be named.
pub fn settled(kind: Kind, mut json: Map<String, Value>) -> Map<String, Value> {
    // Numbers and money look the same however they are written: most terms have nothing else.
    let is_plain = |value: &Value| match value {
        Value::Number(_) => true,
        Value::Object(parts) => parts.contains_key("amount_minor") && parts.values().all(|part| !part.is_null()),
        _ => false,
    };
    if json.get(KIND).is_some_and(|named| named == kind.as_str() || named.is_null()) {
        json.remove(KIND);
    }
    if json.values().all(is_plain) {
        return json;
    }
    Terms::read(kind, &json, &mut Violations::default()).map_or(json, |terms| terms.figures())
}

/// Reads field by field, so that each wrong one is named with its own place.
pub(super) fn read_fields<T: for<'de> Deserialize<'de> + Default + Serialize>(
    kind: Kind,
    json: &Map<String, Value>,
    violations: &mut Violations,
) -> Option<T> {
    if let Some(named) = json.get(KIND) {
        return check_kind(kind, named, violations).then(|| {
            let figures =
                json.iter().filter(|(name, _)| *name != KIND).map(|(name, value)| (name.clone(), value.clone()));
            read_fields(kind, &figures.collect(), violations)
        })?;
    }
    if let Ok(all) = serde_json::from_value(Value::Object(json.clone())) {
        return Some(all);
    }
    for (name, value) in json {
        let alone = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
        if let Err(error) = serde_json::from_value::<T>(alone) {
            let unknown = error.to_string().starts_with("unknown field") && !value.is_object();
            let known =
                serde_json::from_value::<T>(Value::Object(Map::from_iter([(name.clone(), Value::Null)]))).is_ok();
            let code = if unknown || !known { FieldCode::UnknownField } else { FieldCode::WrongType };
            violations.add(&format!("/terms/{}", escape(name)), code);
        }
    }
    None
}

/// Whether the kind that terms name is their offer's; notes it where it is not.
fn check_kind(kind: Kind, named: &Value, violations: &mut Violations) -> bool {
    let wrong = match named {
        Value::Null => None,
        Value::String(name) => match Kind::from_name(name) {
            Some(named) => (named != kind).then_some(FieldCode::NotAllowed),
            None => Some(FieldCode::UnknownValue),
        },
        _ => Some(FieldCode::WrongType),
    };
    if let Some(code) = wrong {
        violations.add("/terms/kind", code);
    }
    wrong.is_none()
}

/// A name as a token of a JSON pointer (RFC 6901 §3).
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::validate::Validate;

    fn places(kind: Kind, json: &Value) -> Vec<(String, FieldCode)> {
        let mut violations = Violations::default();
        if let Some(terms) = Terms::read(kind, json.as_object().unwrap(), &mut violations) {
            terms.check(&mut violations);
        }
        violations.into_vec().into_iter().map(|v| (v.pointer, v.code)).collect()
    }

    #[test]
    fn each_wrong_place_is_named() {
        let json = json!({"data_mb": "many", "price": {"amount_minor": 1, "currency": "USD"}, "colour": 1});
        assert_eq!(
            places(Kind::InternetPackage, &json),
            [
                ("/terms/colour".into(), FieldCode::UnknownField),
                ("/terms/data_mb".into(), FieldCode::WrongType),
                ("/terms/price".into(), FieldCode::WrongType),
            ]
        );
        let json = json!({"old_price": {"amount_minor": 10, "currency": "AZN"}, "new_price": {"amount_minor": 10, "currency": "AZN"}});
        assert_eq!(places(Kind::DiscountedTariff, &json), [("/terms/new_price".into(), FieldCode::NotLess)]);
    }

    #[test]
    fn terms_are_those_of_the_kind_that_they_name() {
        for (named, wrong) in [
            (json!("course"), vec![]),
            (json!(null), vec![]),
            (json!("event"), vec![("/terms/kind".to_owned(), FieldCode::NotAllowed)]),
            (json!("gift"), vec![("/terms/kind".to_owned(), FieldCode::UnknownValue)]),
            (json!(1), vec![("/terms/kind".to_owned(), FieldCode::WrongType)]),
        ] {
            assert_eq!(places(Kind::Course, &json!({"kind": named, "hours": 4})), wrong, "{named}");
        }
        assert_eq!(
            places(Kind::Course, &json!({"kind": "course", "hour": 4})),
            [("/terms/hour".to_owned(), FieldCode::UnknownField)]
        );
    }

    #[test]
    fn terms_settle_into_one_form() {
        let settle = |kind, json: Value| Value::Object(settled(kind, json.as_object().unwrap().clone()));
        let event = json!({"kind": "event", "begins_at": "2027-01-01T04:00:00+04:00", "place": {"az": "Ba\u{ad}kı", "en": null}});
        assert_eq!(settle(Kind::Event, event), json!({"begins_at": "2027-01-01T00:00:00Z", "place": {"az": "Bakı"}}));
        assert_eq!(settle(Kind::Course, json!({"hours": 4, "price": null})), json!({"hours": 4}));
        let wrong = json!({"kind": "event", "hours": 4});
        assert_eq!(settle(Kind::Course, wrong.clone()), wrong);
    }
}
