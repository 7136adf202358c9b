//! How usual it is in a language that one letter follows another: counted from a sample of text, told in bits.

use std::sync::LazyLock;

/// How a pair is counted that the sample does not have.
const UNSEEN: f32 = 0.1;
/// What a letter costs that the language does not have.
const FOREIGN: f32 = 12.0;
/// What a foreign letter costs beside something that is no letter.
const FOREIGN_EDGE: f32 = 8.0;

/// A language, as far as pairs of its letters go.
#[derive(Debug)]
pub struct Language {
    alphabet: &'static str,
    /// For each letter, and for what is no letter in the last row, the bits of each that may follow.
    bits: Vec<Vec<f32>>,
}

/// The letters of Azerbaijani but for `ə`, which no code page of one byte has, and of Turkish.
const TURKIC: &str = "abcçdefgğhıijklmnoöpqrsştuüvwxyz";

/// Azerbaijani, with `e` where the code pages have no `ə`.
pub static AZERBAIJANI: LazyLock<Language> = LazyLock::new(|| Language::of(TURKIC, include_str!("samples/az.txt")));
/// Turkish: what people's keyboards and programs here are often set to.
pub static TURKISH: LazyLock<Language> = LazyLock::new(|| Language::of(TURKIC, include_str!("samples/tr.txt")));
/// Russian.
pub static RUSSIAN: LazyLock<Language> =
    LazyLock::new(|| Language::of("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", include_str!("samples/ru.txt")));

/// What a character is to a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A letter of the language.
    Letter(usize),
    /// A letter of another one.
    Foreign,
    /// No letter.
    Edge,
}

impl Language {
    fn of(alphabet: &'static str, sample: &str) -> Self {
        let edge = alphabet.chars().count();
        let mut bits = vec![vec![UNSEEN; edge + 1]; edge + 1];
        let language = Self { alphabet, bits: Vec::new() };
        let mut last = edge;
        for letter in sample.chars().chain(['\n']) {
            let this = match language.place(if matches!(letter, 'ə' | 'Ə') { 'e' } else { letter }) {
                Place::Letter(place) => place,
                Place::Foreign | Place::Edge => edge,
            };
            if this != edge || last != edge {
                bits[last][this] += 1.0;
            }
            last = this;
        }
        for row in &mut bits {
            let all: f32 = row.iter().sum();
            for count in row.iter_mut() {
                *count = (all / *count).log2();
            }
        }
        Self { bits, ..language }
    }

    /// What a character is here.
    pub fn place(&self, letter: char) -> Place {
        if !letter.is_alphabetic() {
            return Place::Edge;
        }
        let small = match letter {
            'I' => 'ı',
            'İ' => 'i',
            _ => letter.to_lowercase().next().unwrap_or(letter),
        };
        self.alphabet.chars().position(|known| known == small).map_or(Place::Foreign, Place::Letter)
    }

    /// How unusual it is that `next` follows `last`, in bits.
    pub fn bits(&self, last: Place, next: Place) -> f32 {
        let edge = self.bits.len() - 1;
        match (last, next) {
            (Place::Letter(last), Place::Letter(next)) => self.bits[last][next],
            (Place::Letter(last), Place::Edge) => self.bits[last][edge],
            (Place::Edge, Place::Letter(next)) => self.bits[edge][next],
            (Place::Foreign, Place::Edge) | (Place::Edge, Place::Foreign) => FOREIGN_EDGE,
            (Place::Foreign, _) | (_, Place::Foreign) => FOREIGN,
            (Place::Edge, Place::Edge) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_pairs_cost_less_than_unusual_ones() {
        let bits = |language: &Language, pair: [char; 2]| {
            let [last, next] = pair.map(|letter| language.place(letter));
            language.bits(last, next)
        };
        assert!(bits(&RUSSIAN, ['с', 'т']) + 4.0 < bits(&RUSSIAN, ['щ', 'ъ']));
        assert!(bits(&AZERBAIJANI, ['ü', 'n']) + 4.0 < bits(&AZERBAIJANI, ['ğ', 'ç']));
        assert!(bits(&TURKISH, ['I', 'Ş']) < FOREIGN && bits(&TURKISH, ['a', 'э']) >= FOREIGN);
    }
}
