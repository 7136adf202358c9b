//! Reading an upload of codes: one code a line, or a list. Pure; what the database knows of the codes comes in.

use std::collections::HashMap;

use shared::{
    Code, FieldCode, Lang, OfferId,
    pool::{CODE_LENGTH_MAX, CODES_MAX, CodeFault, CodeProblem, PROBLEMS_MAX},
};

use crate::error::{Error, Result};

/// Words that stand above a column of codes.
const HEADERS: [&str; 12] = [
    "code",
    "codes",
    "kod",
    "kodlar",
    "код",
    "коды",
    "promo",
    "promokod",
    "промокод",
    "promo code",
    "voucher",
    "coupon",
];

/// A code of an upload, with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub line: u32,
    pub code: String,
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
            line: self.line.line,
            code: self.line.code.chars().filter(|c| is_printable(*c)).take(CODE_LENGTH_MAX).collect(),
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

/// The lines of a text: a byte order mark, a heading, blank lines and the quotes and separators of spreadsheets around a
/// single column are left out.
pub fn lines(body: &[u8]) -> Result<Vec<Line>> {
    let text = std::str::from_utf8(body).map_err(|_| Error::new(Code::MalformedRequest))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut lines, mut at_top) = (Vec::new(), true);
    // A carriage return alone ends a line, too, so that the numbers are those of the editor.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (number, line) in (1..).zip(text.split('\n')) {
        let code = cell(line);
        if code.is_empty() {
            continue;
        }
        // Only the first line that is not blank can be a heading.
        if std::mem::take(&mut at_top) && HEADERS.contains(&code.to_lowercase().as_str()) {
            continue;
        }
        lines.push(Line { line: number, code: code.to_owned() });
    }
    Ok(lines)
}

/// The one cell of a line.
fn cell(line: &str) -> &str {
    let line = line.trim().trim_end_matches([';', ',', '\t']).trim();
    let quoted = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    quoted.filter(|inner| !inner.contains('"')).unwrap_or(line).trim()
}

/// The entries of a list.
pub fn entries(codes: Vec<String>) -> Vec<Line> {
    (1..).zip(codes).map(|(line, code)| Line { line, code: code.trim().to_owned() }).collect()
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
        if line.code.is_empty() || !line.code.chars().all(is_printable) {
            faults.push(Fault::new(line, CodeFault::InvalidCharacters));
        } else if line.code.chars().count() > CODE_LENGTH_MAX {
            faults.push(Fault::new(line, CodeFault::TooLong));
        } else if let Some(first) = first.get(&line.code) {
            let first_line = Some(*first);
            faults.push(Fault { first_line, ..Fault::new(line, CodeFault::DuplicateInFile) });
        } else {
            first.insert(line.code.clone(), line.line);
            good.push(line);
        }
    }
    (good, faults)
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
    faults.sort_by_key(|fault| fault.line.line);
    (fresh, faults)
}

/// What can be read off a screen or a slip of paper. Signs without a shape of their own (marks of direction, joiners,
/// soft hyphens) make two codes look like one.
fn is_printable(c: char) -> bool {
    let shapeless = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c == ' ' || !(c.is_control() || c.is_whitespace() || shapeless)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(u32, String)> {
        lines(text.as_bytes()).unwrap().into_iter().map(|l| (l.line, l.code)).collect()
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
        assert_eq!(lines(b"\xff\xfeA\0").unwrap_err().code, Code::MalformedRequest);
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
        let named: Vec<_> = faults.iter().map(|f| (f.line.line, f.kind, f.first_line)).collect();
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
                let Ok(lines) = lines(&body) else { continue };
                let count = lines.len();
                let (good, faults) = sift(lines);
                prop_assert_eq!(good.len() + faults.len(), count);
                let codes: std::collections::HashSet<_> = good.iter().map(|l| &l.code).collect();
                prop_assert_eq!(codes.len(), good.len());
            }
        }
    }
}
