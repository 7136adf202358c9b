//! Tables as people and spreadsheets save them. Rows are found here and not with a library, because a quote that is
//! never closed must neither take all memory nor all rows after it.

mod header;

use std::io::Read;

use serde_json::{Map, Value};
use shared::import::{FileCode, FileProblem, ROW_MAX, RowCode, RowProblem};

use super::{Document, Row, ndjson::too_large, object, window::Window};
use header::{Column, Header};

pub use header::known_columns;

pub struct Reader<R> {
    window: Window<R>,
    header: Header,
    cells: Cells,
    broken: Option<String>,
}

/// The cells of a row, one after the other.
#[derive(Default)]
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

    pub fn len(&self) -> usize {
        self.ends.len()
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
enum Found {
    /// A row of so many bytes with so many ends of lines.
    Row(usize, u64),
    /// The beginning of a row.
    Part,
    /// Quotes that do not match.
    Broken,
}

/// Reads the row that `data` begins with; `whole` when nothing comes after it.
fn row(data: &[u8], delimiter: u8, whole: bool, cells: &mut Cells) -> Found {
    cells.clear();
    let (mut at, mut lines) = (0, 0);
    loop {
        if data.get(at) == Some(&b'"') {
            at += 1;
            loop {
                let Some(&byte) = data.get(at) else { return if whole { Found::Broken } else { Found::Part } };
                at += 1;
                match byte {
                    b'"' if data.get(at) == Some(&b'"') => {
                        cells.text.push(b'"');
                        at += 1;
                    }
                    b'"' | b'\r' if at == data.len() && !whole => return Found::Part,
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
                return Found::Broken;
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
            None if !whole => return Found::Part,
            Some(b'\r') if at + 1 == data.len() && !whole => return Found::Part,
            end => {
                cells.end();
                let width = match (end, data.get(at + 1)) {
                    (None, _) => 0,
                    (Some(b'\r'), Some(b'\n')) => 2,
                    _ => 1,
                };
                return Found::Row(at + width, lines + u64::from(width > 0));
            }
        }
    }
}

impl<R: Read> Reader<R> {
    pub fn open(mut window: Window<R>) -> Result<Self, FileProblem> {
        let told = told_delimiter(&mut window)?;
        let mut cells = Cells::default();
        loop {
            if window.data().is_empty() && !window.more()? {
                return Err(FileProblem::new(FileCode::EmptyFile));
            }
            let candidates: &[u8] = told.as_ref().map_or(b",;\t", std::slice::from_ref);
            let mut best: Option<(Header, usize, u64)> = None;
            let (mut part, mut blank) = (false, None);
            for &delimiter in candidates {
                match row(window.data(), delimiter, window.eof, &mut cells) {
                    Found::Part => part = true,
                    Found::Broken => {}
                    Found::Row(length, lines) if cells.iter().all(|cell| cell.trim().is_empty()) => {
                        blank = Some((length, lines));
                    }
                    Found::Row(length, lines) => {
                        let header = Header::read(delimiter, &cells);
                        if best.as_ref().is_none_or(|(before, ..)| header.rank() > before.rank()) {
                            best = Some((header, length, lines));
                        }
                    }
                }
            }
            if part && window.data().len() <= ROW_MAX && window.more()? {
                continue;
            }
            if part && window.data().len() <= ROW_MAX && !window.eof {
                continue;
            }
            if part && window.data().len() > ROW_MAX {
                return Err(FileProblem::new(FileCode::NoHeader));
            }
            if part {
                // Only now it is known that nothing comes after it.
                continue;
            }
            let Some((header, length, lines)) = best else {
                let Some((length, lines)) = blank else { return Err(FileProblem::new(FileCode::NoHeader)) };
                window.pass(length, lines);
                continue;
            };
            header.check()?;
            window.pass(length, lines);
            return Ok(Self { window, header, cells, broken: None });
        }
    }

    pub fn next(&mut self) -> Result<Option<Row>, FileProblem> {
        loop {
            self.broken = None;
            if self.window.data().is_empty() && !self.window.more()? {
                return Ok(None);
            }
            let (line, offset) = (self.window.line, self.window.offset);
            let found = row(self.window.data(), self.header.delimiter, self.window.eof, &mut self.cells);
            let (length, lines) = match found {
                Found::Row(length, lines) if length <= ROW_MAX => (length, lines),
                Found::Part if self.window.data().len() <= ROW_MAX => {
                    self.window.more()?;
                    continue;
                }
                Found::Row(..) | Found::Part | Found::Broken => {
                    return self.skip_line(matches!(found, Found::Broken)).map(|code| {
                        let refused = Err(vec![RowProblem::new("", code)]);
                        Some(Row { document: refused, ..too_large(line, offset) })
                    });
                }
            };
            self.window.pass(length, lines);
            if self.cells.iter().all(is_blank) {
                continue;
            }
            let fields = self.fields();
            let external_id = fields.as_ref().ok().and_then(|fields| fields.get("external_id")).and_then(object::name);
            return Ok(Some(Row { line, offset, external_id, document: fields.map(Document::Fields) }));
        }
    }

    /// Goes to the end of the line where a row begins that cannot be read: the next one may be good.
    fn skip_line(&mut self, broken: bool) -> Result<RowCode, FileProblem> {
        let mut kept = Vec::new();
        let mut code = if broken { RowCode::BrokenRow } else { RowCode::RowTooLarge };
        let mut first = true;
        loop {
            let data = self.window.data();
            let end = data.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            if first && end.is_some() {
                code = RowCode::BrokenRow;
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
        Ok(code)
    }

    /// The cells in the structure of an offer.
    fn fields(&self) -> Result<Map<String, Value>, Vec<RowProblem>> {
        let columns = &self.header.columns;
        let beyond = self.cells.iter().skip(columns.len()).any(|cell| !is_blank(cell));
        let mut cells = columns.iter().zip(self.cells.iter());
        if beyond || self.cells.len() < columns.len() || cells.any(|(c, cell)| c.is_none() && !is_blank(cell)) {
            let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
            let (min, max) = (count(self.cells.len()), count(columns.len()));
            return Err(vec![RowProblem { min, max, ..RowProblem::new("", RowCode::WrongNumberOfColumns) }]);
        }
        let mut fields = Map::new();
        for (column, cell) in columns.iter().zip(self.cells.iter()) {
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
        self.header.delimiter
    }

    /// The heading as it was sent.
    pub fn heading(&self) -> &[String] {
        &self.header.names
    }

    /// Of the last row: its cells, or all of its line where it could not be parted.
    pub fn last(&self) -> Vec<String> {
        match &self.broken {
            Some(line) => vec![line.clone()],
            None => self.cells.iter().map(str::to_owned).collect(),
        }
    }

    /// The columns that hold what was reported of an earlier upload.
    pub fn is_report(&self, index: usize) -> bool {
        matches!(self.header.columns.get(index), Some(Some(Column::Report)))
    }
}

fn is_blank(cell: &str) -> bool {
    cell.trim().is_empty()
}

/// The delimiter of a line `sep=;`, with which Excel is told how to open a file.
fn told_delimiter<R: Read>(window: &mut Window<R>) -> Result<Option<u8>, FileProblem> {
    while window.data().len() < 8 && window.more()? {}
    let data = window.data();
    let start = usize::from(data.first() == Some(&b'"'));
    if data.len() < start + 5 || !data[start..start + 4].eq_ignore_ascii_case(b"sep=") {
        return Ok(None);
    }
    let delimiter = data[start + 4];
    let rest = &data[start + 5..];
    let rest = rest.strip_prefix(b"\"").filter(|_| start == 1).unwrap_or(rest);
    let width =
        if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.starts_with(b"\n") || rest.starts_with(b"\r")) };
    if width == 0 || !matches!(delimiter, b',' | b';' | b'\t' | b'|') {
        return Ok(None);
    }
    let length = data.len() - rest.len() + width;
    window.pass(length, 1);
    Ok(Some(delimiter))
}
