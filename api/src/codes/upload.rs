//! Reading an upload of codes: a table or text with one code a line, or a list. Pure; what the database knows of the
//! codes comes in.

mod heading;
mod sheet;

use std::collections::HashMap;

use shared::{
    FieldCode, Lang, OfferId,
    pool::{CODE_LENGTH_MAX, CODES_MAX, CodeFault, CodeProblem, PROBLEMS_MAX},
};

pub use self::sheet::lines;
use crate::{
    error::{Error, Result},
    uploads::{cell, damage},
};

/// A code of an upload, with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: u32,
    pub code: String,
    /// Why the line cannot be read.
    pub fault: Option<CodeFault>,
}

/// A line that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: Line,
    pub kind: CodeFault,
    pub first_line: Option<u32>,
    pub offer: Option<OfferId>,
}

impl Fault {
    fn new(line: Line, kind: CodeFault) -> Self {
        Self { line, kind, first_line: None, offer: None }
    }

    fn problem(&self, lang: Lang) -> CodeProblem {
        CodeProblem {
            line: self.line.number,
            code: self
                .line
                .code
                .chars()
                .filter(|c| is_printable(*c) || *c == '\u{fffd}')
                .take(CODE_LENGTH_MAX)
                .collect(),
            fault: self.kind,
            message: self.kind.message(lang).to_owned(),
            first_line: self.first_line,
            offer_id: self.offer,
        }
    }
}

/// The first problems of an upload, in words.
pub fn problems(faults: &[Fault], lang: Lang) -> Vec<CodeProblem> {
    faults.iter().take(PROBLEMS_MAX).map(|fault| fault.problem(lang)).collect()
}

/// The entries of a list.
pub fn entries(codes: Vec<String>) -> Vec<Line> {
    (1..).zip(codes).map(|(number, code)| Line { number, code: code.trim().to_owned(), fault: None }).collect()
}

/// Refuses an upload without codes or with too many.
pub fn check_size(lines: &[Line]) -> Result<()> {
    if lines.is_empty() {
        return Err(Error::invalid_at("/codes", FieldCode::Required));
    }
    if lines.len() > CODES_MAX {
        let mut violations = shared::Violations::default();
        let bound = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        violations.range("/codes", bound(lines.len()), 1, bound(CODES_MAX));
        return Err(Error::invalid(violations));
    }
    Ok(())
}

/// Parts the good lines from those that are wrong by themselves or stand twice.
pub fn sift(lines: Vec<Line>) -> (Vec<Line>, Vec<Fault>) {
    let (mut good, mut faults) = (Vec::with_capacity(lines.len()), Vec::new());
    let mut first: HashMap<String, u32> = HashMap::with_capacity(lines.len());
    for line in lines {
        if let Some(kind) = line.fault.or_else(|| wrong(&line.code)) {
            faults.push(Fault::new(line, kind));
        } else if let Some(first) = first.get(&line.code) {
            let first_line = Some(*first);
            faults.push(Fault { first_line, ..Fault::new(line, CodeFault::DuplicateInFile) });
        } else {
            first.insert(line.code.clone(), line.number);
            good.push(line);
        }
    }
    (good, faults)
}

/// What is wrong with a code by itself.
fn wrong(code: &str) -> Option<CodeFault> {
    match code {
        _ if cell::is_shortened(code) => Some(CodeFault::ShortenedNumber),
        _ if damage::is_error(code) => Some(CodeFault::SpreadsheetError),
        _ if code.is_empty() || !code.chars().all(is_printable) => Some(CodeFault::InvalidCharacters),
        _ if code.chars().count() > CODE_LENGTH_MAX => Some(CodeFault::TooLong),
        _ => None,
    }
}

