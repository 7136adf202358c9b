//! Where tests kill a process that migrates: after the n-th statement, as `VM_TEST_MIGRATION_STATEMENTS` says. Without
//! that variable nothing happens; with it a start ends early, which does no more harm than the power that fails.

use std::sync::{
    LazyLock,
    atomic::{AtomicU32, Ordering},
};

/// After how many statements the process ends.
static LAST: LazyLock<Option<u32>> = LazyLock::new(|| std::env::var("VM_TEST_MIGRATION_STATEMENTS").ok()?.parse().ok());
static PASSED: AtomicU32 = AtomicU32::new(0);

/// Counts a statement that was carried out, and ends the process where it was the last one: at once, with nothing closed.
pub fn passed() {
    if LAST.is_some_and(|last| PASSED.fetch_add(1, Ordering::Relaxed) + 1 >= last) {
        std::process::abort();
    }
}
