//! The bytes of a file as UTF-8, whatever it was written in.

use std::io::{ErrorKind, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use shared::import::{FileCode, FileProblem};

use super::{charsets, evidence::Evidence};

/// What is read at once, and looked at to recognise an encoding.
const PIECE: usize = 64 * 1024;

pub struct Source<R> {
    reader: R,
    input: Vec<u8>,
    state: State,
    /// Ends of lines that were handed out.
    lines: u64,
    over: bool,
}

enum State {
    /// Nothing is read yet; JSON or a table of a charset that is not told.
    Begin {
        table: bool,
    },
    /// Handed out as it is: JSON, of which each row is checked.
    Raw,
    /// A table that had only ASCII so far.
    Ascii,
    Known(Box<Decoder>),
}

impl<R: Read + Seek> Source<R> {
    /// JSON is always UTF-8.
    pub fn json(reader: R) -> Self {
        Self::new(reader, State::Begin { table: false })
    }

    /// A table; `charset` is a label of the Encoding Standard.
    pub fn table(reader: R, charset: Option<&str>) -> Result<Self, FileProblem> {
        let Some(label) = charset else { return Ok(Self::new(reader, State::Begin { table: true })) };
        let named = charsets::of_label(label);
        let Some(encoding) = named else {
            let name: String = label.chars().filter(|c| !c.is_control()).take(40).collect();
            return Err(FileProblem::named(FileCode::UnsupportedEncoding, name));
        };
        Ok(Self::new(reader, State::Known(Box::new(encoding.new_decoder()))))
    }

    fn new(reader: R, state: State) -> Self {
        Self { reader, input: Vec::new(), state, lines: 0, over: false }
    }

    /// Appends the next piece; answers whether there may be more.
    pub fn fill(&mut self, output: &mut Vec<u8>) -> Result<bool, FileProblem> {
        let before = output.len();
        self.read()?;
        if let State::Begin { table } = self.state {
            self.begin(table)?;
        }
        if matches!(self.state, State::Ascii) && !self.input.is_ascii() {
            // What was handed out is the same in all encodings, so it is early enough to choose one now.
            self.fill_input()?;
            let encoding = self.recognise()?;
            self.state = State::Known(Box::new(encoding.new_decoder_without_bom_handling()));
        }
        match &mut self.state {
            State::Known(decoder) => {
                let room = decoder.max_utf8_buffer_length_without_replacement(self.input.len()).unwrap_or(PIECE * 4);
                output.resize(before + room, 0);
                let decoded = decoder.decode_to_utf8_without_replacement(&self.input, &mut output[before..], self.over);
                output.truncate(before + decoded.2);
                if !matches!(decoded.0, DecoderResult::InputEmpty) {
                    let line = self.lines + 1 + breaks(&output[before..]);
                    return Err(FileProblem::at(FileCode::MixedEncodings, line));
                }
            }
            _ => output.extend_from_slice(&self.input),
        }
        self.input.clear();
        self.lines += breaks(&output[before..]);
        Ok(!self.over)
    }

    /// Leaves out the mark of the encoding, and refuses what is plainly something else.
    fn begin(&mut self, table: bool) -> Result<(), FileProblem> {
        self.fill_input()?;
        if let Some(name) = charsets::other_file(&self.input) {
            return Err(FileProblem::named(FileCode::UnsupportedEncoding, name));
        }
        let wide = charsets::wide(&self.input);
        if !table {
            if let Some(encoding) = wide {
                return Err(FileProblem::named(FileCode::UnsupportedEncoding, encoding.name()));
            }
            if self.input.starts_with(b"\xef\xbb\xbf") {
                self.input.drain(..3);
            }
            self.state = State::Raw;
        } else if let Some(encoding) = wide {
            self.state = State::Known(Box::new(encoding.new_decoder()));
        } else if self.input.starts_with(b"\xef\xbb\xbf") {
            self.state = State::Known(Box::new(UTF_8.new_decoder()));
        } else {
            self.state = State::Ascii;
        }
        Ok(())
    }

    /// The encoding of a table that is not only ASCII. Where this piece does not show that it is UTF-8, all of the file is
    /// looked at.
    fn recognise(&mut self) -> Result<&'static Encoding, FileProblem> {
        let mut evidence = Evidence::default();
        evidence.add(&self.input);
        if evidence.is_utf8() {
            return Ok(UTF_8);
        }
        if !self.over {
            let here = self.reader.stream_position().map_err(|error| unreadable(&error))?;
            let mut piece = vec![0; PIECE];
            loop {
                match self.reader.read(&mut piece) {
                    Ok(0) => break,
                    Ok(read) => evidence.add(&piece[..read]),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(unreadable(&error)),
                }
            }
            self.reader.seek(SeekFrom::Start(here)).map_err(|error| unreadable(&error))?;
        }
        evidence.decide()
    }

    /// Reads until there is a whole piece or nothing more.
    fn fill_input(&mut self) -> Result<(), FileProblem> {
        while !self.over && self.input.len() < PIECE {
            self.read()?;
        }
        Ok(())
    }

    fn read(&mut self) -> Result<(), FileProblem> {
        let before = self.input.len();
        self.input.resize(before + PIECE, 0);
        let read = loop {
            match self.reader.read(&mut self.input[before..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.input.truncate(before + read.as_ref().copied().unwrap_or(0));
        self.over |= matches!(read, Ok(0));
        read.map(|_| ()).map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &std::io::Error) -> FileProblem {
    tracing::error!(%error, "an upload could not be read");
    FileProblem::new(FileCode::Internal)
}

fn breaks(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}
