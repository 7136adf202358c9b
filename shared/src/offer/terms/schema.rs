//! How the document describes terms: one of several, told apart by their kind (OpenAPI 3.1 §4.8.25).

use utoipa::openapi::{
    Discriminator, Ref, RefOr,
    schema::{ObjectBuilder, OneOfBuilder, Schema, Type},
};

use super::{KIND, Kind};

/// One of these.
pub fn union(kinds: &[(&str, Kind)]) -> RefOr<Schema> {
    let address = |name: &str| format!("#/components/schemas/{name}");
    let mapping = kinds.iter().map(|(name, kind)| (kind.as_str(), address(name)));
    let union = OneOfBuilder::new().description(Some(
        "The terms of an offer; which ones, their `kind` says, which is the offer's. It is always sent; in a request \
         it may be left out.",
    ));
    let union = kinds.iter().fold(union, |union, (name, _)| union.item(Ref::from_schema_name(*name)));
    union.discriminator(Some(Discriminator::with_mapping(KIND, mapping))).into()
}

/// The schema of terms with their kind.
pub fn of_kind(schema: RefOr<Schema>, kind: Kind) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = schema else { return schema };
    let named = ObjectBuilder::new()
        .schema_type(Type::String)
        // Makers of clients name the type by it: each has one value, and `EventKind` is that of domain events.
        .title(Some(format!("{}_terms_kind", kind.as_str())))
        .description(Some("The offer's kind."))
        .enum_values(Some([kind.as_str()]));
    object.properties.insert(KIND.to_owned(), named.into());
    object.required.insert(0, KIND.to_owned());
    object.into()
}
