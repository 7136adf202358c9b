//! Files as people and spreadsheets make them, read in one way for every row model: encodings, tables, and what
//! spreadsheets do to cells. It knows no feature, and never has more in memory than a row and a piece to read ahead.

pub mod cell;
mod charsets;
pub mod damage;
mod evidence;
mod letters;
pub mod source;
pub mod table;
pub mod window;

use std::io::{Read, Seek};

use shared::import::FileProblem;

use self::{source::Source, window::Window};

/// Begins to read a table. `charset` is what its `Content-Type` says; without it, the encoding is found out.
pub fn open_table<R: Read + Seek>(reader: R, charset: Option<&str>) -> Result<Window<R>, FileProblem> {
    Ok(Window::new(Source::table(reader, charset)?))
}

/// Begins to read JSON, which is always UTF-8 (RFC 8259 §8.1).
pub fn open_json<R: Read + Seek>(reader: R) -> Window<R> {
    Window::new(Source::json(reader))
}

/// Whether an encoding is read that a `Content-Type` names.
pub fn is_read(charset: &str) -> bool {
    charsets::of_label(charset).is_some()
}
