//! How the document describes a change of an offer: a draft of which everything may be left out (RFC 7396).

use std::borrow::Cow;

use serde_json::{Value, json};
use shared::{LocalText, offer::OfferDraft};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// Any fields of a draft; texts are merged language by language, a list is replaced.
#[derive(Clone, Copy, Debug)]
pub struct OfferPatch;

/// Some languages of a text.
#[derive(Clone, Copy, Debug)]
pub struct TextPatch;

impl PartialSchema for OfferPatch {
    fn schema() -> RefOr<Schema> {
        let text = format!("#/components/schemas/{}", LocalText::name());
        let patch = format!("#/components/schemas/{}", TextPatch::name());
        let example = json!({"quota": 500, "title": {"en": "Internet for teachers"}});
        loosened(OfferDraft::schema(), "Any fields of an offer's draft.", example, |field| {
            // A list of texts is replaced as a whole: each of them is complete.
            if field["type"] != "array" {
                replace(field, &text, &patch);
            }
        })
    }
}

impl ToSchema for OfferPatch {
    fn name() -> Cow<'static, str> {
        "OfferPatch".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        OfferDraft::schemas(schemas);
        schemas.push((TextPatch::name().into_owned(), TextPatch::schema()));
    }
}

impl PartialSchema for TextPatch {
    fn schema() -> RefOr<Schema> {
        loosened(LocalText::schema(), "Some languages of a text; null removes one.", json!({"ru": "Интернет"}), |_| {})
    }
}

impl ToSchema for TextPatch {
    fn name() -> Cow<'static, str> {
        "TextPatch".into()
    }
}

/// A schema of which nothing is required.
fn loosened(
    schema: RefOr<Schema>,
    description: &str,
    example: Value,
    mut each: impl FnMut(&mut Value),
) -> RefOr<Schema> {
    let mut value = serde_json::to_value(&schema).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("required");
        object.insert("description".to_owned(), description.into());
        object.insert("example".to_owned(), example);
    }
    if let Some(fields) = value["properties"].as_object_mut() {
        for field in fields.values_mut() {
            each(field);
            // What is not said stays as it is.
            if let Some(field) = field.as_object_mut() {
                field.remove("default");
            }
        }
    }
    serde_json::from_value(value).unwrap_or(schema)
}

/// Replaces a reference by another.
fn replace(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, from, to)),
        Value::Object(fields) => fields.values_mut().for_each(|value| replace(value, from, to)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_may_be_left_out_and_nothing_else_said() {
        let patch = serde_json::to_value(OfferPatch::schema()).unwrap();
        assert_eq!((&patch["required"], &patch["additionalProperties"]), (&Value::Null, &Value::Bool(false)));
        assert_eq!(patch["properties"]["title"]["$ref"], "#/components/schemas/TextPatch");
        assert_eq!(patch["properties"]["how_to_use"]["items"]["$ref"], "#/components/schemas/LocalText");
        let draft = serde_json::to_value(OfferDraft::schema()).unwrap();
        assert_eq!(patch["properties"].as_object().unwrap().len(), draft["properties"].as_object().unwrap().len());
    }
}
