//! Which encoding a table without a mark is in: decided by what stands in the whole file, and never guessed where two
//! encodings come near each other.

use encoding_rs::{Encoding, UTF_8};
use shared::import::{FileCode, FileProblem};

use super::{
    charsets::{CODE_PAGES, CodePage},
    letters::Language,
};

/// So many letters of UTF-8 are no accident: what does not fit them is another encoding.
const UTF8_CERTAIN: u64 = 3;
/// … unless there is so much more that does not fit.
const UTF8_SHARE: u64 = 8;
/// How much likelier the best reading has to be than the next one, in bits: 64 times.
const MARGIN: f64 = 6.0;
/// The most that a pair may cost on the average, in bits; text of one's own language costs 4 or 5.
const PLAUSIBLE: f64 = 7.0;
/// What it costs that a code page is one that programs here do not write by themselves.
const RARE: f64 = 5.0;
/// A capital after a small letter.
const CAPITAL_WITHIN: f32 = 14.0;
/// A sign that no text has.
const BROKEN: f32 = 30.0;
/// How many readings a refusal shows.
const SHOWN: usize = 3;
/// How many bytes of the file a refusal shows.
const SAMPLE: usize = 24;

/// What has been seen of a file.
#[derive(Debug)]
pub struct Evidence {
    /// How often each byte follows each other one, where one of the two is beyond ASCII.
    pairs: Vec<u64>,
    last: u8,
    /// The beginning of a letter of UTF-8 at the end of what was seen.
    cut: Vec<u8>,
    /// Letters of UTF-8 that are hardly something else.
    utf8: u64,
    /// Pieces that are no UTF-8.
    strays: u64,
    nul: bool,
    /// The first word beyond ASCII.
    sample: Vec<u8>,
}

/// Whether a letter of UTF-8 is one that files here have; others are two or three of a code page by accident.
fn is_ours(sign: char) -> bool {
    matches!(sign, 'А'..='я' | 'Ё' | 'ё') && !matches!(sign, 'и' | 'ё') || "çəğıöşüÇƏĞİÖŞÜ".contains(sign)
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            pairs: vec![0; 1 << 16],
            last: b'\n',
            cut: Vec::new(),
            utf8: 0,
            strays: 0,
            nul: false,
            sample: Vec::new(),
        }
    }
}

impl Evidence {
    /// Looks at the next piece.
    pub fn add(&mut self, piece: &[u8]) {
        if piece.is_ascii() && self.last.is_ascii() && self.cut.is_empty() {
            self.nul |= piece.contains(&0);
            self.last = piece.last().copied().unwrap_or(self.last);
            return;
        }
        self.show(piece);
        self.nul |= piece.contains(&0);
        for &byte in piece {
            if !(self.last.is_ascii() && byte.is_ascii()) {
                self.pairs[usize::from(self.last) << 8 | usize::from(byte)] += 1;
            }
            self.last = byte;
        }
        let mut text = std::mem::take(&mut self.cut);
        text.extend_from_slice(piece);
        let whole = text.len();
        let mut at = 0;
        for chunk in text.utf8_chunks() {
            let letters = chunk.valid().chars().filter(|sign| is_ours(*sign));
            self.utf8 += letters.count() as u64;
            at += chunk.valid().len() + chunk.invalid().len();
            if at == whole {
                self.cut = chunk.invalid().to_vec();
            } else {
                self.strays += u64::from(!chunk.invalid().is_empty());
            }
        }
    }

    /// Takes the first word beyond ASCII as what a refusal shows.
    fn show(&mut self, piece: &[u8]) {
        if !self.sample.is_empty() {
            return;
        }
        let Some(high) = piece.iter().position(|byte| !byte.is_ascii()) else { return };
        let parts = |byte: &u8| byte.is_ascii_control() || matches!(byte, b',' | b';' | b'"' | b'|');
        let start = piece[..high].iter().rposition(parts).map_or(0, |at| at + 1).max(high.saturating_sub(SAMPLE / 2));
        let word = &piece[start..];
        let end = word.iter().position(parts).unwrap_or(word.len()).min(SAMPLE);
        self.sample = word[..end].to_vec();
    }

