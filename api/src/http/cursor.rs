//! Opaque cursors: the sort key and the id of the last thing on a page, so that a page goes on right even when things
//! came or went in between.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use shared::Code;

use crate::error::{Error, Result};

/// The longest cursor that is looked at.
const MAX: usize = 1024;

/// Makes a cursor. `T` begins with something that tells this list and order from others.
pub fn encode<T: Serialize>(position: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

/// Reads a cursor; what was not given out by this list is refused.
pub fn decode<T: DeserializeOwned>(cursor: &str) -> Result<T> {
    let invalid = || Error::new(Code::InvalidCursor);
    if cursor.len() > MAX {
        return Err(invalid());
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
    serde_json::from_slice(&bytes).map_err(|_| invalid())
}

/// Reads the cursor of a list whose cursors begin with its name: the place behind which its next page begins.
pub fn of_list<T: DeserializeOwned>(name: &str, cursor: Option<&str>) -> Result<Option<T>> {
    match cursor.map(decode::<(String, T)>).transpose()? {
        Some((list, place)) if list == name => Ok(Some(place)),
        Some(_) => Err(Code::InvalidCursor.into()),
        None => Ok(None),
    }
}

/// Cuts what was read, one more than a page has if there is more, to a page; answers the cursor of the next one, which
/// begins behind the last `place`.
pub fn cut<T, P: Serialize>(rows: &mut Vec<T>, limit: usize, place: impl FnOnce(&T) -> P) -> Option<String> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| more).map(|last| encode(&place(last)))
}
