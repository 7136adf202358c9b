//! Where the built program and the project are.

use std::path::{Path, PathBuf};

/// The built program, beside the tests that were built with it.
pub fn path() -> PathBuf {
    let tests = std::env::current_exe().expect("our own path");
    let path = tests.ancestors().nth(2).expect("target/debug").join("virtual-market");
    assert!(path.exists(), "{} is not there: run 'cargo build --bin virtual-market' first", path.display());
    path
}

/// An example that was built with the tests.
pub fn example(name: &str) -> PathBuf {
    path().with_file_name("examples").join(name)
}

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the project")
}

/// The built page: `WEB_DIR`, or where `make web` leaves it.
pub fn web_dir() -> PathBuf {
    std::env::var_os("WEB_DIR").map_or_else(|| root().join("web/dist"), PathBuf::from)
}
