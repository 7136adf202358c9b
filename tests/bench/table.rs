//! The table: a row as soon as it is measured.

use crate::load::Outcome;

/// Its head, as Markdown.
pub fn head() {
    println!(
        "| {:<44} | {:>9} | {:>8} | {:>8} | {:>8} | what else |",
        "measured", "a second", "p50 ms", "p99 ms", "max ms"
    );
    println!("| {:-<44} | {:->8}: | {:->7}: | {:->7}: | {:->7}: | --------- |", "", "", "", "", "");
}

/// A run of the load generator.
pub fn load(what: &str, outcome: &Outcome, note: &str) {
    let [p50, p99] = [0.5, 0.99].map(|q| milliseconds(outcome.latency.value_at_quantile(q)));
    let max = milliseconds(outcome.latency.max());
    let rate = outcome.rate();
    println!("| {what:<44} | {rate:>9.0} | {p50:>8.2} | {p99:>8.2} | {max:>8.2} | {note} |");
}

/// A rate alone.
pub fn rate(what: &str, rate: f64, note: &str) {
    println!("| {what:<44} | {rate:>9.0} | {0:>8} | {0:>8} | {0:>8} | {note} |", "");
}

/// A figure in words.
pub fn note(what: &str, note: &str) {
    println!("| {what:<44} | {0:>9} | {0:>8} | {0:>8} | {0:>8} | {note} |", "");
}

/// Microseconds as milliseconds.
#[allow(clippy::cast_precision_loss)] // Minutes at most.
pub fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
