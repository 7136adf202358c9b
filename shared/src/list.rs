//! What every list answers.

use serde::{Deserialize, Serialize};

/// The least, the usual and the largest page that a list gives.
pub const LIMIT_MIN: u16 = 1;
/// The page size when none is asked for.
pub const LIMIT_DEFAULT: u16 = 20;
/// The largest page.
pub const LIMIT_MAX: u16 = 100;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The things on this page, in the order that was asked for.
    pub items: Vec<T>,
    /// Send it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}
