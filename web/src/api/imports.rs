//! Uploads of offers.

use shared::{
    ImportId, Page,
    import::{ImportMode, ImportView, OnError, RowError},
    offer::Kind,
};

use super::{
    Failure,
    transport::{Empty, Method, change, get, get_text, get_text_as},
};

type Result<T> = std::result::Result<T, Failure>;

/// How an upload is to be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HowToImport {
    pub mode: ImportMode,
    pub on_error: OnError,
    pub max_delete_percent: u8,
    pub dry_run: bool,
    /// Whether what is new or changed goes to the ministry at once.
    pub submit: bool,
}

/// Where an upload's calls are.
pub fn imports_path(slug: &str, rest: &str) -> String {
    format!("/partners/{slug}/imports{rest}")
}

/// Where a file is sent to.
pub fn new_import_path(slug: &str, how: HowToImport) -> String {
    let deletes = match how.mode {
        ImportMode::ReplaceAll => format!("&max_delete_percent={}", how.max_delete_percent),
        _ => String::new(),
    };
    let (mode, on_error) = (how.mode.as_str(), how.on_error.as_str());
    imports_path(
        slug,
        &format!("?mode={mode}&on_error={on_error}&dry_run={}&submit={}{deletes}", how.dry_run, how.submit),
    )
}

/// A partner's uploads, the newest first.
pub async fn imports(slug: &str, cursor: Option<&str>) -> Result<Page<ImportView>> {
    let cursor = cursor.map(|c| format!("&cursor={c}")).unwrap_or_default();
    get(imports_path(slug, &format!("?limit=20{cursor}"))).await
}

/// How an upload goes.
pub async fn import(slug: &str, id: ImportId) -> Result<ImportView> {
    get(imports_path(slug, &format!("/{id}"))).await
}

/// What is wrong with its rows.
pub async fn import_errors(slug: &str, id: ImportId, code: &str, cursor: Option<&str>) -> Result<Page<RowError>> {
    let code = if code.is_empty() { String::new() } else { format!("&code={code}") };
    let cursor = cursor.map(|c| format!("&cursor={c}")).unwrap_or_default();
    get(imports_path(slug, &format!("/{id}/errors?limit=100{code}{cursor}"))).await
}

/// The rows that failed, as they were sent, with columns that say why.
pub async fn import_errors_csv(slug: &str, id: ImportId) -> Result<String> {
    get_text_as(imports_path(slug, &format!("/{id}/errors")), "text/csv").await
}

/// Stops an upload.
pub async fn cancel_import(slug: &str, id: ImportId) -> Result<ImportView> {
    change(Method::Post, imports_path(slug, &format!("/{id}/cancel")), &Empty {}).await
}

/// A file to fill in.
pub async fn import_template(slug: &str, kind: Kind) -> Result<String> {
    get_text(imports_path(slug, &format!("/template.csv?kind={}", kind.as_str()))).await
}
