//! Structures that are read from objects alone. What serde derives takes a list of the values, too, which no document of
//! ours describes.

use serde::{Deserializer, de::Visitor, forward_to_deserialize_any};

/// A deserializer that takes nothing but an object.
pub struct Object<D>(pub D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Object<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Reads types from objects alone. They derive `Serialize` and `Deserialize` with `#[serde(remote = "Self")]`, which makes
/// functions of what would be the traits: of those nobody but the traits below may make use.
macro_rules! objects {
    ($($name:ident),+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize($crate::object::Object(deserializer))
            }
        }
    )+};
}

pub(crate) use objects;
