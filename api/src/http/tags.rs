//! The entity tags of `If-Match` and `If-None-Match` (RFC 9110 §8.8.3, §13.1), on however many lines they come.

use actix_web::{
    HttpRequest,
    http::header::{EntityTag, HeaderName},
};
use shared::{Code, FieldCode};

use crate::error::{Error, Result};

/// What a condition names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    /// `*`: whatever there is.
    Any,
    /// One of these.
    These(Vec<EntityTag>),
}

impl Tags {
    /// Reads the tags of a header; nothing where it is not there.
    ///
    /// # Errors
    /// `malformed_request`, naming the header, where it has anything but tags in quotes, or `*` alone.
    pub fn read(request: &HttpRequest, name: &HeaderName) -> Result<Option<Self>> {
        let mut lines = request.headers().get_all(name).peekable();
        if lines.peek().is_none() {
            return Ok(None);
        }
        let lines: Option<Vec<&str>> = lines.map(|line| line.to_str().ok()).collect();
        lines.and_then(|lines| Self::parse(&lines.join(","))).map(Some).ok_or_else(|| unreadable(name))
    }

    /// Reads a list of tags with commas between them; nothing where it is none.
    fn parse(list: &str) -> Option<Self> {
        if list.trim() == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        for tag in split(list).map(str::trim).filter(|tag| !tag.is_empty()) {
            tags.push(tag.parse().ok()?);
        }
        (!tags.is_empty()).then_some(Self::These(tags))
    }

    /// Whether the tag is among them. Weakness does not count, since `If-None-Match` compares weakly (RFC 9110 §13.1.2).
    pub fn name_weakly(&self, tag: &EntityTag) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|given| given.weak_eq(tag)),
        }
    }
}

/// The parts between commas. A comma within quotes belongs to a tag.
fn split(list: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    list.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
}

fn unreadable(name: &HeaderName) -> Error {
    // As it is written in texts, not in small letters.
    let shown = if *name == actix_web::http::header::IF_MATCH { "#If-Match" } else { "#If-None-Match" };
    Error { code: Code::MalformedRequest, ..Error::invalid_at(shown, FieldCode::InvalidFormat) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> Option<Vec<String>> {
        match Tags::parse(list)? {
            Tags::Any => Some(vec!["*".to_owned()]),
            Tags::These(tags) => Some(tags.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn tags_stand_in_quotes() {
        assert_eq!(read("\"a\""), Some(vec!["\"a\"".to_owned()]));
        assert_eq!(read(" W/\"a\" ,, \"b,c\" "), Some(vec!["W/\"a\"".to_owned(), "\"b,c\"".to_owned()]));
        assert_eq!(read(" * "), Some(vec!["*".to_owned()]));
        for bad in ["", ",", "a", "\"a", "a\"", "\"a\" b", "*, \"a\"", "\"a\" \"b\"", "w/\"a\"", "'a'"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
