//! JSON in the database. Rows as one JSON parameter: how a statement takes any number of rows in both databases, with one
//! prepared text. Documents in rows: how they are read whoever wrote them.

use sea_orm::Value;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Document;
use serde_path_to_error::{Path, Segment};
use uuid::Uuid;

/// The parameter. Ids in it are 32 hexadecimal digits, which both databases read.
pub fn rows<T: Serialize>(rows: &[T]) -> Value {
    Value::from(serde_json::to_string(rows).unwrap_or_else(|_| "[]".to_owned()))
}

/// Documents as one parameter, each on a line of its own: none has a line break in it, since JSON escapes those (RFC 8259,
/// section 7). PostgreSQL reads long documents in half the time when they are no part of a longer one; SQLite cannot
/// part lines, and is as fast with [`rows`].
pub fn lines<T: Serialize>(documents: impl IntoIterator<Item = T>) -> Value {
    let texts =
        documents.into_iter().map(|document| serde_json::to_string(&document).unwrap_or_else(|_| "null".to_owned()));
    Value::from(texts.collect::<Vec<_>>().join("\n"))
}

/// Ids as a parameter.
pub fn ids(ids: impl IntoIterator<Item = Uuid>) -> Value {
    rows(&ids.into_iter().map(hex_id).collect::<Vec<_>>())
}

/// An id as 32 hexadecimal digits.
pub fn hex_id(id: Uuid) -> String {
    id.simple().to_string()
}

/// Reads a document of a row. Requests are read strictly, rows are not: while a newer program is brought in, or after a way
/// back, there are fields that this one does not know. They are left out.
///
/// # Errors
/// Whatever else is wrong with the document.
pub fn read<T: DeserializeOwned>(document: &Document) -> serde_json::Result<T> {
    T::deserialize(document).or_else(|_| read_known(document.clone()))
}

/// The same for a document in text.
pub fn read_text<T: DeserializeOwned>(document: &str) -> serde_json::Result<T> {
    serde_json::from_str(document).or_else(|_| read_known(serde_json::from_str(document)?))
}

/// Leaves out unknown fields, one after the other.
fn read_known<T: DeserializeOwned>(mut document: Document) -> serde_json::Result<T> {
    loop {
        let error = match serde_path_to_error::deserialize::<_, T>(&document) {
            Ok(read) => return Ok(read),
            Err(error) => error,
        };
        let message = error.inner().to_string();
        let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
        if !unknown.is_some_and(|name| remove(&mut document, error.path(), name)) {
            return Err(error.into_inner());
        }
    }
}

/// Removes the field `name` of the object at a path that ends at the object, or at the field itself.
fn remove(document: &mut Document, path: &Path, name: &str) -> bool {
    let segments: Vec<_> = path.iter().collect();
    let is_field = matches!(segments.last(), Some(Segment::Map { key }) if key == name);
    let within = &segments[..segments.len() - usize::from(is_field)];
    let object = within.iter().try_fold(document, |place, segment| match segment {
        Segment::Map { key } => place.get_mut(key),
        Segment::Seq { index } => place.get_mut(index),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    object.and_then(Document::as_object_mut).and_then(|fields| fields.remove(name)).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::{LocalText, offer::OfferDraft};

    use super::*;

    fn draft() -> Document {
        json!({
            "kind": "course", "area": "art", "title": {"az": "Kurs"}, "how_to_use": [{"az": "Gəlin"}], "audience": ["learner"],
            "terms": {"hours": 4}, "unit": "place", "period": "once", "fulfilment": "contact",
        })
    }

    #[test]
    fn fields_of_a_newer_program_are_left_out() {
        let known: OfferDraft = read(&draft()).unwrap();
        let mut newer = draft();
        newer["colour"] = json!("red");
        newer["title"]["tr"] = json!("Kurs");
        newer["how_to_use"][0]["how_to_use"] = json!({"how_to_use": 1});
        assert_eq!(read::<OfferDraft>(&newer).unwrap(), known);
        assert_eq!(read_text::<OfferDraft>(&newer.to_string()).unwrap(), known);
        assert_eq!(read::<LocalText>(&json!({"az": "A", "az_short": "B"})).unwrap().az, "A");
    }

    #[test]
    fn what_is_wrong_otherwise_is_an_error() {
        for (field, value) in [("kind", json!("gift")), ("quota", json!("many")), ("title", json!({"tr": "Kurs"}))] {
            let mut wrong = draft();
            wrong[field] = value;
            assert!(read::<OfferDraft>(&wrong).is_err(), "{field}");
        }
        assert!(read_text::<OfferDraft>("{").is_err());
    }
}
