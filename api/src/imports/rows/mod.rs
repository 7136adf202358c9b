//! One row model for CSV, JSON and NDJSON: the same content gives the same offers and the same problems. No I/O other
//! than the reader that is passed in, and never more of it in memory than a row and a piece to read ahead.

mod csv;
mod errors;
mod json;
mod judge;
mod ndjson;
mod object;
mod shape;
mod template;
#[cfg(test)]
mod tests;
mod values;

use std::io::{Read, Seek};

use serde_json::{Map, Value};
pub use shared::import::{FileProblem, ImportFormat as Format, RowProblem};

pub use errors::ErrorCsv;
pub use judge::draft;
pub use template::template;

use crate::uploads;

/// What a row says, not yet judged.
#[derive(Clone, Debug)]
pub enum Document {
    /// A JSON object as it was sent: it is read straight into an offer where nothing is wrong with it.
    Json(Box<[u8]>),
    /// The cells of a table, in the structure of an offer, as texts.
    Fields(Map<String, Value>),
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Where it begins, in bytes of the file as UTF-8.
    pub offset: u64,
    /// Its external id, as far as it can be read.
    pub external_id: Option<String>,
    /// What it says, or why it could not be read.
    pub document: Result<Document, Vec<RowProblem>>,
}

/// The rows of a file, one after the other. After a problem of the whole file there is nothing more.
pub struct Rows<R> {
    reader: Reader<R>,
    over: bool,
}

impl<R> std::fmt::Debug for Rows<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("over", &self.over).finish_non_exhaustive()
    }
}

enum Reader<R> {
    Csv(csv::Reader<R>),
    Json(json::Reader<R>),
    Ndjson(ndjson::Reader<R>),
}

/// Begins to read a file. `charset` is what its `Content-Type` says of a table; without it, it is recognised.
///
/// # Errors
/// What makes all of the file unreadable and shows at its beginning: its encoding, no heading, nothing in it.
pub fn open<R: Read + Seek>(format: Format, charset: Option<&str>, reader: R) -> Result<Rows<R>, FileProblem> {
    let reader = match format {
        Format::Csv => Reader::Csv(csv::Reader::open(uploads::open_table(reader, charset)?)?),
        Format::Json => Reader::Json(json::Reader::open(uploads::open_json(reader))?),
        Format::Ndjson => Reader::Ndjson(ndjson::Reader::open(uploads::open_json(reader))?),
    };
    Ok(Rows { reader, over: false })
}

impl<R: Read + Seek> Iterator for Rows<R> {
    type Item = Result<Row, FileProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let row = match &mut self.reader {
            Reader::Csv(reader) => reader.next(),
            Reader::Json(reader) => reader.next(),
            Reader::Ndjson(reader) => reader.next(),
        };
        self.over = !matches!(row, Ok(Some(_)));
        row.transpose()
    }
}
