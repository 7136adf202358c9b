//! Pools: a partner's own codes, which claims of an offer hand out one by one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::OfferId,
    names::names,
    text::Lang,
    validate::{Validate, Violations},
};

/// The most codes in one upload.
pub const CODES_MAX: usize = 50_000;
/// The largest upload, in bytes.
pub const UPLOAD_MAX: usize = 1024 * 1024;
/// The longest code, in characters.
pub const CODE_LENGTH_MAX: usize = 64;
/// The most problems that one answer names.
pub const PROBLEMS_MAX: usize = 100;

names! {
    /// What is wrong with a code of an upload.
    CodeFault {
        /// It stands twice in what was sent; `first_line` says where else.
        DuplicateInFile = "duplicate_in_file",
        /// This offer has it already.
        DuplicateInOffer = "duplicate_in_offer",
        /// Another offer of the partner has it; `offer_id` says which.
        DuplicateElsewhere = "duplicate_elsewhere",
        /// It is longer than 64 characters.
        TooLong = "too_long",
        /// It has something other than printable characters, or blanks inside.
        InvalidCharacters = "invalid_characters",
        /// A spreadsheet shortened a long number and lost its digits: `1.23457E+15`.
        ShortenedNumber = "shortened_number",
        /// A spreadsheet's error stands in place of the code: `#N/A`.
        SpreadsheetError = "spreadsheet_error",
        /// The line has several cells, and nothing says which of them is the code.
        SeveralCells = "several_cells",
        /// The line cannot be read: its quotes do not match.
        BrokenLine = "broken_line",
    }

    /// What becomes of an upload in which some codes are refused.
    OnCodeFault {
        /// None is taken.
        RejectAll = "reject_all",
        /// The good ones are taken, the others are named.
        SkipRows = "skip_rows",
    }

    /// How low a pool has fallen, of what it had after it was last filled.
    StockLevel {
        /// Half or less is left.
        Half = "half",
        /// A tenth or less is left.
        Tenth = "tenth",
        /// None is left.
        Empty = "empty",
    }
}

impl CodeFault {
    /// What is wrong and what to do, for people.
    pub const fn message(self, lang: Lang) -> &'static str {
        let [az, en, ru] = match self {
            Self::DuplicateInFile => [
                "Bu kod faylda iki dəfə var. Birini silin.",
                "This code is in the file twice. Remove one of them.",
                "Этот код есть в файле дважды. Удалите один из них.",
            ],
            Self::DuplicateInOffer => [
                "Bu kod həmin təklifdə artıq var. Onu fayldan çıxarın.",
                "The offer has this code already. Leave it out of the file.",
                "Этот код уже есть в предложении. Уберите его из файла.",
            ],
            Self::DuplicateElsewhere => [
                "Bu kod başqa təklifinizdə var. Hər kod yalnız bir təklifdə ola bilər.",
                "Another offer of yours has this code. A code can belong to one offer only.",
                "Этот код есть в другом вашем предложении. Код может быть только в одном.",
            ],
            Self::TooLong => [
                "Kod 64 simvoldan uzundur. Hər sətirdə bir kod olmalıdır.",
                "The code is longer than 64 characters. Put one code on each line.",
                "Код длиннее 64 символов. Пишите по одному коду в строке.",
            ],
            Self::InvalidCharacters => [
                "Kodda boşluq və ya görünməyən simvol var. Yalnız çap olunan simvollar qalsın.",
                "The code has a blank or an invisible character. Keep printable characters only.",
                "В коде есть пробел или невидимый символ. Оставьте только печатные символы.",
            ],
            Self::ShortenedNumber => [
                "Cədvəl proqramı uzun kodu qısaldıb, rəqəmləri itib. Sütunun formatını «Mətn» edin və kodu yenidən yazın.",
                "The spreadsheet shortened a long code, and its digits are lost. Set the column's format to Text and enter the code again.",
                "Табличная программа сократила длинный код, его цифры потеряны. Задайте столбцу формат «Текст» и введите код заново.",
            ],
            Self::SpreadsheetError => [
                "Kodun yerində cədvəl proqramının xətası var. Düsturu düzəldin və ya kodu özünüz yazın.",
                "A spreadsheet's error stands in place of the code. Correct the formula or write the code yourself.",
                "Вместо кода стоит ошибка табличной программы. Исправьте формулу или впишите код сами.",
            ],
            Self::SeveralCells => [
                "Sətirdə bir neçə xana var və hansının kod olduğu bilinmir. Birinci sətirdə kod sütununa «kod» adını verin və ya hər sətirdə yalnız kodu saxlayın.",
                "The line has several cells, and it is not clear which one is the code. Name the column of codes “code” in the first line, or leave only the code on each line.",
                "В строке несколько ячеек, и неясно, где код. Назовите столбец с кодами «код» в первой строке или оставьте в каждой строке только код.",
            ],
            Self::BrokenLine => [
                "Sətir oxunmadı. Dırnaq işarələrini yoxlayın: dırnaq içindəki dırnaq iki dəfə yazılır.",
                "The line could not be read. Check its quotes: a quote within quotes is written twice.",
                "Строку не удалось прочитать. Проверьте кавычки: кавычка внутри кавычек пишется дважды.",
            ],
        };
        lang.pick(az, en, ru)
    }
}

