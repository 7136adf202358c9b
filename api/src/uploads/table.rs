//! Tables as people and spreadsheets save them. Rows are found here and not with a library, because a quote that is
//! never closed must neither take all memory nor all rows after it.

mod delimiter;

use std::io::{Read, Seek};

use shared::import::{FileProblem, ROW_MAX};

use super::{cell::is_blank, window::Window};
pub use delimiter::{DELIMITERS, delimiter, told_delimiter};

/// A table that is being read, row by row.
pub struct Table<R> {
    window: Window<R>,
    delimiter: u8,
    cells: Cells,
    broken: Option<String>,
}

impl<R> std::fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({:?})", char::from(self.delimiter))
    }
}

/// A row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Where it begins, in bytes of the file as UTF-8.
    pub offset: u64,
    /// What it is.
    pub found: Found,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Cells.
    Cells,
    /// A line with quotes that do not match.
    Broken,
    /// More than a row may be.
    TooLarge,
}

/// The cells of a row, one after the other.
#[derive(Debug, Default)]
pub struct Cells {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether none says anything.
    pub fn is_blank(&self) -> bool {
        self.iter().all(is_blank)
    }

    /// The cells as texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().enumerate().map(|(index, end)| {
            let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
            // The source hands out UTF-8, and rows are parted at ASCII.
            std::str::from_utf8(&self.text[start..*end]).unwrap_or_default()
        })
    }
}

/// What a piece of a file begins with.
enum Begins {
    /// A row of so many bytes with so many ends of lines.
    Row(usize, u64),
    /// The beginning of a row.
    Part,
    /// Quotes that do not match.
    Broken,
}

/// Reads the row that `data` begins with; `whole` when nothing comes after it.
fn row(data: &[u8], delimiter: u8, whole: bool, cells: &mut Cells) -> Begins {
    cells.clear();
    let (mut at, mut lines) = (0, 0);
    loop {
        if data.get(at) == Some(&b'"') {
            at += 1;
            loop {
                let Some(&byte) = data.get(at) else { return if whole { Begins::Broken } else { Begins::Part } };
                at += 1;
                match byte {
                    b'"' if data.get(at) == Some(&b'"') => {
                        cells.text.push(b'"');
                        at += 1;
                    }
                    b'"' | b'\r' if at == data.len() && !whole => return Begins::Part,
                    b'"' => break,
                    _ => {
                        lines += u64::from(byte == b'\n' || byte == b'\r' && data.get(at) != Some(&b'\n'));
                        cells.text.push(byte);
                    }
                }
            }
            while data.get(at) == Some(&b' ') {
                at += 1;
            }
            if data.get(at).is_some_and(|byte| *byte != delimiter && !matches!(byte, b'\r' | b'\n')) {
                return Begins::Broken;
            }
        } else {
            let rest = &data[at..];
            let ends = |byte: &u8| *byte == delimiter || matches!(byte, b'\r' | b'\n');
            let length = rest.iter().position(ends).unwrap_or(rest.len());
            cells.text.extend_from_slice(&rest[..length]);
            at += length;
        }
        match data.get(at) {
            Some(byte) if *byte == delimiter => {
                cells.end();
                at += 1;
            }
            None if !whole => return Begins::Part,
            Some(b'\r') if at + 1 == data.len() && !whole => return Begins::Part,
            end => {
                cells.end();
                let width = match (end, data.get(at + 1)) {
                    (None, _) => 0,
                    (Some(b'\r'), Some(b'\n')) => 2,
                    _ => 1,
                };
                return Begins::Row(at + width, lines + u64::from(width > 0));
            }
        }
    }
}

/// The cells of a line, where its quotes match.
pub fn cells_of(line: &str, delimiter: u8) -> Option<Vec<String>> {
    let mut cells = Cells::default();
    let begins = row(line.as_bytes(), delimiter, true, &mut cells);
    matches!(begins, Begins::Row(..)).then(|| cells.iter().map(str::to_owned).collect())
}

impl<R: Read + Seek> Table<R> {
    /// A table whose cells are parted by this.
    pub fn new(window: Window<R>, delimiter: u8) -> Self {
        Self { window, delimiter, cells: Cells::default(), broken: None }
    }

    /// Reads the next row that is not blank.
    pub fn next(&mut self) -> Result<Option<Place>, FileProblem> {
        loop {
            self.broken = None;
            if self.window.data().is_empty() && !self.window.more()? {
                return Ok(None);
            }
            let (line, offset) = (self.window.line, self.window.offset);
            let begins = row(self.window.data(), self.delimiter, self.window.eof, &mut self.cells);
            match begins {
                Begins::Row(length, lines) if length <= ROW_MAX => {
                    self.window.pass(length, lines);
                    if !self.cells.is_blank() {
                        return Ok(Some(Place { line, offset, found: Found::Cells }));
                    }
                }
                Begins::Part if self.window.data().len() <= ROW_MAX => _ = self.window.more()?,
                Begins::Row(..) | Begins::Part | Begins::Broken => {
                    let found = self.skip_line(matches!(begins, Begins::Broken))?;
                    return Ok(Some(Place { line, offset, found }));
                }
            }
        }
    }

    /// Goes to the end of the line where a row begins that cannot be read: the next one may be good.
    fn skip_line(&mut self, broken: bool) -> Result<Found, FileProblem> {
        let mut kept = Vec::new();
        let mut found = if broken { Found::Broken } else { Found::TooLarge };
        let mut first = true;
        loop {
            let data = self.window.data();
            let end = data.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            if first && end.is_some() {
                found = Found::Broken;
            }
            first = false;
            let upto = end.unwrap_or(data.len());
            kept.extend_from_slice(&data[..upto.min(ROW_MAX.saturating_sub(kept.len()))]);
            let Some(end) = end else {
                self.window.pass(upto, 0);
                if !self.window.more()? {
                    break;
                }
                continue;
            };
            if data[end] == b'\r' && end + 1 == data.len() && !self.window.eof {
                self.window.pass(end, 0);
                self.window.more()?;
                continue;
            }
            let width = if data[end..].starts_with(b"\r\n") { 2 } else { 1 };
            self.window.pass(end + width, 1);
            break;
        }
        self.broken = Some(String::from_utf8_lossy(&kept).into_owned());
        Ok(found)
    }

    /// What parts its cells.
    pub const fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The cells of the last row.
    pub const fn cells(&self) -> &Cells {
        &self.cells
    }

    /// The line of the last row, where it could not be parted.
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }
}

/// Appends a row with these cells, which are quoted where that is needed by any separator.
pub fn write<'a>(line: &mut Vec<u8>, delimiter: u8, cells: impl Iterator<Item = &'a str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            line.push(delimiter);
        }
        let plain = !cell.bytes().any(|b| b == delimiter || matches!(b, b'"' | b'\r' | b'\n' | b';' | b',' | b'\t'));
        if plain && cell.trim().len() == cell.len() {
            line.extend_from_slice(cell.as_bytes());
        } else {
            line.push(b'"');
            line.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
            line.push(b'"');
        }
    }
    line.extend_from_slice(b"\r\n");
}
