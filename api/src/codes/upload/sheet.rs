//! An upload of codes that is a text or a table: which of its cells are the codes.

use std::io::Cursor;

use shared::{import::FileProblem, pool::CodeFault};

use super::{Line, heading::Heading};
use crate::uploads::{
    cell, open_table,
    table::{self, DELIMITERS, Found, Table},
};

/// The lines of a text or a table, read as tables of offers are: its encoding, what parts its cells, and what spreadsheets
/// put around a text. Where the first line names a column of codes, only that one is read.
///
/// # Errors
/// An encoding that is not read or doubtful, or a first line that names two columns of codes.
pub fn lines(body: &[u8], charset: Option<&str>) -> Result<Vec<Line>, FileProblem> {
    let mut window = open_table(Cursor::new(body), charset)?;
    let told = table::told_delimiter(&mut window)?;
    let mut best: Option<Sheet> = None;
    for &delimiter in told.as_ref().map_or(DELIMITERS, std::slice::from_ref) {
        let sheet = Sheet::read(body, charset, delimiter)?;
        if best.as_ref().is_none_or(|before| sheet.rank() > before.rank()) {
            best = Some(sheet);
        }
    }
    best.map_or_else(|| Ok(Vec::new()), Sheet::lines)
}

/// An upload whose cells are parted in one of the ways.
struct Sheet {
    delimiter: u8,
    heading: Result<Heading, FileProblem>,
    rows: Vec<(u32, Row)>,
}

/// A row.
enum Row {
    Cells(Vec<String>),
    /// A line whose quotes do not match.
    Broken(String),
}

impl Sheet {
    fn read(body: &[u8], charset: Option<&str>, delimiter: u8) -> Result<Self, FileProblem> {
        let mut window = open_table(Cursor::new(body), charset)?;
        table::told_delimiter(&mut window)?;
        let mut table = Table::new(window, delimiter);
        let (mut heading, mut rows) = (Ok(Heading::None), Vec::new());
        while let Some(place) = table.next()? {
            let cells = || table.cells().iter().map(str::to_owned).collect();
            let row = match table.broken() {
                Some(line) => Row::Broken(line.to_owned()),
                None => Row::Cells(cells()),
            };
            // Only the first line that is not blank can be a heading.
            if rows.is_empty() && place.found == Found::Cells {
                heading = Heading::of(table.cells());
            }
            rows.push((u32::try_from(place.line).unwrap_or(u32::MAX), row));
        }
        Ok(Self { delimiter, heading, rows })
    }

    /// How much speaks for this way: a heading, and then how many rows have several cells.
    fn rank(&self) -> (bool, usize) {
        let several = |row: &&(u32, Row)| matches!(&row.1, Row::Cells(cells) if said(cells).count() > 1);
        (self.heading != Ok(Heading::None), self.rows.iter().filter(several).count())
    }

    fn lines(self) -> Result<Vec<Line>, FileProblem> {
        let heading = self.heading?;
        let above = usize::from(heading != Heading::None);
        let read = |(line, row): (u32, Row)| {
            let (code, fault) = code(&row, heading, self.delimiter);
            Line { number: line, code, fault }
        };
        Ok(self.rows.into_iter().skip(above).map(read).collect())
    }
}

/// The cells that say something.
fn said(cells: &[String]) -> impl Iterator<Item = &String> {
    cells.iter().filter(|cell| !cell::is_blank(cell))
}

/// The code of a row, or the row and why it cannot be read.
fn code(row: &Row, heading: Heading, delimiter: u8) -> (String, Option<CodeFault>) {
    let cells = match row {
        Row::Cells(cells) => cells,
        Row::Broken(line) => {
            // What comes after the quotes may be separators of another kind.
            let cells = table::cells_of(tidy(line), delimiter);
            return match cells.as_deref() {
                Some([cell]) => (plain(cell), None),
                _ => (line.clone(), Some(CodeFault::BrokenLine)),
            };
        }
    };
    let whole = || cells.join(char::from(delimiter).to_string().as_str());
    match heading {
        Heading::Column { at, width } if width > 1 => {
            let beyond = cells.iter().skip(width).any(|cell| !cell::is_blank(cell));
            let cell = cells.get(at).map(|cell| plain(cell)).unwrap_or_default();
            if beyond { (whole(), Some(CodeFault::SeveralCells)) } else { (cell, None) }
        }
        Heading::Column { .. } | Heading::None => {
            let mut said = said(cells);
            match (said.next(), said.next()) {
                (Some(only), None) => (plain(only), None),
                // `8,96529E+19` is one cell, whatever parts the others.
                _ if cell::is_shortened(&whole()) => (whole(), None),
                _ => (whole(), Some(CodeFault::SeveralCells)),
            }
        }
    }
}

/// A line or cell without blanks and without separators that nothing comes after.
fn tidy(text: &str) -> &str {
    text.trim().trim_end_matches([';', ',', '\t']).trim()
}

/// The code in a cell, without what spreadsheets put around it.
fn plain(cell: &str) -> String {
    cell::bare(&cell::text(tidy(cell))).trim().to_owned()
}
