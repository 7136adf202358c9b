//! The code on a claim: what a person shows, or reads out, at a till.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// 31 signs that are not mistaken for one another: no `0 O`, no `1 I`, no `U` beside `V`. A prime number of them, so
/// that the check sign finds every single wrong sign and every swap of two neighbours.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKLMNPQRSTVWXYZ";
/// Signs that carry the secret; 31¹¹ codes are 54 bits, which no one guesses through a till's rate limit.
const SECRET_LEN: usize = 11;
/// Signs in all, with the check sign at the end.
const LEN: usize = SECRET_LEN + 1;

/// A claim code, twelve signs, shown in groups: `7KQ4-M2XB-9TRD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClaimCode([u8; LEN]);

/// A text that is no claim code: a wrong sign, a wrong length, or a wrong check sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAClaimCode;

impl ClaimCode {
    /// Makes a code of 128 random bits (from a cryptographic generator: the code is a bearer secret).
    pub fn from_random(mut random: u128) -> Self {
        let base = ALPHABET.len() as u128;
        let mut signs = [0; LEN];
        for sign in &mut signs[..SECRET_LEN] {
            // The remainder of a prime below 2⁵ is at home in a usize.
            *sign = ALPHABET[usize::try_from(random % base).unwrap_or_default()];
            random /= base;
        }
        signs[SECRET_LEN] = check_sign(&signs[..SECRET_LEN]);
        Self(signs)
    }

    /// The codes that may be meant by a text as people type it: in small letters, with anything between the signs, with a
    /// sign that no code has in place of the one that looks like it, or with the keyboard of another language. The check
    /// sign decides; one text in thousands can be meant in two ways.
    pub fn readings(text: &str) -> Vec<Self> {
        let mut codes: Vec<Self> = READINGS.into_iter().filter_map(|reading| Self::read(text, reading)).collect();
        codes.dedup();
        codes
    }

    /// Reads a text in one way. What is neither letter nor digit only parts the signs.
    fn read(text: &str, reading: Reading) -> Option<Self> {
        let mut signs = [0; LEN];
        let mut length = 0;
        for c in text.chars().map(capital).filter(|c| c.is_alphanumeric() || *c == '|') {
            let sign = u8::try_from(reading(c)).ok()?;
            if length == LEN || !ALPHABET.contains(&sign) {
                return None;
            }
            signs[length] = sign;
            length += 1;
        }
        (length == LEN && check_sign(&signs[..SECRET_LEN]) == signs[SECRET_LEN]).then_some(Self(signs))
    }

    /// Twelve signs without dashes: as it is stored, and as it stands in the QR code.
    pub fn as_str(&self) -> &str {
        // The signs are ASCII by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// How a typed sign may be meant.
type Reading = fn(char) -> char;

/// By what it looks like, or by the key that writes it.
const READINGS: [Reading; 2] = [by_look, by_key];

/// The sign that is meant by another one that looks like it. `Ü` looks like none: on an Azerbaijani keyboard it stands in
/// the place of `W`.
fn by_look(c: char) -> char {
    match c {
        '0' | 'O' | 'О' => 'Q',
        '1' | 'I' | 'İ' | '|' => 'L',
        'U' => 'V',
        'Ü' => 'W',
        'А' => 'A',
        'В' => 'B',
        'С' => 'C',
        'Е' => 'E',
        'Н' => 'H',
        'К' => 'K',
        'М' => 'M',
        'Р' => 'P',
        'Т' => 'T',
        'Х' => 'X',
        'У' => 'Y',
        'З' => '3',
        other => other,
    }
}

/// The sign of the key that writes this one on a Russian keyboard (ЙЦУКЕН): somebody forgot to switch.
fn by_key(c: char) -> char {
    const RUSSIAN: &str = "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ";
    const LATIN: &[u8; 26] = b"QWERTYUIOPASDFGHJKLZXCVBNM";
    by_look(RUSSIAN.chars().position(|key| key == c).map_or(c, |at| char::from(LATIN[at])))
}

/// In capitals, and as narrow as Latin letters are: Chinese and Japanese keyboards also write them full width (U+FF01 to
/// U+FF5E).
fn capital(c: char) -> char {
    let narrow = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    narrow.to_uppercase().next().unwrap_or(narrow)
}

/// Weighted sum modulo 31, with weights 2…12: a wrong sign changes it by weight × difference, a swap by the
/// difference; neither is a multiple of the prime 31.
fn check_sign(signs: &[u8]) -> u8 {
    let sum: usize = signs
        .iter()
        .enumerate()
        .map(|(at, sign)| (at + 2) * ALPHABET.iter().position(|a| a == sign).unwrap_or_default())
        .sum();
    ALPHABET[sum % ALPHABET.len()]
}

impl FromStr for ClaimCode {
    type Err = NotAClaimCode;

    /// Reads a code as people type it; where it can be meant in two ways, in the first.
    fn from_str(text: &str) -> Result<Self, NotAClaimCode> {
        READINGS.into_iter().find_map(|reading| Self::read(text, reading)).ok_or(NotAClaimCode)
    }
}

impl fmt::Display for ClaimCode {
    /// In groups of four.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.as_str();
        write!(f, "{}-{}-{}", &code[..4], &code[4..8], &code[8..])
    }
}

impl fmt::Debug for ClaimCode {
    /// Never the code: it is a bearer secret and must not get into logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimCode(…)")
    }
}

