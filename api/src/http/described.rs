//! The OpenAPI document as it is committed, and what the server reads off it when it is first asked. Making the document
//! out of the routes at every start took a quarter of the start, and memory for good; a test holds the two together.

use std::{collections::BTreeMap, sync::LazyLock};

use actix_web::http::header::HeaderValue;
use serde::{Deserialize, de::IgnoredAny};

use super::etag;

/// The document, as `virtual-market openapi` prints it.
pub const DOCUMENT: &str = include_str!("../../../openapi/openapi.json");

/// Its entity tag.
pub static TAG: LazyLock<HeaderValue> = LazyLock::new(|| etag::of_body(DOCUMENT.as_bytes()));

/// Addresses, part by part, with their methods.
static OPERATIONS: LazyLock<Vec<(Vec<String>, String)>> = LazyLock::new(|| {
    let read: Described = serde_json::from_str(DOCUMENT).unwrap_or_default();
    read.paths.iter().map(|(path, item)| (path.split('/').map(ToOwned::to_owned).collect(), methods_of(item))).collect()
});

#[derive(Default, Deserialize)]
struct Described {
    paths: BTreeMap<String, Item>,
}

/// What is said of an address; only the names of its methods are read.
type Item = BTreeMap<String, Option<IgnoredAny>>;

fn methods_of(item: &Item) -> String {
    const METHODS: [(&str, &str); 5] =
        [("get", "GET, HEAD"), ("put", "PUT"), ("post", "POST"), ("delete", "DELETE"), ("patch", "PATCH")];
    let present = METHODS.iter().filter(|(name, _)| item.contains_key(*name));
    present.map(|(_, method)| *method).collect::<Vec<_>>().join(", ")
}

/// The methods of an address, if any route has it, to tell a wrong method (405) from a wrong address (404). Words win
/// over placeholders.
pub fn methods(path: &str) -> Option<&'static str> {
    let given: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &[String]| {
        pattern.len() == given.len()
            && pattern.iter().zip(&given).all(|(p, g)| p == g || (p.starts_with('{') && !g.is_empty()))
    };
    let placeholders = |pattern: &[String]| pattern.iter().filter(|p| p.starts_with('{')).count();
    OPERATIONS
        .iter()
        .filter(|(pattern, _)| fits(pattern))
        .min_by_key(|(pattern, _)| placeholders(pattern))
        .map(|(_, methods)| methods.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_methods() {
        assert_eq!(methods("/api/v1/offers"), Some("GET, HEAD"));
        assert_eq!(methods("/api/v1/offers/1/claims"), Some("POST"));
        assert_eq!(methods("/api/v1/me"), Some("GET, HEAD, DELETE, PATCH"));
        assert_eq!(methods("/api/v1/nothing"), None);
    }
}
