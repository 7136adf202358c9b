//! One process of the program that serves.

use std::{
    io::{BufRead, BufReader},
    process::ExitStatus,
    sync::{Arc, Condvar, Mutex, PoisonError},
};

use crate::{
    Caller, PATIENCE, Place,
    keeper::{Kept, Signal},
    program,
};

/// A running server; gone when dropped.
#[derive(Debug)]
pub struct Server {
    pub url: String,
    process: Mutex<Kept>,
    log: Arc<Log>,
}

#[derive(Debug, Default)]
struct Log {
    text: Mutex<String>,
    grew: Condvar,
}

impl Server {
    pub(crate) async fn start(place: &Place, flags: &[&str]) -> Self {
        let program = program::path().to_string_lossy().into_owned();
        let command: Vec<String> =
            [program, "serve".to_owned()].into_iter().chain(flags.iter().map(ToString::to_string)).collect();
        let (env, folder) = (place.env().to_vec(), place.folder.path().to_owned());
        tokio::task::spawn_blocking(move || Self::start_blocking(&command, &env, &folder)).await.expect("a server")
    }

    fn start_blocking(command: &[String], env: &[(String, String)], folder: &std::path::Path) -> Self {
        let mut process = Kept::start(command, env, folder, Signal::Kill);
        let log = Arc::new(Log::default());
        let (lines, log_of_thread) = (BufReader::new(process.stderr()), log.clone());
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                log_of_thread.add(&line);
            }
            log_of_thread.add("(end of the log)");
        });
        let url = log.wait_for_address().unwrap_or_else(|| panic!("{command:?} does not listen:\n{}", log.text()));
        Self { url, process: Mutex::new(process), log }
    }

    /// Somebody who is not signed in.
    pub fn anon(&self) -> Caller {
        Caller::new(&self.url)
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// `kill -9`: gone in the middle of what it does.
    pub fn kill(&self) {
        self.end(Signal::Kill);
    }

    /// SIGTERM, and waits for its end.
    pub fn stop(&self) -> ExitStatus {
        self.end(Signal::Term)
    }

    fn end(&self, signal: Signal) -> ExitStatus {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        process.signal(signal);
        process.wait(PATIENCE * 2).unwrap_or_else(|| panic!("does not end on {signal:?}:\n{}", self.log()))
    }

    /// SIGSTOP: it stands still, with all that it holds.
    pub fn pause(&self) {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).signal(Signal::Stop);
    }

    /// SIGCONT: it goes on.
    pub fn resume(&self) {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).signal(Signal::Continue);
    }

    /// Sends SIGTERM and does not wait.
    pub fn ask_to_stop(&self) {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).signal(Signal::Term);
    }
}

impl Log {
    fn add(&self, line: &str) {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(line);
        text.push('\n');
        self.grew.notify_all();
    }

    fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn wait_for_address(&self) -> Option<String> {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |text: &mut String| !text.contains("listening on http://") && !text.contains("(end of the log)");
        let (text, _) =
            self.grew.wait_timeout_while(text, PATIENCE * 2, waiting).unwrap_or_else(PoisonError::into_inner);
        let address = text.split("listening on ").nth(1)?.split_whitespace().next()?;
        Some(address.to_owned())
    }
}
