//! What is typed: one text for each place of the draft. From a draft to texts and back, without the browser.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use shared::{
    FieldCode, Lang, Validate,
    offer::{Kind, OfferDraft},
    validate::Violation,
};

use super::{
    spec::{Holds, STEPS, Spec, places},
    value::{parse, show},
};

/// The texts, by JSON pointer. What is empty is not there.
pub type Texts = BTreeMap<String, String>;

/// The texts of a draft.
pub fn read(draft: &OfferDraft) -> Texts {
    let json = serde_json::to_value(draft).unwrap_or_default();
    let mut texts = Texts::new();
    for spec in places(draft.kind) {
        for pointer in pointers(&spec) {
            let text = json.pointer(&pointer).map(|value| show(spec.holds, value)).unwrap_or_default();
            if !text.is_empty() {
                texts.insert(pointer, text);
            }
        }
    }
    texts
}

/// The pointers of a place: one, or one for each language.
pub fn pointers(spec: &Spec) -> Vec<String> {
    if spec.holds.is_local() {
        Lang::ALL.iter().map(|lang| format!("{}/{}", spec.pointer, lang.tag())).collect()
    } else {
        vec![spec.pointer.clone().into_owned()]
    }
}

/// The kind that is chosen.
pub fn kind_of(texts: &Texts) -> Kind {
    texts.get("/kind").and_then(|name| Kind::from_name(name)).unwrap_or(Kind::InternetPackage)
}

/// Closes gaps between steps, so that the places of what is sent are those of the form.
pub fn close_gaps(texts: &mut Texts) {
    let taken = |texts: &Texts, at: usize| {
        Lang::ALL.iter().any(|l| texts.get(&step(at, *l)).is_some_and(|text| !text.trim().is_empty()))
    };
    let mut free = 0;
    for at in 0..STEPS {
        if taken(texts, at) {
            if free < at {
                for lang in Lang::ALL {
                    texts.remove(&step(free, lang));
                    if let Some(text) = texts.remove(&step(at, lang)) {
                        texts.insert(step(free, lang), text);
                    }
                }
            }
            free += 1;
        }
    }
}

fn step(at: usize, lang: Lang) -> String {
    format!("/how_to_use/{at}/{}", lang.tag())
}

/// The draft that the texts make, or all that is wrong with them.
pub fn build(texts: &Texts) -> Result<OfferDraft, Vec<Violation>> {
    let mut wrong = Vec::new();
    let (mut root, mut terms, mut steps) = (Map::new(), Map::new(), Vec::new());
    for spec in places(kind_of(texts)) {
        let value = match value_of(&spec, texts) {
            Ok(Value::Null) => {
                if matches!(spec.holds, Holds::One(_)) {
                    wrong.push(Violation::new(&*spec.pointer, FieldCode::Required));
                }
                continue;
            }
            Ok(value) => value,
            Err(code) => {
                wrong.push(Violation::new(&*spec.pointer, code));
                continue;
            }
        };
        match spec.pointer.strip_prefix("/terms/") {
            Some(name) => _ = terms.insert(name.to_owned(), value),
            None if spec.pointer.starts_with("/how_to_use/") => steps.push(value),
            None => _ = root.insert(spec.pointer[1..].to_owned(), value),
        }
    }
    root.insert("terms".to_owned(), Value::Object(terms));
    root.insert("how_to_use".to_owned(), Value::Array(steps));
    for (name, empty) in [("title", serde_json::json!({"az": ""})), ("audience", Value::Array(Vec::new()))] {
        root.entry(name).or_insert(empty);
    }
    match serde_json::from_value::<OfferDraft>(Value::Object(root)) {
        Ok(draft) => {
            for found in draft.violations().into_vec() {
                if !wrong.iter().any(|w| within(&found.pointer, &w.pointer)) {
                    wrong.push(found);
                }
            }
            if wrong.is_empty() { Ok(draft) } else { Err(wrong) }
        }
        Err(_) if wrong.is_empty() => Err(vec![Violation::new("", FieldCode::InvalidFormat)]),
        Err(_) => Err(wrong),
    }
}

