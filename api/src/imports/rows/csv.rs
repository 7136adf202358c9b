//! Rows of a table as offers: which column is which field.

mod header;

use std::io::{Read, Seek};

use serde_json::{Map, Value};
use shared::import::{FileCode, FileProblem, RowCode, RowProblem};

use super::{Document, Row, ndjson::too_large, object};
use crate::uploads::{
    cell::is_blank,
    table::{self, Found, Table},
    window::Window,
};
use header::{Column, Header};

pub use header::known_columns;

pub struct Reader<R> {
    table: Table<R>,
    header: Header,
}

impl<R: Read + Seek> Reader<R> {
    pub fn open(mut window: Window<R>) -> Result<Self, FileProblem> {
        let none = || FileProblem::new(FileCode::NoHeader);
        let delimiter = table::delimiter(&mut window, |cells| Header::read(cells).rank())?.ok_or_else(none)?;
        let mut table = Table::new(window, delimiter);
        if table.next()?.is_none_or(|heading| heading.found != Found::Cells) {
            return Err(none());
        }
        let header = Header::read(table.cells());
        header.check()?;
        Ok(Self { table, header })
    }

    pub fn next(&mut self) -> Result<Option<Row>, FileProblem> {
        let Some(place) = self.table.next()? else { return Ok(None) };
        let row = too_large(place.line, place.offset);
        let document = match place.found {
            Found::TooLarge => return Ok(Some(row)),
            Found::Broken => Err(vec![RowProblem::new("", RowCode::BrokenRow)]),
            Found::Cells => self.fields().map(Document::Fields),
        };
        let external_id = match &document {
            Ok(Document::Fields(fields)) => fields.get("external_id").and_then(object::name),
            _ => None,
        };
        Ok(Some(Row { external_id, document, ..row }))
    }

    /// The cells in the structure of an offer. Those that are left out at the end are blank, as spreadsheets do it.
    fn fields(&self) -> Result<Map<String, Value>, Vec<RowProblem>> {
        let (columns, cells) = (&self.header.columns, self.table.cells());
        let beyond = cells.iter().skip(columns.len()).any(|cell| !is_blank(cell));
        let mut named = columns.iter().zip(cells.iter());
        if beyond || named.any(|(column, cell)| column.is_none() && !is_blank(cell)) {
            let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
            let (min, max) = (count(cells.len()), count(columns.len()));
            return Err(vec![RowProblem { min, max, ..RowProblem::new("", RowCode::WrongNumberOfColumns) }]);
        }
        let mut fields = Map::new();
        for (column, cell) in columns.iter().zip(cells.iter()) {
            if let Some(column) = column
                && !is_blank(cell)
            {
                column.put(&mut fields, cell);
            }
        }
        header::number_steps(&mut fields);
        Ok(fields)
    }

    /// The delimiter of the file.
    pub fn delimiter(&self) -> u8 {
        self.table.delimiter()
    }

    /// The heading as it was sent.
    pub fn heading(&self) -> &[String] {
        &self.header.names
    }

    /// Of the last row: its cells, or all of its line where it could not be parted.
    pub fn last(&self) -> Vec<String> {
        match self.table.broken() {
            Some(line) => vec![line.to_owned()],
            None => self.table.cells().iter().map(str::to_owned).collect(),
        }
    }

    /// The columns that hold what was reported of an earlier upload.
    pub fn is_report(&self, index: usize) -> bool {
        matches!(self.header.columns.get(index), Some(Some(Column::Report)))
    }
}
