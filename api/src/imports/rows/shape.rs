//! What each field of an offer is, and how what was sent for it becomes that: one table for all formats.

use serde_json::{Map, Value, json};
use shared::{
    Lang,
    import::{RowCode, RowProblem},
    offer::{Area, Audience, Fulfilment, Kind, Period, Region, Unit},
};

use super::{object::tidy_pointer, values};
use crate::uploads::{cell, damage};

/// What a field is.
#[derive(Clone, Copy)]
pub enum Shape {
    Name,
    /// One of a closed list.
    One(fn(&str) -> bool),
    Many(fn(&str) -> bool),
    /// Text in three languages.
    Text,
    Texts,
    /// A whole number of a type that ends here.
    Whole(i64),
    Link,
    /// An instant; a day alone is its end where something ends.
    Instant {
        ends: bool,
    },
    Day,
    Money,
    Terms,
}

/// The fields of an offer in the order of the template.
pub const FIELDS: &[(&str, Shape)] = &[
    ("external_id", Shape::Name),
    ("kind", Shape::One(|name| Kind::from_name(name).is_some())),
    ("further_kinds", Shape::Many(|name| Kind::from_name(name).is_some())),
    ("area", Shape::One(|name| Area::from_name(name).is_some())),
    ("title", Shape::Text),
    ("summary", Shape::Text),
    ("description", Shape::Text),
    ("how_to_use", Shape::Texts),
    ("audience", Shape::Many(|name| Audience::from_name(name).is_some())),
    ("regions", Shape::Many(|name| Region::from_name(name).is_some())),
    ("terms", Shape::Terms),
    ("quota", Shape::Whole(u32::MAX as i64)),
    ("unit", Shape::One(|name| Unit::from_name(name).is_some())),
    ("period", Shape::One(|name| Period::from_name(name).is_some())),
    ("max_quantity", Shape::Whole(u32::MAX as i64)),
    ("fulfilment", Shape::One(|name| Fulfilment::from_name(name).is_some())),
    ("link", Shape::Link),
    ("starts_at", Shape::Instant { ends: false }),
    ("ends_at", Shape::Instant { ends: true }),
    ("claim_days", Shape::Whole(u16::MAX as i64)),
];

const U16: Shape = Shape::Whole(u16::MAX as i64);
const U32: Shape = Shape::Whole(u32::MAX as i64);

/// The terms of a kind.
pub const fn terms(kind: Kind) -> &'static [(&'static str, Shape)] {
    match kind {
        Kind::InternetPackage => &[("data_mb", U32), ("speed_mbps", U32), ("months", U16), ("price", Shape::Money)],
        Kind::DiscountedTariff => &[
            ("old_price", Shape::Money),
            ("new_price", Shape::Money),
            ("data_mb", U32),
            ("speed_mbps", U32),
            ("months", U16),
        ],
        Kind::DeviceGrant => &[("device", Shape::Text), ("purpose", Shape::Text), ("price", Shape::Money)],
        Kind::DiscountedDevice => &[
            ("device", Shape::Text),
            ("old_price", Shape::Money),
            ("new_price", Shape::Money),
            ("guarantee_months", U16),
        ],
        Kind::LongTermCredit => {
            &[("amount_min", Shape::Money), ("amount_max", Shape::Money), ("months", U16), ("yearly_rate_bp", U32)]
        }
        Kind::Course => &[
            ("hours", U16),
            ("starts_on", Shape::Day),
            ("ends_on", Shape::Day),
            ("place", Shape::Text),
            ("price", Shape::Money),
        ],
        Kind::Event => {
            &[("begins_at", Shape::Instant { ends: false }), ("place", Shape::Text), ("price", Shape::Money)]
        }
    }
}

fn field(name: &str) -> Option<Shape> {
    FIELDS.iter().find(|(field, _)| *field == name).map(|(_, shape)| *shape)
}

