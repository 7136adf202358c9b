//! Opaque cursors: the name of the list, and the sort key and id of the last thing on a page, so that a page goes on right
//! even when things came or went in between.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use shared::Code;

use super::body;
use crate::error::{Error, Result};

/// The longest cursor that is looked at.
const MAX: usize = 1024;

/// Makes the cursor of a place in a list.
pub fn encode<P: Serialize>(list: &str, place: &P) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(list, place)).unwrap_or_default())
}

/// Reads the cursor of a list: the place behind which its next page begins.
///
/// # Errors
/// `invalid_cursor` for what this list did not give out.
pub fn decode<P: DeserializeOwned>(list: &str, cursor: Option<&str>) -> Result<Option<P>> {
    let Some(cursor) = cursor else { return Ok(None) };
    let invalid = || Error::new(Code::InvalidCursor);
    if cursor.len() > MAX {
        return Err(invalid());
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
    let (named, place): (String, P) = body::parse_storable(&bytes).map_err(|_| invalid())?;
    if named == list { Ok(Some(place)) } else { Err(invalid()) }
}

/// Cuts what was read, one more than a page has if there is more, to a page; returns the cursor of the next one, which
/// begins behind the last `place`.
pub fn cut<T, P: Serialize>(
    list: &str,
    rows: &mut Vec<T>,
    limit: usize,
    place: impl FnOnce(&T) -> P,
) -> Option<String> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| more).map(|last| encode(list, &place(last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_list() {
        let mut rows = vec!["a", "b", "c"];
        let cursor = cut("letters", &mut rows, 2, |last| (*last).to_owned()).unwrap();
        assert_eq!(rows, ["a", "b"]);
        assert_eq!(decode::<String>("letters", Some(&cursor)).unwrap().as_deref(), Some("b"));
        assert_eq!(decode::<String>("letters", None).unwrap(), None);
        for other in [decode::<String>("words", Some(&cursor)), decode("letters", Some("x"))] {
            assert_eq!(other.unwrap_err().code, Code::InvalidCursor);
        }
        let nul = encode("letters", &"a\u{0}b");
        assert_eq!(decode::<String>("letters", Some(&nul)).unwrap_err().code, Code::InvalidCursor);
        assert_eq!(cut("letters", &mut rows, 2, |_| ()), None);
    }
}