impl StockLevel {
    /// The deepest level that a pool has reached with `left` codes of the `filled` that it had.
    pub const fn of(left: u32, filled: u32) -> Option<Self> {
        let (left, filled) = (left as u64, filled as u64);
        if left == 0 {
            Some(Self::Empty)
        } else if left * 10 <= filled {
            Some(Self::Tenth)
        } else if left * 2 <= filled {
            Some(Self::Half)
        } else {
            None
        }
    }

    /// The level that is reached when a pool falls from `before` to `after`; nothing where it was reached already.
    pub fn crossed(before: u32, after: u32, filled: u32) -> Option<Self> {
        let reached = Self::of(after, filled);
        if before > after && reached > Self::of(before, filled) { reached } else { None }
    }
}

/// How many codes a pool has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeStock {
    /// Codes in all: those handed out and those left.
    pub total: u32,
    /// Not handed out yet.
    pub left: u32,
    /// Handed out with a claim; a code whose claim is given back is not handed out again.
    pub handed_out: u32,
    /// How low it is, of what there was after the last upload.
    pub level: Option<StockLevel>,
}

impl CodeStock {
    /// Of a pool in which `left` of `total` codes are not handed out, and `filled` were not after the last upload.
    pub fn new(total: u32, left: u32, filled: u32) -> Self {
        Self { total, left, handed_out: total.saturating_sub(left), level: StockLevel::of(left, filled) }
    }
}

/// Adds codes to an offer's pool.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCodes {
    /// Up to 50,000 codes of up to 64 printable characters.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50_000))]
    pub codes: Vec<String>,
}

impl Validate for NewCodes {
    fn check(&self, violations: &mut Violations) {
        violations.range(
            "/codes",
            i64::try_from(self.codes.len()).unwrap_or(i64::MAX),
            1,
            i64::try_from(CODES_MAX).unwrap_or(i64::MAX),
        );
    }
}

/// What became of an upload of codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodesAdded {
    /// Codes that were taken.
    pub added: u32,
    /// Codes that were not.
    pub refused: u32,
    /// Why not, line by line; the first 100.
    pub problems: Vec<CodeProblem>,
    /// The pool as it is now.
    pub stock: CodeStock,
}

/// A code that is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeProblem {
    /// Its line in the file, or its place in the list, from 1.
    pub line: u32,
    /// The code as it was sent; cut off after 64 characters.
    pub code: String,
    /// What is wrong, for programs.
    pub fault: CodeFault,
    /// What is wrong and what to do, in the language of the request.
    pub message: String,
    /// For `duplicate_in_file`: where it stood first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_line: Option<u32>,
    /// For `duplicate_elsewhere`: which offer has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_id: Option<OfferId>,
}

/// A pool: its counts, and a page of the codes that are not handed out yet, in the order in which they will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodePool {
    /// How many there are.
    pub stock: CodeStock,
    /// Codes that are not handed out yet.
    pub items: Vec<FreeCode>,
    /// Send it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A code that is not handed out yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FreeCode {
    /// Its place in the pool, from 1.
    pub position: u32,
    /// The code with its middle hidden: `AB••••9Z`.
    #[cfg_attr(feature = "openapi", schema(example = "AB••••9Z"))]
    pub masked: String,
    /// When it was uploaded.
    pub added_at: DateTime<Utc>,
}

/// What became of removing the codes that are not handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodesRemoved {
    /// Codes that were removed.
    pub removed: u32,
    /// The pool as it is now.
    pub stock: CodeStock,
}

/// Hides the middle of a code, so that a look over a shoulder does not steal it; short ones are hidden whole.
pub fn mask(code: &str) -> String {
    let signs: Vec<char> = code.chars().collect();
    let shown = if signs.len() >= 8 { 2 } else { usize::from(signs.len() >= 5) };
    let hidden = signs.len() - 2 * shown;
    let dots = std::iter::repeat_n('•', hidden.clamp(4, 8));
    signs[..shown].iter().copied().chain(dots).chain(signs[signs.len() - shown..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_fault_says_in_all_languages_what_to_do() {
        for lang in Lang::ALL {
            assert!(CodeFault::ALL.iter().all(|fault| fault.message(lang).contains(". ")), "{lang:?}");
        }
    }

    #[test]
    fn the_middle_of_a_code_is_hidden() {
        assert_eq!(mask("AB12CD9Z"), "AB••••9Z");
        assert_eq!(mask("ABCDE"), "A••••E");
        assert_eq!(mask("AB"), "••••");
        assert_eq!(mask(&"x".repeat(64)), "xx••••••••xx");
    }

    proptest! {
        /// However a pool is emptied, each level is told at most once, and the last one is that it is empty.
        #[test]
        fn each_level_is_crossed_once(filled in 1..400_u32, steps in prop::collection::vec(1..40_u32, 1..60)) {
            let (mut left, mut told) = (filled, Vec::new());
            for step in steps {
                let after = left.saturating_sub(step);
                told.extend(StockLevel::crossed(left, after, filled));
                left = after;
            }
            prop_assert!(told.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", told);
            prop_assert_eq!(told.last().copied(), StockLevel::of(left, filled));
        }
    }
}
