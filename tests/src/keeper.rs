//! Processes that end with the tests, however these end: each has a small shell as its parent, which waits for the end
//! of a pipe that only the test process holds. Statics are never dropped, and a test run can be killed.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// `$1` is a folder to remove when the tests are gone, `$2` the signal that ends the program, the rest the program.
const SCRIPT: &str = r#"
umask 022
exec 3<&0 </dev/null
folder=$1 signal=$2
shift 2
"$@" 3<&- &
child=$!
echo "$child"
exec >/dev/null
(
    read -r _ <&3
    trap '' TERM
    kill -"$signal" "$child"
    while kill -0 "$child"; do sleep 0.05; done
    rm -rf "$folder"
) 2>/dev/null &
watcher=$!
wait "$child"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
"#;

/// A running program.
#[derive(Debug)]
pub struct Kept {
    shell: Child,
    pid: u32,
}

impl Kept {
    /// Starts `command` (program and arguments) with `env` and nothing else of our environment but the PATH.
    pub fn start(command: &[String], env: &[(String, String)], folder: &Path, end: Signal) -> Self {
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(folder)
            .arg(end.name())
            .args(command)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("NO_COLOR", "1")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh");
        let mut line = String::new();
        BufReader::new(shell.stdout.take().expect("piped")).read_line(&mut line).expect("the process id");
        Self { shell, pid: line.trim().parse().expect("the process id") }
    }

    /// What the program writes to standard error; once.
    pub fn stderr(&mut self) -> ChildStderr {
        self.shell.stderr.take().expect("standard error is taken once")
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        // It may have ended already: then there is nobody to send it to.
        let _ = Command::new("kill").args([&format!("-{}", signal.name()), &self.pid.to_string()]).output();
    }

    /// Its end, if it came.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.shell.try_wait().expect("sh can be waited for")
    }

    /// Waits for its end.
    pub fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.ended().is_none() {
            self.signal(Signal::Kill);
            // Not `Child::wait`: that closes the pipe first, and the watcher would take it for the end of the tests and
            // remove a folder that other servers still use.
            self.wait(Duration::from_secs(20));
        }
    }
}

/// What to tell a program.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// It stops in its own way.
    Term,
    /// It is gone.
    Kill,
    /// PostgreSQL: at once, without leaving shared memory behind.
    Quit,
    /// It stands still.
    Stop,
    /// It goes on.
    Continue,
}

impl Signal {
    const fn name(self) -> &'static str {
        match self {
            Self::Term => "TERM",
            Self::Kill => "KILL",
            Self::Quit => "QUIT",
            Self::Stop => "STOP",
            Self::Continue => "CONT",
        }
    }
}