/// The shape of a term; of any kind's where the kind is not known.
fn term(kind: Option<Kind>, name: &str) -> Option<Shape> {
    if name == "kind" {
        return Some(Shape::One(|name| Kind::from_name(name).is_some()));
    }
    let kinds = kind.as_ref().map_or(Kind::ALL, std::slice::from_ref);
    kinds.iter().flat_map(|kind| terms(*kind)).find(|(term, _)| *term == name).map(|(_, shape)| *shape)
}

/// Brings what was sent into the form of an offer.
pub struct Shaping {
    /// Whether `null` removes something that is there, and so has to stay.
    pub patch: bool,
    pub kind: Option<Kind>,
    pub problems: Vec<RowProblem>,
}

impl Shaping {
    fn refuse(&mut self, pointer: &str, code: RowCode) {
        self.problems.push(RowProblem::new(tidy_pointer(pointer), code));
    }

    /// All fields. What is blank is left out; what is wrong is left out and noted.
    pub fn offer(&mut self, fields: Map<String, Value>) -> Map<String, Value> {
        self.object("", fields, field)
    }

    fn object(
        &mut self,
        at: &str,
        fields: Map<String, Value>,
        shape: impl Fn(&str) -> Option<Shape>,
    ) -> Map<String, Value> {
        let mut shaped = Map::new();
        for (name, value) in fields {
            let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            let Some(shape) = shape(&name) else {
                if !self.is_blank(&value) {
                    self.refuse(&pointer, RowCode::UnknownField);
                }
                continue;
            };
            if value.is_null() {
                if self.patch {
                    shaped.insert(name, Value::Null);
                }
            } else if !self.is_blank(&value)
                && let Some(value) = self.value(&pointer, shape, value)
            {
                shaped.insert(name, value);
            }
        }
        shaped
    }

    fn value(&mut self, at: &str, shape: Shape, value: Value) -> Option<Value> {
        if value.as_str().is_some_and(damage::is_error) {
            self.refuse(at, RowCode::SpreadsheetError);
            return None;
        }
        match shape {
            Shape::Name => self.name(at, &value),
            Shape::One(known) => self.one(at, known, &value),
            Shape::Many(known) => self.many(at, known, value),
            Shape::Text => self.text(at, value),
            Shape::Texts => match value {
                Value::Array(steps) => Some(self.list(at, steps, Self::text)),
                _ => self.wrong(at),
            },
            Shape::Whole(max) => self.read(at, &value, |text| {
                values::whole(text).map(|number| if (0..=max).contains(&number) { number } else { max }.into())
            }),
            Shape::Link => match value {
                Value::String(text) => Some(text.trim().into()),
                _ => self.wrong(at),
            },
            Shape::Instant { ends } => self.read(at, &value, |text| values::instant(text, ends).map(Value::from)),
            Shape::Day => self.read(at, &value, |text| values::day(text).map(Value::from)),
            Shape::Money => self.money(at, value),
            Shape::Terms => match value {
                Value::Object(terms) => {
                    let kind = self.kind;
                    let shaped = self.object(at, terms, |name| term(kind, name));
                    (self.patch || !shaped.is_empty()).then(|| shaped.into())
                }
                _ => self.wrong(at),
            },
        }
    }

    fn wrong(&mut self, at: &str) -> Option<Value> {
        self.refuse(at, RowCode::WrongType);
        None
    }

    fn read(&mut self, at: &str, value: &Value, read: impl FnOnce(&str) -> Result<Value, RowCode>) -> Option<Value> {
        let Some(text) = values::text(value) else { return self.wrong(at) };
        read(&text).map_err(|code| self.refuse(at, code)).ok()
    }

    fn name(&mut self, at: &str, value: &Value) -> Option<Value> {
        let Some(name) = values::name(value) else { return self.wrong(at) };
        if cell::is_shortened(&name) {
            self.refuse(at, RowCode::ShortenedNumber);
            return None;
        }
        Some(name.into())
    }

