//! The failed rows of an upload as a table with what is wrong beside them: to be corrected and sent again.

use std::io::{Read, Seek};

use serde_json::{Map, Value};
use shared::import::{FileProblem, RowError};

use super::{Document, Format, Reader, Row, Rows, csv::known_columns, object, open};
use crate::uploads::{cell, table::write};

/// The columns that are added.
pub const COLUMNS: [&str; 4] = ["error_line", "error_codes", "error_messages", "error_remedies"];

/// Goes over what was sent a second time and writes the rows that failed. What was sent as a table keeps its columns
/// and its delimiter; what was sent as JSON gets all columns of the template. It is UTF-8 with a mark, as spreadsheets
/// need it.
#[derive(Debug)]
pub struct ErrorCsv<R> {
    rows: Rows<R>,
    /// Rows that were read.
    read: u64,
    width: usize,
    columns: Vec<String>,
}

impl<R: Read + Seek> ErrorCsv<R> {
    /// Opens what was sent.
    pub fn open(format: Format, charset: Option<&str>, reader: R) -> Result<Self, FileProblem> {
        let rows = open(format, charset, reader)?;
        let columns = match &rows.reader {
            Reader::Csv(reader) => {
                let named = reader.heading().iter().enumerate();
                named.filter(|(index, _)| !reader.is_report(*index)).map(|(_, name)| name.clone()).collect()
            }
            _ => known_columns(None),
        };
        Ok(Self { rows, read: 0, width: columns.len(), columns })
    }

    /// The mark and the heading.
    pub fn heading(&self) -> Vec<u8> {
        let names = self.columns.iter().map(String::as_str).chain(COLUMNS).map(cell::guarded).collect::<Vec<_>>();
        let mut line = "\u{feff}".as_bytes().to_vec();
        write(&mut line, self.delimiter(), names.iter().map(String::as_str));
        line
    }

    /// The row of a number, from 1, with its errors. Rows have to be asked for in their order; nothing is answered for
    /// one that is not there. (Lines do not tell rows apart: a list in JSON may be one line.)
    pub fn row(&mut self, number: u64, errors: &[RowError]) -> Result<Vec<u8>, FileProblem> {
        let row = loop {
            if self.read >= number {
                return Ok(Vec::new());
            }
            let Some(row) = self.rows.next().transpose()? else { return Ok(Vec::new()) };
            self.read += 1;
            if self.read == number {
                break row;
            }
        };
        let mut cells = match &self.rows.reader {
            Reader::Csv(reader) => {
                let cells = reader.last().into_iter().enumerate();
                cells.filter(|(index, _)| !reader.is_report(*index)).map(|(_, cell)| cell::again(&cell)).collect()
            }
            _ => self.flat(&row),
        };
        cells.resize(self.width, String::new());
        let mut codes: Vec<&str> = errors.iter().map(|error| error.code.as_str()).collect();
        codes.dedup();
        let say = |text: fn(&RowError) -> &str| {
            let texts = errors.iter().map(|error| match error.pointer.as_str() {
                "" => text(error).to_owned(),
                pointer => format!("{pointer}: {}", text(error)),
            });
            texts.collect::<Vec<_>>().join("\n")
        };
        let report = [row.line.to_string(), codes.join("|"), say(|error| &error.message), say(|error| &error.remedy)];
        cells.extend(report.map(|text| cell::guarded(&text)));
        let mut written = Vec::new();
        write(&mut written, self.delimiter(), cells.iter().map(String::as_str));
        Ok(written)
    }

    fn delimiter(&self) -> u8 {
        match &self.rows.reader {
            Reader::Csv(reader) => reader.delimiter(),
            _ => b';',
        }
    }

    /// A JSON row as cells, as far as it has columns for them.
    fn flat(&self, row: &Row) -> Vec<String> {
        let Ok(Document::Json(bytes)) = &row.document else { return Vec::new() };
        let Ok(fields) = object::fields(bytes) else { return Vec::new() };
        let fields = Value::Object(fields);
        self.columns.iter().map(|column| flat_cell(&fields, column)).collect()
    }
}

/// What an object has for a column, as it is written into a cell that is read as the same.
fn flat_cell(fields: &Value, column: &str) -> String {
    let mut value = fields;
    for name in column.split('.') {
        let next = match value {
            Value::Object(fields) => fields.get(name),
            Value::Array(steps) => name.parse::<usize>().ok().and_then(|n| steps.get(n.checked_sub(1)?)),
            // A text where there should be one in each language.
            Value::String(_) if name == "az" => Some(value),
            _ => None,
        };
        let Some(next) = next else { return String::new() };
        value = next;
    }
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Array(entries) => cell::guarded(&entries.iter().map(plain).collect::<Vec<_>>().join("|")),
        Value::Object(parts) => amount(parts).unwrap_or_else(|| cell::guarded(&value.to_string())),
        value => cell::guarded(&plain(value)),
    }
}

/// Money in manat, where that says all that is there.
fn amount(parts: &Map<String, Value>) -> Option<String> {
    let minor = parts.get("amount_minor")?.as_i64()?;
    let known = |(name, value): (&String, &Value)| name == "amount_minor" || name == "currency" && value == "AZN";
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, rest) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
    parts.iter().all(known).then(|| format!("{sign}{whole},{rest:02}"))
}
