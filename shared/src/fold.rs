//! Folding text for search, so that `mekteb` finds `məktəb`, `ISIQ` finds `işıq` and `елка` finds `ёлка`.

/// Folds one character to its lower-case base letter; `i`, `ı`, `I`, `İ` are one letter, as are `e` and `ə`.
///
/// Answers nothing for a combining mark (as in the decomposed form of `İ`).
fn fold_char(c: char) -> Option<char> {
    let lower = c.to_lowercase().next().unwrap_or(c);
    Some(match lower {
        'ı' | 'í' | 'ì' | 'î' => 'i',
        'ə' | 'é' | 'è' | 'ê' | 'ë' => 'e',
        'ö' | 'ó' | 'ô' => 'o',
        'ü' | 'ú' | 'û' => 'u',
        'ş' => 's',
        'ç' => 'c',
        'ğ' => 'g',
        'á' | 'à' | 'â' | 'ä' => 'a',
        'ё' => 'е',
        'й' => 'и',
        '\u{300}'..='\u{36f}' => return None,
        other => other,
    })
}

/// The folded words of a text: runs of letters and digits, in order.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && !('\u{300}'..='\u{36f}').contains(&c))
        .map(|word| word.chars().filter_map(fold_char).collect::<String>())
        .filter(|word| !word.is_empty())
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
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in ".*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