    /// Whether there are so many letters of UTF-8 that it can be nothing else.
    pub fn is_utf8(&self) -> bool {
        self.utf8 >= UTF8_CERTAIN && self.utf8 * UTF8_SHARE >= self.strays
    }

    /// The encoding of a file of which all was seen.
    ///
    /// # Errors
    /// The name of an encoding that is not read, or the candidates where it is doubtful.
    pub fn decide(mut self) -> Result<&'static Encoding, FileProblem> {
        self.strays += u64::from(!self.cut.is_empty());
        if self.strays == 0 || self.is_utf8() {
            return Ok(UTF_8);
        }
        if self.nul {
            return Err(FileProblem::named(FileCode::UnsupportedEncoding, "binary"));
        }
        self.pairs[usize::from(self.last) << 8 | usize::from(b'\n')] += u64::from(!self.last.is_ascii());
        let mut readings: Vec<(f64, &CodePage)> = CODE_PAGES.iter().map(|page| (self.bits(page), page)).collect();
        readings.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let (bits, best) = readings[0];
        let seen: u64 = self.pairs.iter().sum();
        // Far below 2⁵³.
        #[allow(clippy::cast_precision_loss)]
        let plausible = bits <= PLAUSIBLE * seen as f64 + RARE;
        let next = readings[1..].iter().find(|(_, page)| !self.is_same(best, page));
        if !plausible || next.is_some_and(|(next, _)| next - bits < MARGIN) {
            return Err(FileProblem::named(FileCode::DoubtfulEncoding, self.candidates(&readings)));
        }
        best.reads.ok_or_else(|| FileProblem::named(FileCode::UnsupportedEncoding, best.name))
    }

    /// How unlikely the file is in a code page, in bits: in the likeliest of its languages.
    fn bits(&self, page: &CodePage) -> f64 {
        let rare = if page.reads.is_some() { 0.0 } else { RARE };
        let languages = page.languages.iter().map(|language| self.bits_in(page, language));
        languages.fold(f64::INFINITY, f64::min) + rare
    }

    fn bits_in(&self, page: &CodePage, language: &Language) -> f64 {
        let places = page.signs.map(|sign| language.place(sign));
        let mut bits = 0.0;
        for (pair, count) in self.pairs.iter().enumerate().filter(|(_, count)| **count > 0) {
            let [last, next] = [pair >> 8, pair & 0xff];
            let mut one = language.bits(places[last], places[next]);
            one += strange(page.signs[last], page.signs[next]);
            one +=
                if page.signs[last].is_lowercase() && page.signs[next].is_uppercase() { CAPITAL_WITHIN } else { 0.0 };
            // Far below 2⁵³.
            #[allow(clippy::cast_precision_loss)]
            let count = *count as f64;
            bits += f64::from(one) * count;
        }
        bits
    }

    /// Whether two code pages read this file as the same text.
    fn is_same(&self, one: &CodePage, other: &CodePage) -> bool {
        let seen = |byte: usize| (0..256).any(|next| self.pairs[byte << 8 | next] > 0);
        (128..256).all(|byte| one.signs[byte] == other.signs[byte] || !seen(byte))
    }

    /// The likeliest readings, each with what it makes of a word of the file.
    fn candidates(&self, readings: &[(f64, &CodePage)]) -> String {
        let mut shown: Vec<&CodePage> = Vec::new();
        for (_, page) in readings {
            if shown.len() < SHOWN && !shown.iter().any(|before| self.is_same(before, page)) {
                shown.push(page);
            }
        }
        let word = |page: &CodePage| {
            let signs = self.sample.iter().map(|byte| page.signs[usize::from(*byte)]);
            signs.map(|sign| if sign.is_control() { '\u{fffd}' } else { sign }).collect::<String>()
        };
        let shown: Vec<String> = shown.iter().map(|page| format!("{}: «{}»", page.name, word(page).trim())).collect();
        shown.join(", ")
    }
}

