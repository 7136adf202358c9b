//! Rows as one JSON parameter: how a statement takes any number of rows in both databases, with one prepared text.

use sea_orm::Value;
use serde::Serialize;
use uuid::Uuid;

/// The parameter. Ids in it are 32 hexadecimal digits, which both databases read.
pub fn rows<T: Serialize>(rows: &[T]) -> Value {
    Value::from(serde_json::to_string(rows).unwrap_or_else(|_| "[]".to_owned()))
}

/// Ids as a parameter.
pub fn ids(ids: impl IntoIterator<Item = Uuid>) -> Value {
    rows(&ids.into_iter().map(hex_id).collect::<Vec<_>>())
}

/// An id as 32 hexadecimal digits.
pub fn hex_id(id: Uuid) -> String {
    id.simple().to_string()
}
