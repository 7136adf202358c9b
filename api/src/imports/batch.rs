//! Reading an upload a batch at a time, on a thread of its own: what is in memory does not depend on the file's size.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use shared::{
    import::{FileProblem, ImportFormat, ImportMode, RowProblem},
    offer::OfferDraft,
};

use super::rows::{self, Row, Rows};

/// Rows that are applied in one transaction.
pub const ROWS: usize = 1000;
/// … unless they are long: then fewer.
const BYTES: u64 = 1024 * 1024;

/// Some rows in their order.
#[derive(Debug)]
pub struct Batch {
    pub rows: Vec<Parsed>,
    /// How far the file has been read, in bytes.
    pub bytes_done: u64,
    /// What comes after them.
    pub then: Then,
}

/// What comes after a batch.
#[derive(Clone, Debug)]
pub enum Then {
    More,
    /// Nothing: these were the last rows.
    End,
    /// What cannot be read.
    Broken(FileProblem),
}

/// A row that has been read.
#[derive(Debug)]
pub struct Parsed {
    /// Which row of the file it is, from 1.
    pub number: u64,
    pub line: u64,
    pub external_id: Option<String>,
    pub content: Content,
}

/// What a row says.
#[derive(Debug)]
pub enum Content {
    Draft(Box<OfferDraft>),
    /// What is to be merged into what is there.
    Patch(Box<Row>),
    Wrong(Vec<RowProblem>),
}

/// An upload that is being read. The file stays locked for as long as this lives.
pub struct Reader {
    rows: Rows<Counted>,
    read: Arc<AtomicU64>,
    mode: ImportMode,
    /// Rows that were read.
    number: u64,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reader({:?} bytes)", self.read)
    }
}

/// Counts what is read.
struct Counted {
    file: BufReader<File>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = self.file.seek(to)?;
        self.read.store(at, Ordering::Relaxed);
        Ok(at)
    }
}

impl Reader {
    /// Opens a file and passes over the rows that are done.
    pub fn open(
        file: File,
        format: ImportFormat,
        charset: Option<&str>,
        mode: ImportMode,
        done: u64,
    ) -> Result<Self, FileProblem> {
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { file: BufReader::with_capacity(256 * 1024, file), read: read.clone() };
        let mut reader = Self { rows: rows::open(format, charset, counted)?, read, mode, number: done };
        for _ in 0..done {
            if reader.rows.next().transpose()?.is_none() {
                break;
            }
        }
        Ok(reader)
    }

    /// The next batch. Where the file breaks, the rows before are one, too.
    pub fn next(&mut self) -> Batch {
        let (mut rows, start, mut then) = (Vec::with_capacity(ROWS), self.read.load(Ordering::Relaxed), Then::More);
        while rows.len() < ROWS && self.read.load(Ordering::Relaxed) < start + BYTES {
            match self.rows.next() {
                Some(Ok(row)) => rows.push(self.parse(row)),
                Some(Err(problem)) => {
                    then = Then::Broken(FileProblem { row: Some(self.number + 1), ..problem });
                    break;
                }
                None => {
                    then = Then::End;
                    break;
                }
            }
        }
        Batch { rows, bytes_done: self.read.load(Ordering::Relaxed), then }
    }

    fn parse(&mut self, row: Row) -> Parsed {
        self.number += 1;
        let (line, external_id) = (row.line, row.external_id.clone());
        let content = match (&row.document, self.mode) {
            (Err(problems), _) => Content::Wrong(problems.clone()),
            (Ok(_), ImportMode::Patch) => Content::Patch(Box::new(row)),
            (Ok(_), _) => match rows::draft(self.mode, &row, None) {
                Ok(draft) => Content::Draft(Box::new(draft)),
                Err(problems) => Content::Wrong(problems),
            },
        };
        Parsed { number: self.number, line, external_id, content }
    }
}
