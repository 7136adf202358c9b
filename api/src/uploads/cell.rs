//! What spreadsheets put around the text of a cell, and what stands in a cell in place of its text.
//!
//! A text that a spreadsheet would take for a formula is written with an apostrophe before it (OWASP, CSV injection),
//! which is removed again when the cell is read: what is written is read as the very same text. As nobody knows which
//! separator the reader's spreadsheet takes, every place after any separator counts as the beginning of a cell.

/// What begins a formula, also in full width.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What spreadsheets pass over before a formula, at the beginning of a cell.
const PASSED: [char; 2] = ['\t', '\r'];
/// What may part cells or rows somewhere.
const SEPARATORS: [char; 6] = [',', ';', '\t', '|', '\r', '\n'];
/// What stands for "nothing" in a cell, and so needs an apostrophe where it is a text.
const NOTHING: [&str; 2] = ["NULL", "\\N"];

/// The text of a cell: without the guard of a formula, and without `="…"`, in which spreadsheets wrap what is to stay
/// a text.
pub fn text(cell: &str) -> String {
    match wrapped(cell) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => unguarded(cell),
    }
}

/// What `="…"` has inside.
fn wrapped(cell: &str) -> Option<&str> {
    let inner = cell.trim().strip_prefix("=\"")?.strip_suffix('"')?;
    // A quote within quotes is written twice; another one ends the text, and a formula goes on.
    let quotes = inner.split('"').count() - 1;
    (inner.matches("\"\"").count() * 2 == quotes).then_some(inner)
}

/// Whether a cell says that there is nothing: `NULL`.
pub fn is_nothing(cell: &str) -> bool {
    NOTHING.contains(&cell.trim())
}

/// Whether a cell says nothing.
pub fn is_blank(cell: &str) -> bool {
    cell.trim().is_empty()
}

/// A cell without what spreadsheets put around it: blanks, and an apostrophe that says "this is text".
pub fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('\'').map_or(text, str::trim_start)
}

/// A text as it is written into a cell: each formula in it gets an apostrophe, one more than it has.
pub fn guarded(text: &str) -> String {
    let pieces = Pieces { rest: Some(text), is_first: true };
    pieces
        .map(|piece| [piece.blanks, piece.marks, if piece.is_formula { "'" } else { "" }, piece.text].concat())
        .collect()
}

/// The text of a cell: each formula in it loses an apostrophe.
fn unguarded(cell: &str) -> String {
    let pieces = Pieces { rest: Some(cell), is_first: true };
    let marks = |piece: &Piece<'_>| piece.marks.len().saturating_sub(usize::from(piece.is_formula));
    pieces.map(|piece| [piece.blanks, &piece.marks[..marks(&piece)], piece.text].concat()).collect()
}

/// A cell that was sent, as it is written again: `="00123"` stays, so that no spreadsheet takes the zeros away.
pub fn again(cell: &str) -> String {
    let harmless = |inner: &str| inner.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | '_' | '/' | ':'));
    if is_nothing(cell) || wrapped(cell).is_some_and(harmless) { cell.to_owned() } else { guarded(&text(cell)) }
}

/// A piece of a text from one place where some spreadsheet begins a cell to the next.
struct Piece<'a> {
    blanks: &'a str,
    /// Apostrophes.
    marks: &'a str,
    is_formula: bool,
    /// The rest, with the separator that ends it.
    text: &'a str,
}

struct Pieces<'a> {
    rest: Option<&'a str>,
    is_first: bool,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = self.rest.take()?;
        let (blanks, rest) = rest.split_at(rest.len() - rest.trim_start_matches(' ').len());
        let (marks, rest) = rest.split_at(rest.len() - rest.trim_start_matches('\'').len());
        let begins =
            std::mem::take(&mut self.is_first) && (rest.starts_with(PASSED) || NOTHING.contains(&rest.trim_end()));
        let (text, rest) = rest.split_at(rest.find(SEPARATORS).map_or(rest.len(), |at| at + 1));
        self.rest = Some(rest).filter(|rest| !rest.is_empty());
        Some(Piece { blanks, marks, is_formula: begins || text.starts_with(FORMULA), text })
    }
}

/// Whether a spreadsheet shortened a long number and lost its digits: `1,23E+11`.
pub fn is_shortened(name: &str) -> bool {
    let Some((digits, power)) = name.split_once(['E', 'e']) else { return false };
    let Some(power) = power.strip_prefix('+') else { return false };
    let number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    number(power) && digits.starts_with(|c: char| c.is_ascii_digit()) && number(&digits.replacen([',', '.'], "", 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_spreadsheets_add_is_removed() {
        for (cell, expected) in [
            ("=\"00123\"", "00123"),
            (" =\"a\"\"b\" ", "a\"b"),
            ("=\"a\"&\"b\"", "=\"a\"&\"b\""),
            ("'=1+1", "=1+1"),
            ("''=1+1", "'=1+1"),
            ("'\tTabla", "\tTabla"),
            ("a;'=b", "a;=b"),
            ("'NULL", "NULL"),
            ("'Sözdür", "'Sözdür"),
            ("Bakı'da", "Bakı'da"),
        ] {
            assert_eq!(text(cell), expected, "{cell}");
        }
        assert!(is_nothing(" NULL ") && !is_nothing("'NULL"));
        assert_eq!((bare(" '00999 "), again("=\"00123\"").as_str()), ("00999", "=\"00123\""));
    }

    #[test]
    fn formulas_are_guarded_wherever_a_cell_may_begin() {
        for (text, expected) in [
            ("=1", "'=1"),
            ("a;=HYPERLINK(A1)", "a;'=HYPERLINK(A1)"),
            ("a,b|@c", "a,b|'@c"),
            ("a\n- b\r\n+c", "a\n'- b\r\n'+c"),
            ("\t=1", "'\t'=1"),
            ("; =1", "; '=1"),
            ("＝1", "'＝1"),
            ("x－1 a-b", "x－1 a-b"),
        ] {
            assert_eq!(guarded(text), expected, "{text}");
        }
        assert_eq!(again("=\"a;=1\""), "a;'=1", "what looks wrapped may hold a formula");
    }

    proptest! {
        /// Every text comes back as it was, and wherever a cell may begin there is no formula.
        #[test]
        fn what_is_written_is_read(text in "[=+@;,|'\"\t\r\n a＝NUL\\\\-]{0,12}|NULL|.{0,12}") {
            let cell = guarded(&text);
            prop_assert_eq!(super::text(&cell), text);
            prop_assert!(!is_nothing(&cell));
            for piece in cell.split(SEPARATORS) {
                prop_assert!(!piece.trim_start_matches(' ').starts_with(FORMULA), "{:?}", cell);
            }
        }

        /// A cell that is written again says the same.
        #[test]
        fn what_is_written_again_says_the_same(cell in "[=+;'\"\t a0-]{0,12}|=\"[a0\";=]{0,6}\"|.{0,12}") {
            prop_assert_eq!(super::text(&again(&cell)), super::text(&cell));
        }
    }
}