impl Serialize for ClaimCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClaimCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("not a claim code"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_codes_of_the_report_are_read() {
        let code: ClaimCode = "E9AC-WFBD-XLX3".parse().unwrap();
        for typed in ["У9ФС-ЦАИВ-ЧДЧ3", "у9фс цаив чдч3", "E9AC-ÜFBD-XLX3", "У9ФС-WFBD-ЧДЧ3"]
        {
            assert_eq!(typed.parse::<ClaimCode>(), Ok(code), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(random: u128) {
            let code = ClaimCode::from_random(random);
            prop_assert_eq!(code.to_string().parse::<ClaimCode>(), Ok(code));
            prop_assert_eq!(format!(" {} ", code.as_str().to_lowercase()).parse::<ClaimCode>(), Ok(code));
        }

        #[test]
        fn signs_that_look_alike_are_read_as_meant(random: u128) {
            let code = ClaimCode::from_random(random);
            let russian = |c: char| "ABCEHKMPTXYQLV3".find(c).map_or(c, |at| "авсенкмртхуоıuз".chars().nth(at).unwrap());
            let typed: String = code.to_string().chars().map(russian).collect();
            prop_assert_eq!(typed.parse::<ClaimCode>(), Ok(code));
        }

        #[test]
        fn another_keyboard_is_read_by_its_keys(random: u128) {
            let code = ClaimCode::from_random(random);
            let russian = |c: char| "QWERTYUIOPASDFGHJKLZXCVBNM".find(c)
                .map_or(c, |at| "йцукенгшщзфывапролдячсмить".chars().nth(at).unwrap());
            let typed: String = code.to_string().chars().map(russian).collect();
            prop_assert!(ClaimCode::readings(&typed).contains(&code), "{}", typed);
            let azerbaijani = code.to_string().to_lowercase().replace('w', "ü");
            prop_assert_eq!(ClaimCode::readings(&azerbaijani), vec![code]);
        }

        #[test]
        fn what_stands_between_the_signs_does_not_matter(random: u128, between in "[-\u{2011}\u{2212}\u{200b}\u{200e}\u{ad}\u{a0}._/ ]{0,3}") {
            let code = ClaimCode::from_random(random);
            prop_assert_eq!(ClaimCode::readings(&code.to_string().replace('-', &between)), vec![code]);
            let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c };
            let typed: String = code.to_string().to_lowercase().chars().map(wide).collect();
            prop_assert_eq!(typed.parse::<ClaimCode>(), Ok(code));
        }

        #[test]
        fn one_wrong_sign_is_found(random: u128, at in 0..LEN, other in 0..31usize) {
            let code = ClaimCode::from_random(random);
            let mut signs = code.0;
            prop_assume!(signs[at] != ALPHABET[other]);
            signs[at] = ALPHABET[other];
            prop_assert_eq!(std::str::from_utf8(&signs).unwrap().parse::<ClaimCode>(), Err(NotAClaimCode));
        }

        #[test]
        fn two_swapped_signs_are_found(random: u128, at in 0..SECRET_LEN - 1) {
            let code = ClaimCode::from_random(random);
            let mut signs = code.0;
            prop_assume!(signs[at] != signs[at + 1]);
            signs.swap(at, at + 1);
            prop_assert_eq!(std::str::from_utf8(&signs).unwrap().parse::<ClaimCode>(), Err(NotAClaimCode));
        }
    }
}
