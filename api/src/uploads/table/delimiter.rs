//! What parts the cells of a table.

use std::io::{Read, Seek};

use shared::import::{FileCode, FileProblem, ROW_MAX};

use super::{Begins, Cells, row};
use crate::uploads::window::Window;

/// What parts cells when nothing says so.
pub const DELIMITERS: &[u8] = b",;\t";

/// Chooses what parts the cells of a table: what a line `sep=` says, or else that by which the first line that is not
/// blank has the highest `rank`. Returns nothing where no choice gives a row.
///
/// # Errors
/// Nothing is in the file, or the line is longer than a row may be.
pub fn delimiter<R: Read + Seek, K: Ord>(
    window: &mut Window<R>,
    rank: impl Fn(&Cells) -> K,
) -> Result<Option<u8>, FileProblem> {
    let told = told_delimiter(window)?;
    let candidates = told.as_ref().map_or(DELIMITERS, std::slice::from_ref);
    let mut cells = Cells::default();
    loop {
        if window.data().is_empty() && !window.more()? {
            return Err(FileProblem::new(FileCode::EmptyFile));
        }
        let mut best: Option<(K, u8)> = None;
        let (mut is_part, mut blank) = (false, None);
        for &delimiter in candidates {
            match row(window.data(), delimiter, window.eof, &mut cells) {
                Begins::Part => is_part = true,
                Begins::Broken => {}
                Begins::Row(length, lines) if cells.is_blank() => blank = Some((length, lines)),
                Begins::Row(..) => {
                    let rank = rank(&cells);
                    if best.as_ref().is_none_or(|(before, _)| rank > *before) {
                        best = Some((rank, delimiter));
                    }
                }
            }
        }
        if is_part && window.data().len() > ROW_MAX {
            return Err(FileProblem::new(FileCode::NoHeader));
        }
        if is_part {
            // Where nothing more comes, it is known only now that this is all.
            window.more()?;
            continue;
        }
        match (best, blank) {
            (Some((_, delimiter)), _) => return Ok(Some(delimiter)),
            (None, Some((length, lines))) => window.pass(length, lines),
            (None, None) => return Ok(told),
        }
    }
}

/// The delimiter of a line `sep=;`, with which Excel is told how to open a file.
pub fn told_delimiter<R: Read + Seek>(window: &mut Window<R>) -> Result<Option<u8>, FileProblem> {
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