    fn one(&mut self, at: &str, known: fn(&str) -> bool, value: &Value) -> Option<Value> {
        let Value::String(text) = value else { return self.wrong(at) };
        let name = text.trim().to_ascii_lowercase();
        if !known(&name) {
            self.refuse(at, RowCode::UnknownValue);
            return None;
        }
        Some(name.into())
    }

    fn many(&mut self, at: &str, known: fn(&str) -> bool, value: Value) -> Option<Value> {
        let entries = match value {
            Value::String(text) => text.split('|').map(Value::from).collect(),
            Value::Array(entries) => entries,
            _ => return self.wrong(at),
        };
        Some(self.list(at, entries, |shaping, at, entry| shaping.one(at, known, &entry)))
    }

    /// The entries of a list that are not blank.
    fn list(
        &mut self,
        at: &str,
        entries: Vec<Value>,
        mut shape: impl FnMut(&mut Self, &str, Value) -> Option<Value>,
    ) -> Value {
        let said: Vec<Value> = entries.into_iter().filter(|entry| !self.is_blank(entry) && !entry.is_null()).collect();
        let shaped = said.into_iter().enumerate();
        shaped.filter_map(|(index, entry)| shape(self, &format!("{at}/{index}"), entry)).collect()
    }

    fn text(&mut self, at: &str, value: Value) -> Option<Value> {
        let Value::Object(languages) = value else { return self.wrong(at) };
        let mut shaped = Map::new();
        for (language, value) in languages {
            let pointer = format!("{at}/{}", language.replace('~', "~0").replace('/', "~1"));
            match value {
                _ if !Lang::ALL.iter().any(|lang| lang.tag() == language) => {
                    if !self.is_blank(&value) {
                        self.refuse(&pointer, RowCode::UnknownField);
                    }
                }
                Value::Null if self.patch => {
                    shaped.insert(language, Value::Null);
                }
                value if self.is_blank(&value) => {}
                Value::String(text) => match damage::of(&text) {
                    Some(damage) => self.refuse(&pointer, damage.into()),
                    None => _ = shaped.insert(language, text.into()),
                },
                _ => self.refuse(&pointer, RowCode::WrongType),
            }
        }
        (!shaped.is_empty()).then(|| shaped.into())
    }

    /// Money is an amount of qəpik with its currency, or a number of manat.
    fn money(&mut self, at: &str, value: Value) -> Option<Value> {
        let Value::Object(parts) = value else {
            return self.read(at, &value, |text| {
                values::amount(text).map(|minor| json!({"amount_minor": minor, "currency": "AZN"}))
            });
        };
        let before = self.problems.len();
        let mut money = Map::new();
        for (name, value) in parts {
            let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            let shaped = match name.as_str() {
                _ if self.is_blank(&value) => continue,
                "amount_minor" => self.read(&pointer, &value, |text| values::whole(text).map(Value::from)),
                "currency" => match &value {
                    Value::String(text) if text.trim().eq_ignore_ascii_case("azn") => Some("AZN".into()),
                    _ => {
                        self.refuse(&pointer, RowCode::UnknownValue);
                        None
                    }
                },
                _ => {
                    self.refuse(&pointer, RowCode::UnknownField);
                    None
                }
            };
            money.extend(shaped.map(|value| (name, value)));
        }
        if !self.patch && !money.contains_key("amount_minor") && self.problems.len() == before {
            self.refuse(&format!("{at}/amount_minor"), RowCode::Required);
        }
        money.entry("currency").or_insert_with(|| "AZN".into());
        (self.problems.len() == before).then(|| money.into())
    }

    /// Whether nothing is said: an empty text, or an object of nothing else. In a patch `null` says something.
    fn is_blank(&self, value: &Value) -> bool {
        match value {
            Value::Null => !self.patch,
            Value::String(text) => text.trim().is_empty(),
            Value::Object(fields) => fields.values().all(|value| self.is_blank(value)),
            _ => false,
        }
    }
}
