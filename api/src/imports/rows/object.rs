//! A row that is a JSON object: whether it is one, and its external id, before all of it is read.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use shared::import::{RowCode, RowProblem};

use super::{Document, values};

/// The longest external id that a row is named by when it is refused.
const NAME_MAX: usize = 128;
/// The longest pointer that is reported.
const POINTER_MAX: usize = 200;

/// What is looked at of every row. The terms are in it because an offer holds them as a map, in which a name that is
/// there twice would go unnoticed; elsewhere serde refuses it.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    external_id: Value,
    #[serde(default, rename = "terms")]
    _terms: Option<Strict>,
}

/// Looks at a row without reading all of it.
pub fn read(bytes: &[u8]) -> (Option<String>, Result<Document, Vec<RowProblem>>) {
    let refuse = |code| (None, Err(vec![RowProblem::new("", code)]));
    if bytes.first() != Some(&b'{') {
        let json = serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        return refuse(if json { RowCode::NotAnObject } else { broken(bytes) });
    }
    match serde_json::from_slice::<Named>(bytes) {
        Ok(named) => (name(&named.external_id), Ok(Document::Json(bytes.into()))),
        // It is read again, slowly, for what is wrong.
        Err(_) => match fields(bytes) {
            Ok(fields) => (fields.get("external_id").and_then(name), Ok(Document::Json(bytes.into()))),
            Err(problem) => (None, Err(vec![problem])),
        },
    }
}

fn broken(bytes: &[u8]) -> RowCode {
    if std::str::from_utf8(bytes).is_ok() { RowCode::BrokenRow } else { RowCode::InvalidEncoding }
}

/// All fields of a row; a name that is there twice is refused.
pub fn fields(bytes: &[u8]) -> Result<Map<String, Value>, RowProblem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize::<_, Strict>(&mut reader);
    match read.map(|Strict(value)| value) {
        Ok(Value::Object(fields)) if reader.end().is_ok() => Ok(fields),
        Ok(_) => Err(RowProblem::new("", RowCode::BrokenRow)),
        Err(error) if error.inner().is_data() => {
            let pointer = crate::http::body::pointer(error.path());
            Err(RowProblem::new(tidy_pointer(&pointer), RowCode::Duplicate))
        }
        Err(_) => Err(RowProblem::new("", broken(bytes))),
    }
}

/// The name of a row as it is reported and compared.
pub fn name(external_id: &Value) -> Option<String> {
    let text = values::name(external_id)?;
    let name: String = text.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    (!name.is_empty()).then_some(name)
}

/// A pointer that can be kept and shown whatever the field is called.
pub fn tidy_pointer(pointer: &str) -> String {
    pointer.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(POINTER_MAX).collect()
}

/// Any JSON in which no name is there twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

/// The value of a name that was there already: refused where it stands, so that the place is told.
struct Twice;

impl<'de> DeserializeSeed<'de> for Twice {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, _: D) -> Result<(), D::Error> {
        Err(D::Error::custom("twice"))
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = entries.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if fields.contains_key(&name) {
                entries.next_value_seed(Twice)?;
            }
            let Strict(value) = entries.next_value()?;
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}
