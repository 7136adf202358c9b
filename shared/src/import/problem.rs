//! What is wrong with a row or a whole file: as it is found, and in words.

use serde::{Deserialize, Serialize};

use super::codes::{FileCode, RowCode};
use crate::{
    numerals,
    text::Lang,
    validate::{Violation, fill},
};

/// One thing that is wrong with a row, not yet in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// Where: a JSON pointer into the offer (RFC 6901), the same for all formats; empty for the row as a whole.
    pub pointer: String,
    /// What.
    pub code: RowCode,
    /// The least that is allowed, where the code speaks of it; the first line, for `duplicate_external_id`; what there
    /// is, for `wrong_number_of_columns`.
    pub min: i64,
    /// The most that is allowed, where the code speaks of it; what there should be, for `wrong_number_of_columns`.
    pub max: i64,
}

impl RowProblem {
    /// A problem without bounds.
    pub fn new(pointer: impl Into<String>, code: RowCode) -> Self {
        Self { pointer: pointer.into(), code, min: 0, max: 0 }
    }

    /// The same external id is in the file already, at this line.
    pub fn duplicate(first_line: u64) -> Self {
        let min = i64::try_from(first_line).unwrap_or(i64::MAX);
        Self { min, ..Self::new("/external_id", RowCode::DuplicateExternalId) }
    }

    /// In words of `lang`.
    pub fn localised(&self, line: u64, external_id: Option<String>, lang: Lang) -> RowError {
        let fill = |text: &str| fill(text, self.min, self.max);
        RowError {
            line,
            external_id,
            pointer: self.pointer.clone(),
            code: self.code,
            message: fill(self.code.message(lang)),
            remedy: fill(self.code.remedy(lang)),
        }
    }
}

impl From<Violation> for RowProblem {
    fn from(violation: Violation) -> Self {
        let Violation { pointer, code, min, max } = violation;
        Self { pointer, code: code.into(), min, max }
    }
}

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowError {
    /// The line of the file where the row begins, from 1. The heading of a table is a line, too.
    pub line: u64,
    /// The row's external id, as far as it could be read.
    pub external_id: Option<String>,
    /// Where in the row: a JSON pointer into the offer (RFC 6901), the same for all formats; empty for all of it.
    #[cfg_attr(feature = "openapi", schema(example = "/terms/price"))]
    pub pointer: String,
    /// What is wrong, for programs.
    pub code: RowCode,
    /// What is wrong, for people, in the language of the request.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// What is wrong with a whole file, not yet in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProblem {
    /// What.
    pub code: FileCode,
    /// The line where it is.
    pub line: Option<u64>,
    /// Which row of the file it is, from 1.
    #[serde(default)]
    pub row: Option<u64>,
    /// The byte of the file where it is, from 0.
    #[serde(default)]
    pub byte: Option<u64>,
    /// What it is about.
    pub name: Option<String>,
    /// How many.
    pub count: Option<u64>,
    /// How many rows had been applied before, and stay so.
    #[serde(default)]
    pub applied: Option<u64>,
}

impl FileProblem {
    /// A problem of the whole file.
    pub const fn new(code: FileCode) -> Self {
        Self { code, line: None, row: None, byte: None, name: None, count: None, applied: None }
    }

    /// A problem at a line.
    pub fn at(code: FileCode, line: u64) -> Self {
        Self { line: Some(line), ..Self::new(code) }
    }

    /// A problem with something that has a name.
    pub fn named(code: FileCode, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::new(code) }
    }

    /// A problem of so many.
    pub fn counted(code: FileCode, count: u64) -> Self {
        Self { count: Some(count), ..Self::new(code) }
    }

    pub(super) fn fill(&self, text: &str) -> String {
        let number = |n: Option<u64>| n.unwrap_or_default().to_string();
        let text = numerals::fill(text, "line", &number(self.line));
        numerals::fill(&text, "count", &number(self.count))
            .replace("{row}", &number(self.row))
            .replace("{byte}", &number(self.byte))
            .replace("{name}", self.name.as_deref().unwrap_or_default())
    }

    /// What became of the rows before it, where that is known.
    pub(super) fn stays(&self, lang: Lang) -> String {
        let text = match self.applied {
            None => "",
            Some(0) => lang.pick("; heç nə tətbiq edilmədi", "; nothing was applied", "; ничего не применено"),
            Some(_) => lang.pick(
                "; ondan əvvəlki {n} sətir tətbiq edilib və qalır",
                "; the {n} rows before it were applied and stay",
                "; строки до неё применены и остаются: {n}",
            ),
        };
        text.replace("{n}", &self.applied.unwrap_or_default().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_filled() {
        let error = RowProblem::duplicate(7).localised(9, Some("a".into()), Lang::En);
        assert!(error.message.contains("line 7"), "{error:?}");
        let failure = FileProblem::named(FileCode::UnsupportedEncoding, "KOI8-R").localised(Lang::Ru);
        assert!(failure.message.contains("KOI8-R"), "{failure:?}");
        for (line, said) in [(3, "3-cü"), (6, "6-cı"), (9, "9-cu"), (10, "10-cu"), (20, "20-ci")] {
            let row = RowProblem::duplicate(line).localised(90, None, Lang::Az);
            assert!(row.message.contains(said), "{row:?}");
            let file = FileProblem::at(FileCode::NotJson, line).localised(Lang::Az);
            assert!(file.message.contains(said), "{file:?}");
        }
        let cut = FileProblem { row: Some(41), applied: Some(40), ..FileProblem::at(FileCode::NotJson, 1) };
        for lang in Lang::ALL {
            let message = cut.localised(lang).message;
            assert!(message.contains("41") && message.contains("40"), "{message}");
        }
    }

    #[test]
    fn every_code_says_in_all_languages_what_is_wrong_and_what_to_do() {
        for lang in Lang::ALL {
            for code in RowCode::ALL {
                assert!(!code.message(lang).is_empty() && !code.remedy(lang).is_empty(), "{code:?} {lang:?}");
                assert_eq!(serde_json::to_value(code).ok(), Some(code.as_str().into()));
            }
            for code in FileCode::ALL {
                assert!(!code.message(lang).is_empty() && !code.remedy(lang).is_empty(), "{code:?} {lang:?}");
            }
        }
    }
}
