//! Makes the client. progenitor reads OpenAPI 3.0, ours is 3.1: the few words of JSON Schema that differ are translated
//! first, and of the operations those are kept that the client calls (progenitor knows one media type for each body).

use std::{collections::BTreeMap, error::Error, fs, path::PathBuf};

use serde_json::{Map, Value, json};

/// The operations that the client calls.
const CALLED: [(&str, &str); 2] = [
    ("/api/v1/partners/{slug}/offers", "get"),
    ("/api/v1/partners/{slug}/offers/by-external-id/{external_id}", "put"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let document = std::env::var("OPENAPI").map(PathBuf::from).unwrap_or("../../../openapi/openapi.json".into());
    println!("cargo::rerun-if-env-changed=OPENAPI");
    println!("cargo::rerun-if-changed={}", document.display());
    let mut document: Value = serde_json::from_slice(&fs::read(document)?)?;
    document["openapi"] = json!("3.0.3");
    document["paths"] = called(&document["paths"]);
    // A license has no identifier in 3.0.
    document["info"]["license"] = json!({"name": document["info"]["license"]["name"]});
    translate(&mut document["paths"]);
    translate(&mut document["components"]["schemas"]);
    let document: openapiv3::OpenAPI = serde_json::from_value(document)?;
    let tokens = progenitor::Generator::new(progenitor::GenerationSettings::new().with_interface(progenitor::InterfaceStyle::Builder)).generate_tokens(&document)?;
    let to = PathBuf::from(std::env::var("OUT_DIR")?).join("virtual_market.rs");
    fs::write(to, tokens.to_string())?;
    Ok(())
}

/// The operations that are called, with what they answer when all goes well; any other answer is a problem document.
fn called(paths: &Value) -> Value {
    let mut kept = BTreeMap::<&str, Map<String, Value>>::new();
    for (path, method) in CALLED {
        let mut operation = paths[path][method].clone();
        if let Some(responses) = operation["responses"].as_object_mut() {
            responses.retain(|status, _| status.starts_with('2'));
        }
        kept.entry(path).or_default().insert(method.to_owned(), operation);
    }
    json!(kept)
}

/// Writes schemas of 3.1 as 3.0 has them: `null` is no type there, but `nullable` a property of one.
fn translate(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(translate),
        Value::Object(schema) => {
            schema.values_mut().for_each(translate);
            if let Some(Value::Array(types)) = schema.get("type").cloned() {
                let types: Vec<_> = types.into_iter().filter(|name| name != "null").collect();
                let [one] = &types[..] else { return };
                schema.extend([("type".to_owned(), one.clone()), ("nullable".to_owned(), json!(true))]);
            }
            if let Some(Value::Array(several)) = schema.get("oneOf").cloned() {
                let others: Vec<_> = several.into_iter().filter(|one| one["type"] != "null").collect();
                if let [one] = &others[..] {
                    schema.remove("oneOf");
                    let reference = json!({"$ref": one["$ref"]});
                    schema.extend([("allOf".to_owned(), json!([reference])), ("nullable".to_owned(), json!(true))]);
                }
            }
        }
        _ => {}
    }
}
