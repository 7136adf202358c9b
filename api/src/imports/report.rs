//! The rows that failed as a table: read from the file that was sent, a page of errors at a time.

use std::{
    fs::File,
    io::{BufReader, ErrorKind},
    sync::Arc,
};

use actix_web::{HttpResponse, http::header, web::Bytes};
use futures_util::stream;
use shared::{
    Code, ImportId, Lang,
    import::{FileProblem, ImportFormat, RowError},
};
use uuid::Uuid;

use super::{Imports, rows::ErrorCsv, store, store::ErrorRow, view};
use crate::{
    error::{Error, Result},
    store::entities::imports,
};

/// The type of tables that we write.
pub const CSV: &str = "text/csv; charset=utf-8";
/// Errors that are looked up at once.
const PAGE: usize = 500;

/// A table that is being written.
struct Writing {
    all: Arc<Imports>,
    import: Uuid,
    code: Option<String>,
    lang: Lang,
    table: Option<ErrorCsv<BufReader<File>>>,
    heading: Option<Vec<u8>>,
    after: i64,
    /// Errors of a row of which there may be more.
    held: Vec<ErrorRow>,
}

/// Answers with the failed rows of an upload, those with `code` or all.
pub async fn csv(all: Arc<Imports>, import: imports::Model, code: Option<String>, lang: Lang) -> Result<HttpResponse> {
    let (spool, name) = (all.spool.clone(), format!("errors-{}.csv", import.id));
    let (id, charset) = (import.id, import.charset);
    let format = ImportFormat::from_name(&import.format).ok_or_else(|| Error::internal("an unknown format"))?;
    let opening = tokio::task::spawn_blocking(move || {
        let file = File::open(spool.file(ImportId(id)))?;
        Ok::<_, std::io::Error>(ErrorCsv::open(format, charset.as_deref(), BufReader::new(file)))
    });
    let table = match opening.await.map_err(Error::internal)? {
        // A file that cannot be read has no rows.
        Ok(table) => table.ok(),
        // Processes that do not share the folder of uploads have each their own; the proxy may choose better next time.
        Err(error) if error.kind() == ErrorKind::NotFound && import.host != all.spool.host => {
            return Err(Code::UploadElsewhere.into());
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(Code::NotFound.into()),
        Err(error) => return Err(Error::internal(error)),
    };
    let heading = table.as_ref().map(ErrorCsv::heading);
    let writing = Writing { all, import: id, code, lang, table, heading, after: 0, held: Vec::new() };
    let pieces = stream::unfold(writing, |mut writing| async move {
        match writing.next().await {
            Ok(Some(piece)) => Some((Ok::<_, Error>(piece), writing)),
            Ok(None) => None,
            Err(error) => Some((Err(error), Writing { table: None, heading: None, ..writing })),
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, CSV))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .streaming(pieces))
}

impl Writing {
    /// The next piece, or nothing at the end.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if let Some(heading) = self.heading.take() {
            return Ok(Some(heading.into()));
        }
        while let Some(table) = self.table.take() {
            let found =
                store::errors(self.all.store.fresh(), self.import, self.code.as_deref(), self.after, PAGE).await?;
            let more = found.len() == PAGE;
            self.after = found.last().map_or(self.after, |last| last.number);
            let mut errors = std::mem::take(&mut self.held);
            errors.extend(found);
            if more && let Some(row) = errors.last().map(|last| last.row_number) {
                let whole = errors.iter().position(|error| error.row_number == row).filter(|at| *at > 0);
                self.held = errors.split_off(whole.unwrap_or(errors.len()));
            }
            let lang = self.lang;
            let writing = tokio::task::spawn_blocking(move || write(table, &errors, lang));
            let (table, written) = writing.await.map_err(Error::internal)?;
            if more {
                self.table = table;
            }
            if !written.is_empty() {
                return Ok(Some(written.into()));
            }
        }
        Ok(None)
    }
}

/// Writes the rows of errors; after a problem with the file there is no more.
fn write(
    mut table: ErrorCsv<BufReader<File>>,
    errors: &[ErrorRow],
    lang: Lang,
) -> (Option<ErrorCsv<BufReader<File>>>, Vec<u8>) {
    let mut written = Vec::new();
    for row in errors.chunk_by(|a, b| a.row_number == b.row_number) {
        let errors: Vec<RowError> = row.iter().filter_map(|error| view::error(error, lang)).collect();
        let number = row.first().map_or(0, |first| u64::try_from(first.row_number).unwrap_or_default());
        let done: Result<Vec<u8>, FileProblem> = table.row(number, &errors);
        match done {
            Ok(bytes) => written.extend(bytes),
            Err(_) => return (None, written),
        }
    }
    (Some(table), written)
}