/// Signs that stand before a word, after one, or between two.
const BEFORE: &str = "«„“‘";
const AFTER: &str = "»”’…";
const AROUND: &str = "\u{a0}–—№";
/// Signs that are met less.
const OTHERS: &str = "•·°±§©®™€₼";

/// What the signs of a pair cost that are no letters.
fn strange(last: char, next: char) -> f32 {
    let one = |sign: char| match sign {
        _ if sign.is_ascii() || sign.is_alphabetic() && !is_private(sign) => 0.0,
        _ if is_private(sign) || sign.is_control() => BROKEN,
        _ if [BEFORE, AFTER, AROUND].iter().any(|signs| signs.contains(sign)) => 3.0,
        _ if OTHERS.contains(sign) => 5.0,
        _ => 10.0,
    };
    let beside = |sign: char, letter: char, good: &str| {
        let is_sign = !sign.is_ascii() && !sign.is_alphabetic();
        if is_sign && letter.is_alphabetic() && !good.contains(sign) && !AROUND.contains(sign) { 6.0 } else { 0.0 }
    };
    one(last) + one(next) + beside(last, next, BEFORE) + beside(next, last, AFTER)
}

/// What stands where a code page has nothing.
fn is_private(sign: char) -> bool {
    matches!(sign, '\u{fffd}' | '\u{e000}'..='\u{f8ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text in a code page, as far as that has its letters.
    fn encoded(page: &CodePage, text: &str) -> Vec<u8> {
        let byte = |sign: char| page.signs.iter().position(|known| *known == sign);
        text.chars().map(|sign| byte(sign).and_then(|byte| u8::try_from(byte).ok()).expect(text)).collect()
    }

    fn decided(file: &[u8], piece: usize) -> Result<&'static str, FileProblem> {
        let mut evidence = Evidence::default();
        file.chunks(piece).for_each(|piece| evidence.add(piece));
        evidence.decide().map(Encoding::name)
    }

    #[test]
    fn every_code_page_is_known_by_its_text_however_it_is_cut() {
        let russian = "Курсы для учителей; Билеты в театр, Газовая колонка";
        let turkic = "Öğretmenler için; Şagirdler üçün yay dersleri, çoklu ışık";
        for page in CODE_PAGES.iter() {
            let text = if page.languages.len() == 1 { russian } else { turkic };
            let file = [b"title.az;quota\r\n", encoded(page, text).as_slice(), b";1\r\n"].concat();
            for piece in [1, 2, 7, file.len()] {
                match (decided(&file, piece), page.reads) {
                    (Ok(name), Some(encoding)) => assert_eq!(name, encoding.name()),
                    (Err(problem), None) => assert_eq!(problem.name.as_deref(), Some(page.name)),
                    (other, _) => panic!("{}: {other:?}", page.name),
                }
            }
        }
    }

    #[test]
    fn utf8_is_known_and_what_is_added_to_it_does_not_hide_it() {
        for text in ["title.az\nMüəllim", "№", "«a»"] {
            for piece in [1, 2, 100] {
                assert_eq!(decided(text.as_bytes(), piece).ok(), Some("UTF-8"), "{text}");
            }
        }
        let mixed = ["title.az\nMüəllimlər\n".as_bytes(), b"\xca\xf3\xf0\xf1\xfb"].concat();
        assert_eq!(decided(&mixed, 3).ok(), Some("UTF-8"), "which then breaks at its line");
    }

    #[test]
    fn few_letters_are_doubtful_and_many_are_not() {
        let doubtful = decided(b"title.az\n\xe7\xfd\xf6\n", 100).expect_err("three letters");
        assert_eq!(doubtful.code, FileCode::DoubtfulEncoding);
        assert!(doubtful.name.is_some_and(|name| name.contains("windows-1254: «çıö»")));
        assert_eq!(decided(b"a\0\xe7\n", 5).expect_err("no text").name.as_deref(), Some("binary"));
    }
}
