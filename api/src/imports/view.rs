//! From rows to what is told of an upload.

use chrono::{DateTime, Utc};
use shared::{
    ImportId, Lang,
    import::{FileProblem, ImportFormat, ImportMode, ImportState, ImportView, OnError, RowCode, RowError, RowProblem},
};

use super::{
    stage::Stage,
    store::{self, ErrorRow},
};
use crate::{
    error::{Error, Result},
    store::{clock::from_ms, entities::imports},
};

/// An upload as its partner sees it.
pub fn of(import: &imports::Model, lang: Lang, now: DateTime<Utc>) -> Result<ImportView> {
    let unknown = || Error::internal("an upload's row has a name that is not known");
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let (started, finished) = (import.started_at.map(from_ms), import.finished_at.map(from_ms));
    let ms = started.map(|started| (finished.unwrap_or(now) - started).num_milliseconds().max(1));
    let (done, all) = progress(import);
    let left = ms
        .filter(|_| finished.is_none() && done > 0)
        .map(|ms| i128::from(ms) * i128::from(all - done) / i128::from(done));
    let state = ImportState::from_name(&import.state).ok_or_else(unknown)?;
    Ok(ImportView {
        id: ImportId(import.id),
        state,
        mode: ImportMode::from_name(&import.mode).ok_or_else(unknown)?,
        on_error: OnError::from_name(&import.on_error).ok_or_else(unknown)?,
        dry_run: import.dry_run,
        submit: import.submit,
        max_delete_percent: u8::try_from(import.max_delete_percent).unwrap_or_default(),
        format: ImportFormat::from_name(&import.format).ok_or_else(unknown)?,
        retry_of: import.retry_of.map(ImportId),
        sent_by: import.actor_id.map(Into::into),
        bytes: count(import.bytes),
        bytes_done: count(if all > import.bytes { done / 2 } else { done }),
        rows: (state == ImportState::Finished).then_some(count(import.position)),
        counts: store::counts(import),
        rows_per_second: ms.map(|ms| u32::try_from(import.position * 1000 / ms).unwrap_or(u32::MAX)),
        seconds_left: left.map(|ms| u32::try_from(ms / 1000 + 1).unwrap_or(u32::MAX)),
        errors: count(import.errors),
        file_kept: import.file_kept,
        failure: failure(import, lang),
        created_at: from_ms(import.created_at),
        started_at: started,
        finished_at: finished,
    })
}

/// How many bytes are worked through, and of how many: a file that is checked first is read twice.
fn progress(import: &imports::Model) -> (i64, i64) {
    let twice = import.on_error == OnError::RejectAll.as_str() && !import.dry_run;
    let all = if twice { import.bytes * 2 } else { import.bytes };
    let before = if twice && import.stage != Stage::Check.as_str() { import.bytes } else { 0 };
    let done = if import.state == ImportState::Finished.as_str() { all } else { before + import.bytes_done };
    (done.min(all), all)
}

fn failure(import: &imports::Model, lang: Lang) -> Option<shared::import::ImportFailure> {
    let problem: FileProblem = serde_json::from_value(import.failure.clone()?).ok()?;
    Some(problem.localised(lang))
}

/// What is wrong with a row, in words.
pub fn error(row: &ErrorRow, lang: Lang) -> Option<RowError> {
    let code = RowCode::from_name(&row.code)?;
    let problem = RowProblem { pointer: row.pointer.clone(), code, min: row.least, max: row.most };
    Some(problem.localised(u64::try_from(row.line).unwrap_or_default(), row.external_id.clone(), lang))
}
