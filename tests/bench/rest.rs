//! Memory, start-up time and sizes.

use std::{fs, path::Path, time::Instant};

use tests::program;

use crate::{
    machine,
    market::Market,
    table::{self, median},
};

/// How often the server is started.
const STARTS: usize = 7;

/// Starts on the existing database, and the memory of a server that has just started and has nothing to do.
pub fn at_start(market: &Market) {
    let mut seconds = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let server = market.serve();
        seconds.push(start.elapsed().as_secs_f64());
        server.stop();
    }
    let longest = seconds.iter().copied().fold(0.0, f64::max);
    let middle = median(seconds);
    table::note("start to first answer", &format!("**{middle:.3} s** (median of {STARTS}), {longest:.3} s (longest)"));

    let server = market.serve();
    std::thread::sleep(std::time::Duration::from_secs(3));
    let memory = machine::resident_mib(server.pid);
    table::note("memory at rest, 10,000 offers", &format!("**{memory:.1} MiB** resident"));
    server.stop();
}

/// What is shipped.
pub fn sizes() {
    table::note("the program", &size(&program::path()));
    let dist = program::web_dir();
    for ending in [".wasm", ".wasm.br"] {
        let files = fs::read_dir(&dist).into_iter().flatten().flatten().map(|e| e.path());
        for file in files.filter(|f| f.to_string_lossy().ends_with(ending)) {
            table::note(&format!("the page, {ending}"), &size(&file));
        }
    }
}

#[allow(clippy::cast_precision_loss)] // Megabytes.
fn size(file: &Path) -> String {
    let bytes = fs::metadata(file).map(|m| m.len()).unwrap_or_default();
    format!("{:.0} KB", bytes as f64 / 1000.0)
}
