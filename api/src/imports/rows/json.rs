//! One JSON list, or an object with it as `items`: its elements are found without keeping the list.

use std::io::{Read, Seek};

use shared::import::{FileCode, FileProblem, ROW_MAX};

use super::{Row, ndjson::too_large, object};
use crate::uploads::window::Window;

/// As deep as JSON is followed anywhere here.
const DEPTH_MAX: u32 = 128;

pub struct Reader<R> {
    window: Window<R>,
    /// Whether the list is the `items` of an object.
    wrapped: bool,
    first: bool,
}

/// How far an element has been followed.
#[derive(Default)]
struct Scan {
    depth: u32,
    in_text: bool,
    escaped: bool,
    begun: bool,
}

impl Scan {
    /// How many of these bytes still belong to the element, and whether it ends with them.
    fn run(&mut self, data: &[u8]) -> Result<(usize, bool), FileCode> {
        for (at, &byte) in data.iter().enumerate() {
            if self.in_text {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_text = false;
                        if self.depth == 0 {
                            return Ok((at + 1, true));
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' | b'{' | b'[' if self.depth == 0 && self.begun => return Ok((at, true)),
                b'}' | b']' | b',' if self.depth == 0 => return Ok((at, true)),
                b'"' => self.in_text = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    if self.depth > DEPTH_MAX {
                        return Err(FileCode::TooDeep);
                    }
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Ok((at + 1, true));
                    }
                }
                _ if self.depth == 0 && byte.is_ascii_whitespace() => return Ok((at, true)),
                _ => {}
            }
            self.begun = true;
        }
        Ok((data.len(), false))
    }
}

impl<R: Read + Seek> Reader<R> {
    pub fn open(mut window: Window<R>) -> Result<Self, FileProblem> {
        let wrapped = match window.peek()? {
            None => return Err(FileProblem::new(FileCode::EmptyFile)),
            Some(b'[') => false,
            Some(b'{') => {
                window.pass(1, 0);
                word(&mut window, b"\"items\"")?;
                word(&mut window, b":")?;
                true
            }
            Some(_) => return Err(FileProblem { row: Some(1), ..broken(&window) }),
        };
        word(&mut window, b"[")?;
        Ok(Self { window, wrapped, first: true })
    }

    pub fn next(&mut self) -> Result<Option<Row>, FileProblem> {
        let Some(byte) = self.window.peek()? else { return Err(broken(&self.window)) };
        match (byte, self.first) {
            (b']', _) => {
                self.window.pass(1, 0);
                if self.wrapped {
                    word(&mut self.window, b"}")?;
                }
                return match self.window.peek()? {
                    None => Ok(None),
                    Some(_) => Err(broken(&self.window)),
                };
            }
            (_, true) => self.first = false,
            (b',', false) => self.window.pass(1, 0),
            (_, false) => return Err(broken(&self.window)),
        }
        if matches!(self.window.peek()?, None | Some(b']' | b'}' | b',')) {
            return Err(broken(&self.window));
        }
        self.element().map(Some)
    }

    fn element(&mut self) -> Result<Row, FileProblem> {
        let (line, offset) = (self.window.line, self.window.offset);
        let (mut scan, mut seen, mut large) = (Scan::default(), 0, false);
        loop {
            let (more, done) =
                scan.run(&self.window.data()[seen..]).map_err(|code| FileProblem::at(code, self.window.line))?;
            seen += more;
            large |= seen > ROW_MAX;
            if large {
                self.window.consume(seen);
                seen = 0;
            }
            if done {
                break;
            }
            if !self.window.more()? {
                return Err(FileProblem { byte: Some(offset), ..FileProblem::at(FileCode::NotJson, line) });
            }
        }
        if large {
            return Ok(too_large(line, offset));
        }
        let (external_id, document) = object::read(&self.window.data()[..seen]);
        self.window.consume(seen);
        Ok(Row { line, offset, external_id, document })
    }
}

/// Here the file is no list of offers.
fn broken<R: Read + Seek>(window: &Window<R>) -> FileProblem {
    FileProblem { byte: Some(window.offset), ..FileProblem::at(FileCode::NotJson, window.line) }
}

/// Goes over white space and exactly this.
fn word<R: Read + Seek>(window: &mut Window<R>, word: &[u8]) -> Result<(), FileProblem> {
    window.peek()?;
    while window.data().len() < word.len() && window.more()? {}
    if !window.data().starts_with(word) {
        return Err(broken(window));
    }
    window.pass(word.len(), 0);
    Ok(())
}