/// Whether `pointer` is `place` or lies below it.
pub fn within(pointer: &str, place: &str) -> bool {
    pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn value_of(spec: &Spec, texts: &Texts) -> Result<Value, FieldCode> {
    let text = |pointer: &str| texts.get(pointer).map(|text| text.trim()).unwrap_or_default();
    if spec.holds.is_local() {
        let mut local = Map::new();
        for lang in Lang::ALL {
            let text = text(&format!("{}/{}", spec.pointer, lang.tag()));
            if !text.is_empty() {
                local.insert(lang.tag().to_owned(), text.into());
            }
        }
        if local.is_empty() {
            return Ok(Value::Null);
        }
        local.entry("az").or_insert_with(|| "".into());
        return Ok(Value::Object(local));
    }
    parse(spec.holds, text(&spec.pointer))
}

/// What the form makes of `before`, as JSON: the places that it asks for are as they were written, and what it does not know
/// stays as it was. The terms of another kind go with their kind.
pub fn written_over(places: &[Spec], before: &OfferDraft, written: &OfferDraft) -> Value {
    let [mut after, mut new] = [before, written].map(|draft| serde_json::to_value(draft).unwrap_or_default());
    let (mut terms, mut new_terms) = (after["terms"].take(), new["terms"].take());
    if before.kind == written.kind {
        overwrite(places, "/terms", &mut terms, &mut new_terms);
    } else {
        terms = new_terms;
    }
    overwrite(places, "", &mut after, &mut new);
    after["terms"] = terms;
    after
}

/// Replaces what the form asks for in the object at a place.
fn overwrite(places: &[Spec], at: &str, old: &mut Value, new: &mut Value) {
    let (Some(old), Some(new)) = (old.as_object_mut(), new.as_object_mut()) else { return };
    let is_asked = |name: &str| {
        let place = format!("{at}/{name}");
        places.iter().any(|spec| within(&spec.pointer, &place))
    };
    old.retain(|name, _| !is_asked(name));
    new.retain(|name, _| is_asked(name));
    old.append(new);
}

/// The merge patch (RFC 7396) that turns `before` into `after`.
pub fn merge_patch(before: &Value, after: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (before, after) else { return after.clone() };
    let mut patch = Map::new();
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    for (name, value) in new {
        match old.get(name) {
            Some(same) if same == value => {}
            Some(other) => _ = patch.insert(name.clone(), merge_patch(other, value)),
            None => _ = patch.insert(name.clone(), value.clone()),
        }
    }
    Value::Object(patch)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn draft() -> OfferDraft {
        serde_json::from_value(json!({
            "kind": "internet_package", "area": "connectivity",
            "title": {"az": "Paket", "ru": "Пакет"},
            "how_to_use": [{"az": "Birinci"}, {"az": "İkinci", "en": "Second"}],
            "audience": ["educator", "learner"],
            "terms": {"data_mb": 1500, "price": {"amount_minor": 1205, "currency": "AZN"}, "months": 12},
            "quota": 30000, "unit": "package", "period": "monthly", "fulfilment": "generated_code",
            "starts_at": "2026-11-30T20:00:00Z",
        }))
        .unwrap()
    }

    #[test]
    fn a_draft_comes_back_as_it_was() {
        let texts = read(&draft());
        assert_eq!(texts["/terms/price"], "12,05");
        assert_eq!(texts["/terms/data_mb"], "1,5");
        assert_eq!(texts["/starts_at"], "2026-12-01T00:00");
        assert_eq!(texts["/audience"], "educator,learner");
        assert_eq!(build(&texts), Ok(draft()));
    }

    #[test]
    fn what_is_wrong_is_named_at_its_place() {
        let mut texts = read(&draft());
        texts.insert("/terms/price".into(), "12,345".into());
        texts.insert("/title/az".into(), " ".into());
        texts.insert("/quota".into(), "0".into());
        texts.remove("/unit");
        let places: Vec<_> = build(&texts).unwrap_err().into_iter().map(|v| (v.pointer, v.code)).collect();
        assert_eq!(
            places,
            [("/terms/price".into(), FieldCode::InvalidFormat), ("/unit".into(), FieldCode::Required)],
            "without a unit it is no draft yet"
        );
        texts.insert("/unit".into(), "package".into());
        let places: Vec<_> = build(&texts).unwrap_err().into_iter().map(|v| v.pointer).collect();
        assert_eq!(places, ["/terms/price", "/title/az", "/quota"]);
    }

    /// A draft in which everything is said.
    fn full() -> OfferDraft {
        let mut full = serde_json::to_value(draft()).unwrap();
        for (name, value) in [
            ("external_id", json!("a-1")),
            ("further_kinds", json!(["course"])),
            ("summary", json!({"az": "Qısa"})),
            ("description", json!({"az": "Uzun"})),
            ("regions", json!(["baku"])),
            ("max_quantity", json!(3)),
            ("link", json!("https://example.az/a")),
            ("ends_at", json!("2027-11-30T20:00:00Z")),
            ("claim_days", json!(60)),
        ] {
            full[name] = value;
        }
        full["terms"]["speed_mbps"] = json!(50);
        serde_json::from_value(full).unwrap()
    }

    #[test]
    fn every_field_of_a_draft_has_its_place() {
        let (before, mut texts) = (full(), read(&full()));
        assert_eq!(build(&texts), Ok(before.clone()));
        texts.remove("/summary/az");
        texts.remove("/terms/speed_mbps");
        let after = written_over(&places(before.kind), &before, &build(&texts).unwrap());
        let patch = merge_patch(&serde_json::to_value(&before).unwrap(), &after);
        assert_eq!(patch, json!({"summary": null, "terms": {"speed_mbps": null}}), "what is emptied goes");
    }

    #[test]
    fn what_the_form_does_not_know_stays() {
        let before = full();
        let json = serde_json::to_value(&before).unwrap();
        let names = json.as_object().unwrap().keys().map(|name| format!("/{name}"));
        let terms = json["terms"].as_object().unwrap().keys().map(|name| format!("/terms/{name}"));
        for unknown in names.chain(terms).filter(|name| !matches!(name.as_str(), "/terms" | "/terms/kind" | "/kind")) {
            let known: Vec<Spec> =
                places(before.kind).into_iter().filter(|spec| !within(&spec.pointer, &unknown)).collect();
            let mut written = full();
            written.quota = Some(7);
            // A form that does not ask for it makes a draft without it.
            let mut less = serde_json::to_value(&written).unwrap();
            let parent = less.pointer_mut(unknown.rsplit_once('/').unwrap().0).unwrap().as_object_mut().unwrap();
            parent.remove(unknown.rsplit('/').next().unwrap());
            let Ok(less) = serde_json::from_value::<OfferDraft>(less) else { continue };
            let patch = merge_patch(&json, &written_over(&known, &before, &less));
            assert_eq!(patch.pointer(&unknown), None, "{unknown}: {patch}");
            assert_eq!(patch, if unknown == "/quota" { json!({}) } else { json!({"quota": 7}) }, "{unknown}");
        }
    }

    #[test]
    fn terms_go_with_their_kind() {
        let (before, mut written) = (full(), full());
        written.kind = Kind::Course;
        written.terms = Map::from_iter([("hours".to_owned(), json!(4))]);
        let after = written_over(&places(Kind::Course), &before, &written);
        assert_eq!(after["terms"], json!({"kind": "course", "hours": 4}));
    }

    #[test]
    fn gaps_between_steps_close() {
        let mut texts = read(&draft());
        texts.remove("/how_to_use/0/az");
        close_gaps(&mut texts);
        assert_eq!(texts.get("/how_to_use/0/az").map(String::as_str), Some("İkinci"));
        assert_eq!(texts.get("/how_to_use/0/en").map(String::as_str), Some("Second"));
        assert!(!texts.contains_key("/how_to_use/1/az"));
    }

    #[test]
    fn a_patch_has_what_changed_alone() {
        let before = json!({"a": 1, "t": {"x": 1, "y": 2}, "s": {"az": "A", "en": "B"}, "l": [1]});
        let after = json!({"a": 1, "t": {"x": 1, "z": 3}, "s": {"az": "A"}, "l": [1, 2], "n": null});
        let patch = merge_patch(&before, &after);
        assert_eq!(patch, json!({"t": {"y": null, "z": 3}, "s": {"en": null}, "l": [1, 2], "n": null}));
    }
}
