//! The characters of texts that people write and others read: which of them nobody sees, and the form in which texts are
//! kept (NFC, UAX #15). The table is short and our own, since the page carries it, too.

use serde::{Deserialize, Deserializer};

/// Hints where a line may break, which word processors and web pages leave in what is copied out of them. They are removed
/// from prose: who pasted them does not know of them.
const HINTS: [char; 4] = ['\u{ad}', '\u{200b}', '\u{2060}', '\u{feff}'];

/// Whether a character shows nothing, or turns the text around it: default ignorable code points, format and bidirectional
/// controls, fillers and separators (Unicode 17, `DerivedCoreProperties.txt` and `UnicodeData.txt`, category `Cf`).
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{70f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Whether an invisible character takes the place of a letter or a blank, so that it parts words.
pub const fn is_blank(c: char) -> bool {
    matches!(c, '\u{115f}' | '\u{1160}' | '\u{2028}' | '\u{2029}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// Whether a character belongs to the one before it: the combining diacritical marks.
pub const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Whether there is something to see in a text.
pub fn has_visible(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(c) && !is_mark(c))
}

/// The first character of a text that nobody sees. Those that make one picture of several are none of them: a variation
/// selector after something visible, and a joiner between pictures (UTS #51, ED-14 and ED-16).
pub fn first_invisible(text: &str) -> Option<char> {
    let is_seen = |c: char| !c.is_whitespace() && !is_invisible(c);
    let is_picture = |c: char| is_seen(c) && !c.is_alphanumeric() && !c.is_ascii();
    let mut before = None::<char>;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_part = match c {
            '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(is_seen),
            '\u{200d}' => before.is_some_and(is_picture) && rest.peek().copied().is_some_and(is_picture),
            _ => false,
        };
        if is_part {
            continue;
        }
        if is_invisible(c) {
            return Some(c);
        }
        before = Some(c);
    }
    None
}

/// Whether a word has both Latin and Cyrillic or Greek letters, as in a name that is made to look like another (UTS #39
/// §5.1). The schwa of either alphabet may stand for that of the other, since many keyboards have only one of them.
pub fn has_mixed_scripts(text: &str) -> bool {
    let is_latin = |c: char| matches!(c, 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}');
    let is_schwa = |c: char| matches!(c, '\u{18e}' | '\u{18f}' | '\u{1dd}' | '\u{259}' | '\u{4d8}' | '\u{4d9}');
    let is_other = |c: char| matches!(c, '\u{370}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{1f00}'..='\u{1fff}');
    text.split(|c: char| !c.is_alphabetic() && !is_mark(c)).any(|word| {
        let mut letters = word.chars().filter(|c| !is_schwa(*c));
        letters.clone().any(is_latin) && letters.any(is_other)
    })
}

#[cfg(feature = "server")]
/// Whether a text certainly is in NFC: Latin, Cyrillic and punctuation without combining marks. Most are, and this is many
/// times faster than to look at the tables.
fn is_plain(text: &str) -> bool {
    text.chars().all(
        |c| matches!(c, '\0'..='\u{2ff}' | '\u{400}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{2010}'..='\u{2027}'),
    )
}

/// A text in NFC. The page does not carry the tables that it needs: it leaves this to the server.
pub fn composed(text: String) -> String {
    #[cfg(feature = "server")]
    if !is_plain(&text) {
        use unicode_normalization::UnicodeNormalization;
        return text.nfc().collect();
    }
    text
}

fn prose(mut text: String) -> String {
    if text.contains(HINTS) {
        text.retain(|c| !HINTS.contains(&c));
    }
    composed(text)
}

/// Reads a text into NFC.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(composed)
}

/// Reads a text that may be left out into NFC.
pub fn read_optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(composed))
}

/// Reads prose into NFC, without hints where a line may break.
pub fn read_prose<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(prose)
}

/// Reads prose that may be left out into NFC, without hints where a line may break.
pub fn read_optional_prose<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(prose))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_found() {
        for text in
            ["a\u{202e}b", "\u{2066}a\u{2069}", "a\u{200b}", "\u{3164}", "a\u{2800}", "a\u{ad}b", "a\u{fe0f}\u{200d}b"]
        {
            assert!(first_invisible(text).is_some(), "{text:?}");
        }
        for text in [
            "Məktəb",
            "Школа №5",
            "❤\u{fe0f}",
            "👩\u{200d}🏫",
            "👁\u{fe0f}\u{200d}🗨\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "e\u{301}",
        ] {
            assert_eq!(first_invisible(text), None, "{text:?}");
        }
        for text in ["", " \u{a0}\n", "\u{200b}", "\u{3164}", "\u{2800}", "\u{ad}\u{301}"] {
            assert!(!has_visible(text), "{text:?}");
        }
        assert!(has_visible("-") && has_visible("🎓"));
    }

    #[test]
    fn letters_of_two_alphabets_do_not_make_a_word() {
        for text in ["Аzercell", "Вank", "Kapital Bаnk", "Αzər"] {
            assert!(has_mixed_scripts(text), "{text:?}");
        }
        for text in ["Azercell", "Банк «Азер»", "Kapital Банк", "Mәktәb", "Мәктәб", "Tǝhsil", "I\u{307}dman", "QR-код"]
        {
            assert!(!has_mixed_scripts(text), "{text:?}");
        }
    }

    #[cfg(feature = "server")]
    #[test]
    fn what_counts_as_plain_is_composed_and_joins_nothing() {
        use unicode_normalization::{IsNormalized, is_nfc_quick};
        for c in ('\0'..=char::MAX).filter(|c| is_plain(c.encode_utf8(&mut [0; 4]))) {
            assert_eq!(is_nfc_quick(std::iter::once(c)), IsNormalized::Yes, "{c:?}");
        }
        assert_eq!(composed("Gu\u{308}ne\u{327}s\u{327}".into()), "Günȩş");
        assert_eq!(prose("Tə\u{ad}hsil".into()), "Təhsil");
    }
}
