//! What is measured on, and how much of it a process takes.

use std::{
    fs,
    io::{Seek, Write},
    path::Path,
    time::{Duration, Instant},
};

/// Says what machine this is.
pub fn print() {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model =
        cpu.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or_default().trim_start_matches([' ', '\t', ':']);
    let cores = cpu.lines().filter(|l| l.starts_with("processor")).count();
    let memory = read("/proc/meminfo");
    let kib: u64 = memory
        .lines()
        .find_map(|l| l.strip_prefix("MemTotal:"))
        .and_then(|l| l.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    println!("Machine: {model}, {cores} cores, {} GiB of memory", (kib + (1 << 19)) >> 20);
    println!("Kernel:  Linux {}", read("/proc/sys/kernel/osrelease").trim());
    let mut times = flushes(&std::env::temp_dir());
    times.sort_unstable();
    println!(
        "Disk:    4 KiB written and flushed in {:.2} ms (median), {:.2} ms (p99)\n",
        times[times.len() / 2].as_secs_f64() * 1000.0,
        times[times.len() * 99 / 100].as_secs_f64() * 1000.0
    );
}

/// How long it takes until 4 KiB are on the disk, again and again.
fn flushes(folder: &Path) -> Vec<Duration> {
    let mut file = tempfile::tempfile_in(folder).expect("a file");
    let once = |_| {
        let start = Instant::now();
        file.rewind().and_then(|()| file.write_all(&[7; 4096])).and_then(|()| file.sync_data()).expect("a write");
        start.elapsed()
    };
    (0..300).map(once).collect()
}

/// The resident memory of a process, in MiB.
pub fn resident_mib(pid: u32) -> f64 {
    status_mib(pid, "VmRSS:")
}

/// The most resident memory that a process has had, in MiB.
pub fn peak_mib(pid: u32) -> f64 {
    status_mib(pid, "VmHWM:")
}

fn status_mib(pid: u32, name: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kib = status.lines().find_map(|l| l.strip_prefix(name)?.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

/// The processor time that a process has taken so far, in seconds.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // After the name in brackets; user and system time are the 14th and 15th fields, in hundredths of a second.
    let after = stat.rsplit(") ").next().unwrap_or_default();
    after.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}
