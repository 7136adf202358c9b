//! The first line of an upload of codes: whether it names a column of codes, and which one.

use shared::import::{FileCode, FileProblem};

use crate::uploads::{cell::is_blank, table::Cells};

/// Words for a code, in the languages of the files here.
const CODE: &[&str] = &[
    "code",
    "codes",
    "coupon",
    "coupons",
    "voucher",
    "vouchers",
    "promo",
    "promocode",
    "promocodes",
    "pin",
    "key",
    "keys",
    "serial",
    "token",
    "kod",
    "kodu",
    "kodlar",
    "kodları",
    "kupon",
    "kuponu",
    "kuponlar",
    "promokod",
    "promokodu",
    "promokodlar",
    "vauçer",
    "vauçeri",
    "açar",
    "açarı",
    "şifrə",
    "şifre",
    "sifre",
    "seriya",
    "код",
    "коды",
    "кода",
    "кодов",
    "купон",
    "купона",
    "купоны",
    "промокод",
    "промокода",
    "промокоды",
    "ваучер",
    "ваучера",
    "ваучеры",
    "пин",
    "ключ",
    "ключи",
    "серия",
    "сертификат",
    "сертификата",
    "sertifikat",
    "sertifikatın",
];
/// Words that may stand beside them.
const BESIDE: &[&str] = &[
    "the",
    "of",
    "a",
    "number",
    "no",
    "nr",
    "card",
    "gift",
    "activation",
    "discount",
    "unique",
    "nömrə",
    "nömrəsi",
    "nomre",
    "nomresi",
    "numara",
    "numarası",
    "kart",
    "kartı",
    "kartın",
    "hədiyyə",
    "hediye",
    "aktivasiya",
    "aktivləşdirmə",
    "aktivasyon",
    "endirim",
    "indirim",
    "unikal",
    "номер",
    "номера",
    "карта",
    "карты",
    "подарочный",
    "подарочного",
    "подарочной",
    "активации",
    "скидки",
    "на",
    "скидку",
    "уникальный",
];

/// What the first line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// It is no heading.
    None,
    /// The codes stand in the column `at`, from 0, of `width`.
    Column { at: usize, width: usize },
}

impl Heading {
    /// What a first line says.
    ///
    /// # Errors
    /// Two of its columns are of codes.
    pub fn of(cells: &Cells) -> Result<Self, FileProblem> {
        let mut named = cells.iter().enumerate().filter(|(_, cell)| is_code(cell));
        let Some((at, _)) = named.next() else { return Ok(Self::None) };
        if let Some((_, second)) = named.next() {
            return Err(FileProblem::named(FileCode::DuplicateColumn, second.trim()));
        }
        let blank = cells.iter().collect::<Vec<_>>().into_iter().rev().take_while(|cell| is_blank(cell)).count();
        Ok(Self::Column { at, width: cells.len() - blank })
    }
}

/// Whether a cell names a column of codes: nothing but words for that.
fn is_code(cell: &str) -> bool {
    if cell.contains([';', ',', '\t', '|']) {
        return false;
    }
    // `İ` and `I` are small `i` here, as keyboards that are not set to Azerbaijani write them.
    let cell = cell.replace(['İ', 'I'], "i").to_lowercase();
    let words: Vec<&str> = cell.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().any(|word| CODE.contains(word))
        && words.iter().all(|word| CODE.contains(word) || BESIDE.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_codes_are_known() {
        for name in [
            "Kod",
            "KUPON KODU",
            "Kupon kodu (şifrə)",
            "Promo-code",
            "voucher code",
            "Gift card number / PIN",
            "Промокод",
            "Код активации",
            "№ купона",
            "Activation key",
            "PİN",
        ] {
            assert!(is_code(name), "{name}");
        }
        for name in ["AB-0001", "son_tarix", "kod;son_tarix", "no", "Kart", "code 1", "Kodun tarixi", "", "№"] {
            assert!(!is_code(name), "{name}");
        }
    }
}
