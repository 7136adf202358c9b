//! Folding text for search, so that `mekteb` finds `məktəb`, `ISIQ` finds `işıq` and `елка` finds `ёлка`.

use crate::characters::{is_blank, is_invisible, is_mark};

/// Folds one character to its lower-case base letter; `i`, `ı`, `I`, `İ` are one letter, as are `e` and `ə`.
///
/// The letters that are typed for `ə` where a keyboard has none, `ǝ` (U+01DD) and the Cyrillic `ә` (U+04D9), are `e`, too.
/// Returns nothing for a combining mark (as in the decomposed form of `İ`), and for what nobody sees.
fn fold_char(c: char) -> Option<char> {
    let lower = c.to_lowercase().next().unwrap_or(c);
    Some(match lower {
        'ı' | 'í' | 'ì' | 'î' => 'i',
        'ə' | 'ǝ' | 'ә' | 'é' | 'è' | 'ê' | 'ë' => 'e',
        'ö' | 'ó' | 'ô' => 'o',
        'ü' | 'ú' | 'û' => 'u',
        'ş' => 's',
        'ç' => 'c',
        'ğ' => 'g',
        'á' | 'à' | 'â' | 'ä' => 'a',
        'ё' => 'е',
        'й' => 'и',
        other if is_mark(other) || is_invisible(other) => return None,
        other => other,
    })
}

/// Whether a character stands in a word without being a letter: a mark on one, a soft hyphen, a zero-width blank.
fn is_inside(c: char) -> bool {
    is_mark(c) || (is_invisible(c) && !is_blank(c))
}

/// The folded words of a text: runs of letters and digits, in order.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| is_blank(c) || (!c.is_alphanumeric() && !is_inside(c)))
        .map(|word| word.chars().filter_map(fold_char).collect::<String>())
        .filter(|word| !word.is_empty())
}

/// The words of a search: nothing where nothing is searched for, and no words where it is for signs alone, which no text is
/// found by.
pub fn search(text: &str) -> Option<Vec<String>> {
    (!text.trim().is_empty()).then(|| words(text).collect())
}

/// A text folded to one string of words with single spaces: the key by which titles are sorted.
pub fn fold(text: &str) -> String {
    words(text).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_that_people_type_alike_are_alike() {
        assert_eq!(fold("Məktəb İŞIĞI"), "mekteb isigi");
        assert_eq!(fold("mekteb isigi"), "mekteb isigi");
        assert_eq!(fold("ЁЛКА, Йод"), "елка иод");
        assert_eq!(fold("I\u{307}nternet-paket"), "internet paket");
        assert_eq!(fold("Tǝhsil TƎHSİL Mәktәb MӘKTӘB"), "tehsil tehsil mekteb mekteb");
    }

    #[test]
    fn what_nobody_sees_does_not_part_a_word() {
        assert_eq!(fold("Tə\u{ad}hsil Məktəb\u{200b}li \u{202e}kurs\u{202c}"), "tehsil mektebli kurs");
        assert_eq!(fold("bir\u{2800}iki\u{3164}üç\u{2028}dörd"), "bir iki uc dord");
    }

    #[test]
    fn signs_alone_are_a_search_for_nothing_that_there_is() {
        assert_eq!(search("  "), None);
        assert_eq!(search("_%"), Some(vec![]));
        assert_eq!(search(" Məktəb, % "), Some(vec!["mekteb".to_owned()]));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in ".*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
