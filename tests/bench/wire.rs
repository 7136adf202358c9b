//! The least of HTTP/1.1 that a load generator needs: ready-made requests, and of an answer its status, its length and,
//! for a refusal, its code.

use std::io;

use memchr::memmem;

/// Many requests, ready to be sent.
#[derive(Debug, Default)]
pub struct Requests {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Requests {
    /// Adds a GET.
    pub fn get(&mut self, path: &str) {
        self.add(format_args!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n"));
    }

    /// Adds a GET by somebody.
    pub fn get_as(&mut self, path: &str, token: &str) {
        self.add(format_args!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nAuthorization: Bearer {token}\r\n\r\n"
        ));
    }

    /// Adds a POST of a JSON document by somebody.
    pub fn post(&mut self, path: &str, token: &str, body: &str) {
        self.post_with(path, token, body, "");
    }

    /// The same with a key of its own, as the page sends it.
    pub fn post_keyed(&mut self, path: &str, token: &str, body: &str) {
        self.post_with(path, token, body, &format!("Idempotency-Key: {}\r\n", uuid::Uuid::now_v7()));
    }

    fn post_with(&mut self, path: &str, token: &str, body: &str, header: &str) {
        let length = body.len();
        self.add(format_args!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nAuthorization: Bearer {token}\r\n\
             {header}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
    }

    fn add(&mut self, request: std::fmt::Arguments) {
        io::Write::write_fmt(&mut self.bytes, request).expect("memory");
        self.ends.push(self.bytes.len());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of one.
    pub fn at(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }
}

/// What is told of an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    pub status: u16,
    /// The problem's code.
    pub code: Option<String>,
}

/// The head of an answer: its status, and how long head and body are together.
pub fn head(buffer: &[u8]) -> io::Result<Option<(u16, usize, usize)>> {
    let Some(end) = memmem::find(buffer, b"\r\n\r\n") else { return Ok(None) };
    let head = &buffer[..end + 2];
    let broken = || io::Error::new(io::ErrorKind::InvalidData, String::from_utf8_lossy(head).into_owned());
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|t| t.trim().parse::<usize>().ok());
    let status = head.get(9..12).and_then(number).and_then(|n| u16::try_from(n).ok()).ok_or_else(broken)?;
    let length = length_at(head).and_then(|at| {
        let value = &head[at..];
        number(&value[..memchr::memchr(b'\r', value)?])
    });
    let length = if status == 304 { 0 } else { length.ok_or_else(broken)? };
    Ok(Some((status, end + 4, end + 4 + length)))
}

/// Where the value of `Content-Length` begins; actix writes the name in small letters.
fn length_at(head: &[u8]) -> Option<usize> {
    let name = b"\r\ncontent-length:";
    memmem::find(head, name).or_else(|| memmem::find(head, b"\r\nContent-Length:")).map(|at| at + name.len())
}

/// The `code` of a problem document.
pub fn problem_code(body: &[u8]) -> Option<String> {
    let start = memmem::find(body, b"\"code\":\"")? + 8;
    let end = start + memchr::memchr(b'"', &body[start..])?;
    Some(String::from_utf8_lossy(&body[start..end]).into_owned())
}
