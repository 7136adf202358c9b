//! A piece of a file in memory, which moves over it.

use std::io::{Read, Seek};

use shared::import::FileProblem;

use super::source::Source;

/// What has been read and not used yet.
pub struct Window<R> {
    source: Source<R>,
    buffer: Vec<u8>,
    start: usize,
    /// The line that `data` begins with, from 1.
    pub line: u64,
    /// Where `data` begins.
    pub offset: u64,
    /// Whether there is nothing more to read.
    pub eof: bool,
}

impl<R: Read + Seek> Window<R> {
    pub fn new(source: Source<R>) -> Self {
        Self { source, buffer: Vec::new(), start: 0, line: 1, offset: 0, eof: false }
    }

    /// What is there.
    pub fn data(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Reads more; answers whether there was any.
    pub fn more(&mut self) -> Result<bool, FileProblem> {
        if self.eof {
            return Ok(false);
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let before = self.buffer.len();
        // A piece can decode to nothing: half a letter.
        while !self.eof && self.buffer.len() == before {
            self.eof = !self.source.fill(&mut self.buffer)?;
        }
        Ok(self.buffer.len() > before)
    }

    /// Goes on by some bytes with so many ends of lines in them.
    pub fn pass(&mut self, bytes: usize, lines: u64) {
        self.start += bytes;
        self.offset += bytes as u64;
        self.line += lines;
    }

    /// Goes on by some bytes and counts their line feeds.
    pub fn consume(&mut self, bytes: usize) {
        let lines = memchr::memchr_iter(b'\n', &self.data()[..bytes]).count();
        self.pass(bytes, lines as u64);
    }

    /// The next byte that is no white space, without using it; nothing at the end.
    pub fn peek(&mut self) -> Result<Option<u8>, FileProblem> {
        loop {
            let blank = self.data().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.consume(blank);
            if let Some(byte) = self.data().first() {
                return Ok(Some(*byte));
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }
}
