//! Which encoding a table is in: told from its content, or refused by name. Nothing is guessed that could be wrong
//! without anybody noticing.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1254};
use shared::import::{FileCode, FileProblem};

/// What begins like another kind of file.
pub fn other_file(start: &[u8]) -> Option<&'static str> {
    let marks: [(&[u8], &str); 6] = [
        (b"PK\x03\x04", "Excel .xlsx / ZIP"),
        (b"\xd0\xcf\x11\xe0", "Excel .xls"),
        (b"%PDF", "PDF"),
        (b"\x1f\x8b", "gzip"),
        (b"\xff\xfe\0\0", "UTF-32"),
        (b"\0\0\xfe\xff", "UTF-32"),
    ];
    marks.iter().find(|(mark, _)| start.starts_with(mark)).map(|(_, name)| *name)
}

/// UTF-16, by its mark or by the zeros of its Latin letters.
pub fn wide(start: &[u8]) -> Option<&'static Encoding> {
    if start.starts_with(b"\xff\xfe") {
        return Some(UTF_16LE);
    }
    if start.starts_with(b"\xfe\xff") {
        return Some(UTF_16BE);
    }
    let start = &start[..start.len().min(1024)];
    let pairs = start.len() / 2;
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = |zeros: usize| zeros > 0 && zeros * 10 >= pairs * 4;
    match () {
        () if many(odd) && even == 0 => Some(UTF_16LE),
        () if many(even) && odd == 0 => Some(UTF_16BE),
        () => None,
    }
}

/// The letters of Turkish (and of Azerbaijani but for `ə`) that Windows-1254 has beyond ASCII.
const TURKISH: &[u8] = b"\xc7\xd0\xd6\xdc\xdd\xde\xe7\xf0\xf6\xfc\xfd\xfe";
/// Signs that both code pages have at the same place: quotes, dashes, a hard space, `«`, `»`.
const SIGNS: &[u8] = b"\x84\x85\x91\x92\x93\x94\x95\x96\x97\xa0\xab\xb0\xb1\xb7\xbb";

/// The encoding of a piece that is not only ASCII; `whole` when nothing comes after it.
pub fn recognise(piece: &[u8], whole: bool) -> Result<&'static Encoding, FileProblem> {
    match std::str::from_utf8(piece) {
        Ok(_) => return Ok(UTF_8),
        Err(error) => {
            let good = String::from_utf8_lossy(&piece[..error.valid_up_to()]);
            let cut = error.error_len().is_none() && !whole;
            // Several letters of UTF-8 are no accident: what comes after them is the other encoding.
            if cut || good.chars().filter(|c| !c.is_ascii()).count() >= 3 {
                return Ok(UTF_8);
            }
        }
    }
    let refuse = |name| Err(FileProblem::named(FileCode::UnsupportedEncoding, name));
    if piece.contains(&0) {
        return refuse("binary");
    }
    let high: Vec<usize> = (0..piece.len()).filter(|at| piece[*at] >= 0x80 && !SIGNS.contains(&piece[*at])).collect();
    let letter = |at: Option<usize>| at.and_then(|at| piece.get(at)).is_some_and(|byte| *byte >= 0xc0);
    let together = high.iter().filter(|at| letter(at.checked_sub(1)) || letter(Some(*at + 1))).count();
    if !high.is_empty() && high.iter().all(|at| TURKISH.contains(&piece[*at])) && together * 2 < high.len() {
        return Ok(WINDOWS_1254);
    }
    let count = |from: u8, to: u8| high.iter().filter(|at| (from..=to).contains(&piece[**at])).count();
    let (capitals, small, low) = (count(0xc0, 0xdf), count(0xe0, 0xff), count(0x80, 0xbf));
    match () {
        () if together * 3 < high.len() * 2 => refuse("Windows-1252 / ISO 8859"),
        () if low * 4 > high.len() => refuse("IBM866"),
        () if capitals > small && capitals < high.len() => refuse("KOI8-R"),
        () => Ok(WINDOWS_1251),
    }
}
