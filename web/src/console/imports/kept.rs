//! The file that was chosen, kept while this tab is open, so that the real run after a trial does not ask for it again.

use std::cell::RefCell;

use shared::ImportId;
use web_sys::File;

/// A chosen file.
#[derive(Clone)]
pub struct Kept {
    pub import: ImportId,
    pub file: File,
    pub media: &'static str,
}

thread_local! {
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// Keeps it.
pub fn keep(kept: Kept) {
    KEPT.with_borrow_mut(|place| *place = Some(kept));
}

/// The file of an upload, if this tab sent it last.
pub fn of(import: ImportId) -> Option<Kept> {
    KEPT.with_borrow(Clone::clone).filter(|kept| kept.import == import)
}
