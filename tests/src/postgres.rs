//! One PostgreSQL cluster for each test process, in a temporary folder, with durable commits; a database for each
//! [`Place`](crate::Place). Tests that restart it have one of their own.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use sea_orm::{ConnectionTrait, Database};
use tokio::sync::OnceCell;

use crate::{
    PATIENCE, eventually,
    keeper::{Kept, Signal},
};

/// A running cluster; gone when dropped.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    next: AtomicU32,
    folder: PathBuf,
    command: Vec<String>,
    process: Mutex<Kept>,
}

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// The address of a new, empty database.
pub async fn fresh_database() -> String {
    CLUSTER.get_or_init(Cluster::start).await.fresh_database().await
}

impl Cluster {
    /// Makes and starts one.
    pub async fn start() -> Self {
        let bin = bin();
        let folder = tempfile::Builder::new().prefix("vm-postgres-").tempdir().expect("a folder").keep();
        give(&folder);
        let data = folder.join("data").to_string_lossy().into_owned();
        let init =
            as_user(&bin.join("initdb"), &["-D", &data, "-U", "market", "-A", "trust", "-E", "UTF8", "--locale=C"]);
        output(&init[0], &init[1..].iter().map(String::as_str).collect::<Vec<_>>());
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let port_arg = port.to_string();
        let command = as_user(
            &bin.join("postgres"),
            &["-D", &data, "-p", &port_arg, "-h", "127.0.0.1", "-k", "", "-c", "fsync=on", "-c", "max_connections=400"],
        );
        let process = Mutex::new(run(&command, &folder));
        let cluster = Self { port, next: AtomicU32::new(1), folder, command, process };
        cluster.answers().await;
        cluster
    }

    /// The address of a new, empty database.
    pub async fn fresh_database(&self) -> String {
        let name = format!("market_{}", self.next.fetch_add(1, Ordering::Relaxed));
        let admin = Database::connect(self.url("postgres")).await.expect("the cluster answers");
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a new database");
        admin.close().await.ok();
        self.url(&name)
    }

    /// Ends it at once, as a crash would, and starts it again: `pg_ctl restart -m immediate`.
    pub async fn restart_at_once(&self) {
        {
            let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
            process.signal(Signal::Quit);
            process.wait(PATIENCE).expect("PostgreSQL ends at once");
            *process = run(&self.command, &self.folder);
        }
        self.answers().await;
    }

    async fn answers(&self) {
        eventually("PostgreSQL answers", || async {
            Database::connect(self.url("postgres")).await.ok()?.close().await.ok()
        })
        .await;
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://market@127.0.0.1:{}/{database}", self.port)
    }
}

/// Runs a server.
pub(crate) fn run(command: &[String], folder: &Path) -> Kept {
    let mut process = Kept::start(command, &[], folder, Signal::Quit);
    let log = std::io::BufReader::new(process.stderr());
    std::thread::spawn(move || std::io::BufRead::lines(log).for_each(drop));
    process
}

/// PostgreSQL does not run as root: then it is another user's.
fn is_root() -> bool {
    output("id", &["-u"]) == "0"
}

/// Gives a folder to the user whom PostgreSQL runs as.
pub(crate) fn give(folder: &Path) {
    if is_root() {
        output("chown", &["postgres", &folder.to_string_lossy()]);
    }
}

/// One of PostgreSQL's programs with its arguments, as that user runs it.
pub(crate) fn as_user(program: &Path, args: &[&str]) -> Vec<String> {
    let drop_root = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"];
    let drop_root = if is_root() { &drop_root[..] } else { &[] };
    let program = program.to_string_lossy();
    drop_root.iter().copied().chain([&*program]).chain(args.iter().copied()).map(String::from).collect()
}

/// PostgreSQL's programs: Debian keeps them off the PATH.
pub(crate) fn bin() -> PathBuf {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = debian.map(|e| e.path().join("bin")).filter(|p| p.join("initdb").exists()).collect();
    versions.sort();
    versions.pop().unwrap_or_else(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).find(|p| p.join("initdb").exists()).expect("PostgreSQL: run 'scripts/setup tests'")
    })
}

/// Runs a program, which must succeed; returns what it prints.
pub(crate) fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir("/").output().expect(program);
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
