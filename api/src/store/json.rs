//! Rows as one JSON parameter: how a statement takes any number of rows in both databases, with one prepared text.

use sea_orm::Value;
use serde::Serialize;
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
