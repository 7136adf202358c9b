//! Uploads of offers: how they are asked for, how far they are, and what is wrong with their rows.

mod codes;
mod problem;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::{ImportId, UserId},
    names::names,
    text::Lang,
};

pub use codes::{FileCode, RowCode};
pub use problem::{FileProblem, RowError, RowProblem};

/// The largest row, in bytes: what one offer may be when it is sent alone.
pub const ROW_MAX: usize = 256 * 1024;
/// How much of the open offers `replace_all` may end when nothing else is said, in per cent.
pub const MAX_DELETE_PERCENT_DEFAULT: u8 = 20;
/// How many unfinished uploads a partner may have.
pub const OPEN_MAX: u64 = 3;

names! {
    /// What an upload is written in.
    ImportFormat {
        /// A table, as spreadsheets save it.
        Csv = "csv",
        /// One list of objects, or an object with such a list as `items`.
        Json = "json",
        /// An object on each line.
        Ndjson = "ndjson",
    }

    /// What the rows of an upload are.
    ImportMode {
        /// Whole offers: new ones are made, those that are there are replaced.
        Upsert = "upsert",
        /// Changes: what is left out stays as it is.
        Patch = "patch",
        /// All offers that there are to be: those that are not named end.
        ReplaceAll = "replace_all",
    }

    /// What becomes of an upload in which some rows are wrong.
    OnError {
        /// The good ones are applied.
        SkipRows = "skip_rows",
        /// None is applied.
        RejectAll = "reject_all",
    }

    /// How far an upload is.
    ImportState {
        /// It waits for its turn.
        Queued = "queued",
        /// Its rows are worked through.
        Running = "running",
        /// All rows were worked through; `counts` says what became of them.
        Finished = "finished",
        /// It stopped; `failure` says why.
        Failed = "failed",
        /// Somebody stopped it. What was applied before stays.
        Cancelled = "cancelled",
    }
}

impl ImportFormat {
    /// The format of a `Content-Type`, with its `charset` where it names one. JSON is always UTF-8 (RFC 8259 §8.1).
    pub fn of(content_type: &str) -> Option<(Self, Option<String>)> {
        let mut parts = content_type.split(';').map(str::trim);
        let format = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "text/csv" => Self::Csv,
            "application/json" => Self::Json,
            "application/x-ndjson" => Self::Ndjson,
            _ => return None,
        };
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        });
        let known = format == Self::Csv || charset.as_deref().is_none_or(|charset| matches!(charset, "utf-8" | "utf8"));
        known.then_some((format, charset.filter(|charset| !charset.is_empty())))
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

impl ImportState {
    /// Whether nothing more happens to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Cancelled)
    }
}

/// What became of the rows of an upload. `created`, `updated`, `unchanged` and `failed` add up to `read`; in a dry run
/// they say what would have become of them. While `reject_all` checks the rows, and if it ends there, nothing came of
/// those that are right: then only `read` and `failed` count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportCounts {
    /// Rows that were read so far.
    pub read: u64,
    /// New offers.
    pub created: u64,
    /// Offers that have another version now, or one that waits in review.
    pub updated: u64,
    /// Rows that say what was there already.
    pub unchanged: u64,
    /// Offers that ended because `replace_all` did not name them.
    pub ended: u64,
    /// Rows that were refused.
    pub failed: u64,
}

/// Why an upload stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportFailure {
    /// For programs.
    pub code: FileCode,
    /// What is wrong, for people.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The line where it is, where there is one.
    pub line: Option<u64>,
    /// The row where it is, from 1, where lines do not tell: a JSON list may be one line.
    pub row: Option<u64>,
    /// The byte of the file where it is, from 0, where that is told.
    pub byte: Option<u64>,
    /// What it is about: an encoding, the candidates for one, a column.
    pub name: Option<String>,
    /// How many offers would have ended, for `too_many_deletes`; how many rows are wrong, for `rows_refused`.
    pub count: Option<u64>,
    /// How many rows had been applied before and stay so; null where that is not told, as in a dry run.
    pub applied: Option<u64>,
}

/// An upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportView {
    /// Its id.
    pub id: ImportId,
    /// How far it is.
    pub state: ImportState,
    /// What its rows are.
    pub mode: ImportMode,
    /// What becomes of it when rows are wrong.
    pub on_error: OnError,
    /// Whether nothing is changed, only reported.
    pub dry_run: bool,
    /// Whether new and changed offers go to the ministry; without it they stay drafts.
    pub submit: bool,
    /// How much of the open offers `replace_all` may end, in per cent.
    pub max_delete_percent: u8,
    /// What it is written in.
    pub format: ImportFormat,
    /// The upload whose failed rows this one corrects.
    pub retry_of: Option<ImportId>,
    /// Who sent it; null for a program's key.
    pub sent_by: Option<UserId>,
    /// The size of what was sent.
    pub bytes: u64,
    /// How much of it is worked through.
    pub bytes_done: u64,
    /// How many rows there are, once all are read.
    pub rows: Option<u64>,
    /// What became of the rows so far.
    pub counts: ImportCounts,
    /// How many rows are worked through in a second, while it runs and on the whole when it is over.
    pub rows_per_second: Option<u32>,
    /// In how many seconds it will be over, as far as can be told now.
    pub seconds_left: Option<u32>,
    /// How many errors can be read; a row may have several.
    pub errors: u64,
    /// Whether the file is still kept, from which failed rows can be had as a table. It is for 30 days, unless the partner's
    /// newer uploads need its room.
    // Servers of earlier versions do not say it, and `partner upload` speaks with any.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub file_kept: bool,
    /// Why it failed.
    pub failure: Option<ImportFailure>,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// When its turn came.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A page of what is wrong with rows, in the order of their lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowErrors {
    /// The errors on this page.
    pub items: Vec<RowError>,
    /// Send it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

impl FileProblem {
    /// In words of `lang`.
    pub fn localised(&self, lang: Lang) -> ImportFailure {
        ImportFailure {
            code: self.code,
            message: self.fill(self.code.message(lang)) + &self.stays(lang),
            remedy: self.fill(self.code.remedy(lang)),
            line: self.line,
            row: self.row,
            byte: self.byte,
            name: self.name.clone(),
            count: self.count,
            applied: self.applied,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_a_content_type() {
        assert_eq!(ImportFormat::of("text/csv"), Some((ImportFormat::Csv, None)));
        let with = ImportFormat::of("Text/CSV; header=present; charset=\"Windows-1251\"");
        assert_eq!(with, Some((ImportFormat::Csv, Some("windows-1251".into()))));
        assert_eq!(ImportFormat::of("application/json;charset=UTF-8").map(|(f, _)| f), Some(ImportFormat::Json));
        assert_eq!(ImportFormat::of("application/json; charset=utf-16"), None);
        assert_eq!(ImportFormat::of("application/xml"), None);
        assert_eq!(ImportFormat::of(""), None);
    }
}