/// Parts from the good lines those whose code an offer of the partner has already. The faults are in the order of lines.
pub fn part(
    good: Vec<Line>,
    mut faults: Vec<Fault>,
    known: &HashMap<String, OfferId>,
    here: OfferId,
) -> (Vec<Line>, Vec<Fault>) {
    let mut fresh = Vec::with_capacity(good.len());
    for line in good {
        match known.get(&line.code) {
            None => fresh.push(line),
            Some(offer) if *offer == here => faults.push(Fault::new(line, CodeFault::DuplicateInOffer)),
            Some(offer) => {
                faults.push(Fault { offer: Some(*offer), ..Fault::new(line, CodeFault::DuplicateElsewhere) });
            }
        }
    }
    faults.sort_by_key(|fault| fault.line.number);
    (fresh, faults)
}

/// What can be read off a screen or a slip of paper. Signs without a shape of their own (marks of direction, joiners,
/// soft hyphens) make two codes look like one, and `\u{fffd}` stands for a letter that was lost.
fn is_printable(c: char) -> bool {
    let shapeless = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}');
    c == ' ' || !(c.is_control() || c.is_whitespace() || shapeless)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(u32, String)> {
        lines(text.as_bytes(), None).unwrap().into_iter().map(|l| (l.number, l.code)).collect()
    }

    #[test]
    fn files_as_people_make_them() {
        let expected = vec![(2, "AB-1".to_owned()), (4, "AB-2".to_owned()), (5, "A 3".to_owned())];
        for text in [
            "Code\nAB-1\n\nAB-2\nA 3\n",
            "\u{feff}KOD\r\nAB-1\r\n\r\nAB-2\r\nA 3",
            "\"code\"\r\"AB-1\"\r\r\"AB-2\";\rA 3,,\r",
            "code;\n AB-1\t\n;;\n\"AB-2\",\n\" A 3 \"",
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
        assert_eq!(read("kod\nkod"), [(2, "kod".to_owned())], "a heading is above the codes alone");
        assert_eq!(lines(b"\xff\xfeA\0", None).unwrap()[0].code, "A");
        let doubtful = lines(b"A\xff\xfe", None).unwrap_err();
        assert_eq!(doubtful.code, shared::import::FileCode::DoubtfulEncoding);
    }

    #[test]
    fn each_fault_is_named_with_its_line() {
        let long = "x".repeat(65);
        let codes = ["A", "B", "A", "C\u{200b}", &long, "D", "", "E"].map(str::to_owned);
        let (good, faults) = sift(entries(codes.to_vec()));
        let known =
            HashMap::from([("D".to_owned(), OfferId(uuid::Uuid::nil())), ("E".to_owned(), OfferId(uuid::Uuid::max()))]);
        let (fresh, faults) = part(good, faults, &known, OfferId(uuid::Uuid::nil()));
        assert_eq!(fresh.iter().map(|l| l.code.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        let named: Vec<_> = faults.iter().map(|f| (f.line.number, f.kind, f.first_line)).collect();
        assert_eq!(
            named,
            [
                (3, CodeFault::DuplicateInFile, Some(1)),
                (4, CodeFault::InvalidCharacters, None),
                (5, CodeFault::TooLong, None),
                (6, CodeFault::DuplicateInOffer, None),
                (7, CodeFault::InvalidCharacters, None),
                (8, CodeFault::DuplicateElsewhere, None),
            ]
        );
        assert!(problems(&faults, Lang::Ru).iter().all(|p| !p.message.is_empty() && p.code.chars().count() <= 64));
    }

    proptest! {
        /// Whatever is sent: every line is either taken or named, and no code is taken twice.
        #[test]
        fn nothing_gets_lost_or_doubled(body in prop::collection::vec(any::<u8>(), 0..400), text in "[ab\"; \r\n]{0,80}") {
            for body in [body, text.into_bytes()] {
                let Ok(lines) = lines(&body, None) else { continue };
                let count = lines.len();
                let (good, faults) = sift(lines);
                prop_assert_eq!(good.len() + faults.len(), count);
                let codes: std::collections::HashSet<_> = good.iter().map(|l| &l.code).collect();
                prop_assert_eq!(codes.len(), good.len());
            }
        }
    }
}
