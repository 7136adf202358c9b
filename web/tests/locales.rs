//! Every text stands in every language: a text that one of them lacks would be shown in Azerbaijani, and the macro that
//! reads the files only warns of it.

#![allow(clippy::expect_used)] // A file that cannot be read fails the test.

use std::collections::BTreeMap;

use serde_json::Value;

/// The files of `locales/`.
const FILES: [(&str, &str); 3] = [
    ("az", include_str!("../locales/az.json")),
    ("en", include_str!("../locales/en.json")),
    ("ru", include_str!("../locales/ru.json")),
];

/// Adds the texts of an object by their whole names: `offers.title`.
fn collect(object: &Value, path: &str, texts: &mut BTreeMap<String, String>) {
    for (name, value) in object.as_object().expect("an object") {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match value {
            Value::String(text) => {
                texts.insert(path, text.clone());
            }
            _ => collect(value, &path, texts),
        }
    }
}

fn texts(file: &str) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    collect(&serde_json::from_str(file).expect("JSON"), "", &mut texts);
    texts
}

/// Returns what is wrong with a language beside the first one.
fn differences(first: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    let missing = first.keys().filter(|name| !other.contains_key(*name)).map(|name| format!("{name} is missing"));
    let unknown = other.keys().filter(|name| !first.contains_key(*name)).map(|name| format!("{name} is unknown"));
    let empty = other.iter().filter(|(_, text)| text.trim().is_empty()).map(|(name, _)| format!("{name} is empty"));
    missing.chain(unknown).chain(empty).collect()
}

#[test]
fn every_text_stands_in_every_language() {
    let first = texts(FILES[0].1);
    assert!(first.len() > 500, "{} texts", first.len());
    for (lang, file) in FILES {
        let found = differences(&first, &texts(file));
        assert!(found.is_empty(), "{lang}: {found:#?}");
    }
}

#[test]
fn what_is_missing_unknown_or_empty_is_found() {
    let first = texts(r#"{"a": {"b": "x", "c": "y"}, "d": "z"}"#);
    let other = texts(r#"{"a": {"b": "x"}, "d": " ", "e": "w"}"#);
    assert_eq!(differences(&first, &other), ["a.c is missing", "e is unknown", "d is empty"]);
}
