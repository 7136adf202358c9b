//! NDJSON: an object on each line. A bad line is a bad row, and the rest goes on.

use std::io::{Read, Seek};

use shared::import::{FileCode, FileProblem, ROW_MAX, RowCode, RowProblem};

use super::{Row, object};
use crate::uploads::window::Window;

pub struct Reader<R> {
    window: Window<R>,
}

impl<R: Read + Seek> Reader<R> {
    pub fn open(mut window: Window<R>) -> Result<Self, FileProblem> {
        match window.peek()? {
            Some(_) => Ok(Self { window }),
            None => Err(FileProblem::new(FileCode::EmptyFile)),
        }
    }

    pub fn next(&mut self) -> Result<Option<Row>, FileProblem> {
        if self.window.peek()?.is_none() {
            return Ok(None);
        }
        let (line, offset) = (self.window.line, self.window.offset);
        let mut seen = 0;
        let length = loop {
            if let Some(end) = self.window.data()[seen..].iter().position(|byte| *byte == b'\n') {
                break seen + end;
            }
            seen = self.window.data().len();
            if seen > ROW_MAX {
                self.skip_line()?;
                return Ok(Some(too_large(line, offset)));
            }
            if !self.window.more()? {
                break seen;
            }
        };
        let row = if length > ROW_MAX {
            too_large(line, offset)
        } else {
            let (external_id, document) = object::read(self.window.data()[..length].trim_ascii());
            Row { line, offset, external_id, document }
        };
        self.window.pass(length, 0);
        Ok(Some(row))
    }

    /// Goes to the end of the line without keeping it.
    fn skip_line(&mut self) -> Result<(), FileProblem> {
        loop {
            let data = self.window.data();
            if let Some(end) = data.iter().position(|byte| *byte == b'\n') {
                self.window.pass(end, 0);
                return Ok(());
            }
            let all = data.len();
            self.window.pass(all, 0);
            if !self.window.more()? {
                return Ok(());
            }
        }
    }
}

/// A row of which nothing was kept.
pub fn too_large(line: u64, offset: u64) -> Row {
    Row { line, offset, external_id: None, document: Err(vec![RowProblem::new("", RowCode::RowTooLarge)]) }
}
