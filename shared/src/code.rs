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

    /// Twelve signs without dashes: as it is stored, and as it stands in the QR code.
    pub fn as_str(&self) -> &str {
        // The signs are ASCII by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The sign that is meant by another one that looks like it.
fn meant(c: char) -> char {
    match c.to_uppercase().next().unwrap_or(c) {
        '0' | 'O' | 'О' => 'Q',
        '1' | 'I' | 'İ' | '|' => 'L',
        'U' => 'V',
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
        upper => upper,
    }
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

    /// Reads a code as people type it: in small letters, with blanks or dashes, with a Russian keyboard, or with a sign
    /// that no code has in place of the one that looks like it. The check sign guards what is read so.
    fn from_str(text: &str) -> Result<Self, NotAClaimCode> {
        let mut signs = [0; LEN];
        let mut length = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '—')) {
            let sign = u8::try_from(meant(c)).map_err(|_| NotAClaimCode)?;
            if length == LEN || !ALPHABET.contains(&sign) {
                return Err(NotAClaimCode);
            }
            signs[length] = sign;
            length += 1;
        }
        (length == LEN && check_sign(&signs[..SECRET_LEN]) == signs[SECRET_LEN])
            .then_some(Self(signs))
            .ok_or(NotAClaimCode)
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
