//! A market of national size: a database that the program itself has filled, offers to be claimed in the benchmarks, and
//! tokens of all educators.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use shared::{
    LocalText,
    offer::{Area, Audience, Fulfilment, Kind as OfferKind, OfferDraft, Period, Unit},
};
use tempfile::TempDir;
use tests::{
    Kind,
    keeper::{Kept, Signal},
    postgres, program,
};
use uuid::Uuid;

use crate::{Options, plain, wire};

/// Educators, as many as there are.
pub const EDUCATORS: u64 = 113_000;
/// Offers that claims are spread over.
const SPREAD: usize = 1000;
/// The packages that the crowd comes for.
pub const PACKAGES: u32 = 30_000;

/// A filled database and its tokens.
#[derive(Debug)]
pub struct Market {
    pub kind: Kind,
    pub folder: TempDir,
    pub tokens: Vec<String>,
    /// Offers for one run each.
    pub hot: Vec<Uuid>,
    pub spread: Vec<Uuid>,
    pub crowd: Uuid,
    env: Vec<(String, String)>,
}

/// A running server; gone when dropped.
#[derive(Debug)]
pub struct Running {
    pub address: SocketAddr,
    pub pid: u32,
    process: Kept,
}

impl Market {
    /// Fills one.
    pub async fn make(kind: Kind, options: &Options) -> Self {
        let folder = tempfile::Builder::new().prefix("vm-bench-").tempdir().expect("a folder");
        let mut env = vec![
            ("DATA_DIR".to_owned(), folder.path().to_string_lossy().into_owned()),
            ("WEB_DIR".to_owned(), program::web_dir().to_string_lossy().into_owned()),
            // One key sends thousands of offers here.
            ("RATE_KEYS".to_owned(), "1000000".to_owned()),
        ];
        if kind == Kind::Postgres {
            env.push(("DATABASE_URL".to_owned(), postgres::fresh_database().await));
        }
        env.extend(
            options.settings.iter().filter_map(|s| s.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())),
        );
        let ids = |count: usize| (0..count).map(|_| Uuid::now_v7()).collect::<Vec<_>>();
        let (hot, spread) = (ids(options.rounds * 3), ids(SPREAD));
        let mut market = Self { kind, folder, tokens: Vec::new(), hot, spread, crowd: Uuid::now_v7(), env };

        let started = Instant::now();
        let own = market.hot.len() + market.spread.len() + 1;
        let (users, educators) = (options.users.to_string(), EDUCATORS.to_string());
        let offers = options.offers.saturating_sub(own).to_string();
        market.run(&[
            "generate",
            "--users",
            &users,
            "--educators",
            &educators,
            "--offers",
            &offers,
            "--claims",
            "300000",
        ]);
        println!("<!-- {kind:?}: filled with {users} people in {:.0} s -->", started.elapsed().as_secs_f64());
        market.add_offers().await;
        let file = market.folder.path().join("tokens").to_string_lossy().into_owned();
        market.run(&["token", "--role", "educator", "--count", &educators, "--seconds", "86400", "--out", &file]);
        market.tokens = fs::read_to_string(file).expect("tokens").lines().map(str::to_owned).collect();
        market
    }

    /// Runs one of the program's commands, which must succeed.
    fn run(&self, args: &[&str]) {
        let output = Command::new(program::path())
            .args(args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("the program runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A connection past the program.
    pub async fn connect(&self, connections: u32) -> DatabaseConnection {
        let url = self.env.iter().find(|(name, _)| name == "DATABASE_URL").map(|(_, url)| url.clone());
        plain::connect(&url.unwrap_or_else(|| format!("sqlite://{}", self.file("market.db"))), connections).await
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    async fn add_offers(&self) {
        let db = self.connect(1).await;
        let partner = Uuid::now_v7();
        let sql = "INSERT INTO partners (id, slug, name, created_at) VALUES ($1, 'numune-olcu', 'Nümunə Ölçü', 0)";
        db.execute_raw(plain::statement(&db, sql, [partner.into()])).await.expect("a partner");
        let sql = "INSERT INTO offers (id, partner_id, external_id, state, draft, version, created_at, updated_at, published_at)
                   VALUES ($1, $2, $3, 'published', $4, 1, $5, $5, $5)";
        // Older than all others, so that the list begins with offers as they usually are.
        let long_ago = (chrono::Utc::now() - chrono::TimeDelta::days(500)).timestamp_millis();
        let wide = self.hot.iter().chain(&self.spread).map(|id| (id, 1_000_000));
        for (number, (id, quota)) in wide.chain([(&self.crowd, PACKAGES)]).enumerate() {
            let draft = draft(number, quota);
            let values =
                [(*id).into(), partner.into(), draft.external_id.clone().into(), json!(draft).into(), long_ago.into()];
            db.execute_raw(plain::statement(&db, sql, values)).await.expect("an offer");
        }
        db.close().await.ok();
    }

    /// Starts a server and waits for its first answer.
    pub fn serve(&self) -> Running {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut env = self.env.clone();
        env.push(("LISTEN".to_owned(), address.to_string()));
        // The log goes to a file, as it does where servers run.
        let script = "echo $$ >server.pid; exec \"$0\" serve 2>>server.log";
        let program = program::path().to_string_lossy().into_owned();
        let command = ["sh", "-c", script, &program].map(str::to_owned);
        let process = Kept::start(&command, &env, self.folder.path(), Signal::Kill);
        let deadline = Instant::now() + Duration::from_mins(1);
        while fetch(address, "/api/v1/offers?limit=20").is_none() {
            assert!(Instant::now() < deadline, "the server does not answer:\n{}", read(self.file("server.log")));
            std::thread::sleep(Duration::from_millis(1));
        }
        let pid = read(self.file("server.pid")).trim().parse().expect("its number");
        Running { address, pid, process }
    }
}

impl Running {
    /// Ends it as an operator would, and waits for that.
    pub fn stop(mut self) {
        self.process.signal(Signal::Term);
        assert!(self.process.wait(Duration::from_mins(1)).is_some(), "the server stops");
    }
}

fn read(file: impl AsRef<Path>) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

/// A package of internet for educators, every month.
pub fn draft(number: usize, quota: u32) -> OfferDraft {
    let title = format!("Ölçü paketi {number}");
    OfferDraft {
        external_id: Some(format!("bench-{number}")),
        kind: OfferKind::InternetPackage,
        further_kinds: Vec::new(),
        area: Area::Connectivity,
        title: LocalText::new(&title, &title, &title),
        summary: None,
        description: None,
        how_to_use: Vec::new(),
        audience: vec![Audience::Educator],
        regions: Vec::new(),
        terms: serde_json::Map::new(),
        quota: Some(quota),
        unit: Unit::Package,
        period: Period::Monthly,
        max_quantity: 1,
        fulfilment: Fulfilment::GeneratedCode,
        link: None,
        starts_at: None,
        ends_at: None,
        claim_days: 30,
    }
}

/// One answer: its head and its body, if it is a 200.
pub fn fetch(address: SocketAddr, path: &str) -> Option<(String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").ok()?;
    let (mut answer, mut part) = (Vec::new(), vec![0; 65_536]);
    loop {
        if let Some((status, head, end)) = wire::head(&answer).ok()?
            && answer.len() >= end
        {
            let body = answer.split_off(head);
            return (status == 200).then(|| (String::from_utf8_lossy(&answer).into_owned(), body));
        }
        let read = stream.read(&mut part).ok().filter(|n| *n > 0)?;
        answer.extend_from_slice(&part[..read]);
    }
}
