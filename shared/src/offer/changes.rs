//! What differs between two versions of an offer: place by place, as the review and the history show it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{draft::OfferDraft, terms::KIND};

/// One place that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// Where: a JSON pointer into the draft (RFC 6901). Lists are compared as a whole.
    #[cfg_attr(feature = "openapi", schema(example = "/terms/data_mb"))]
    pub pointer: String,
    /// What stood there; null for nothing.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Value>))]
    pub before: Value,
    /// What stands there; null for nothing.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Value>))]
    pub after: Value,
}

/// The places where two drafts differ, in the order of the draft's fields.
pub fn changes(before: &OfferDraft, after: &OfferDraft) -> Vec<Change> {
    let mut found = Vec::new();
    // That the terms are of another kind, the offer's own kind says.
    let [before, after] = [before, after].map(|draft| {
        let mut json = serde_json::to_value(draft).unwrap_or_default();
        json["terms"].as_object_mut().and_then(|terms| terms.remove(KIND));
        json
    });
    compare(&mut String::new(), &before, &after, &mut found);
    found
}

fn compare(pointer: &mut String, before: &Value, after: &Value, found: &mut Vec<Change>) {
    let nothing = Map::new();
    let (old, new) = match (before, after) {
        _ if before == after => return,
        (Value::Object(old), Value::Object(new)) => (old, new),
        (Value::Null, Value::Object(new)) => (&nothing, new),
        (Value::Object(old), Value::Null) => (old, &nothing),
        _ => {
            found.push(Change { pointer: pointer.clone(), before: before.clone(), after: after.clone() });
            return;
        }
    };
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    for name in new.keys().chain(gone) {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        let of = |map: &Map<String, Value>| map.get(name).cloned().unwrap_or_default();
        compare(pointer, &of(old), &of(new), found);
        pointer.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn draft(change: &Value) -> OfferDraft {
        let mut draft = json!({
            "kind": "internet_package", "area": "connectivity", "title": {"az": "Paket", "en": "Package"},
            "audience": ["educator"], "terms": {"data_mb": 10, "price": {"amount_minor": 5, "currency": "AZN"}},
            "quota": 5, "unit": "package", "period": "once", "fulfilment": "generated_code",
        });
        for (name, value) in change.as_object().unwrap() {
            draft[name] = value.clone();
        }
        serde_json::from_value(draft).unwrap()
    }

    #[test]
    fn each_place_is_named_with_both_values() {
        let before = draft(&json!({}));
        let after = draft(&json!({
            "title": {"az": "Paket", "ru": "Пакет"}, "terms": {"price": {"amount_minor": 7, "currency": "AZN"}},
            "audience": ["educator", "learner"], "quota": null, "summary": {"az": "Qısaca"},
        }));
        let found: Vec<_> = changes(&before, &after).into_iter().map(|c| (c.pointer, c.before, c.after)).collect();
        let mut expected = vec![
            ("/title/ru".to_owned(), Value::Null, json!("Пакет")),
            ("/title/en".to_owned(), json!("Package"), Value::Null),
            ("/summary/az".to_owned(), Value::Null, json!("Qısaca")),
            ("/audience".to_owned(), json!(["educator"]), json!(["educator", "learner"])),
            ("/terms/price/amount_minor".to_owned(), json!(5), json!(7)),
            ("/terms/data_mb".to_owned(), json!(10), Value::Null),
            ("/quota".to_owned(), json!(5), Value::Null),
        ];
        let sorted = |mut list: Vec<(String, Value, Value)>| {
            list.sort_by(|a, b| a.0.cmp(&b.0));
            list
        };
        expected = sorted(expected);
        assert_eq!(sorted(found), expected);
        assert_eq!(changes(&before, &before), []);
    }
}
