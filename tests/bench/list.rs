//! The catalogue list, 20 of 10,000 offers, against the bare endpoint that sends the same bytes: in turns, with the same
//! connections.

use std::{fs, net::SocketAddr, sync::Arc, time::Duration};

use crate::{
    Options,
    bare::Bare,
    load::{self, End, Load, Outcome},
    machine,
    market::{Market, fetch},
    table::{self, median},
    wire::Requests,
};

/// The page that everybody sees first.
pub const PATH: &str = "/api/v1/offers?limit=20";

/// One of the two.
struct Side {
    address: SocketAddr,
    pid: u32,
    requests: Arc<Requests>,
    outcomes: Vec<Outcome>,
    cpu_seconds: f64,
}

impl Side {
    fn new(address: SocketAddr, pid: u32, path: &str) -> Self {
        let mut requests = Requests::default();
        requests.get(path);
        Self { address, pid, requests: Arc::new(requests), outcomes: Vec::new(), cpu_seconds: 0.0 }
    }

    fn run(&mut self, connections: usize, time: Duration) {
        let before = machine::cpu_seconds(self.pid);
        let load = Load { address: self.address, connections, requests: self.requests.clone(), end: End::After(time) };
        self.outcomes.push(load::run(load));
        self.cpu_seconds += machine::cpu_seconds(self.pid) - before;
    }

    fn forget(&mut self) {
        self.outcomes.clear();
        self.cpu_seconds = 0.0;
    }

    /// Shows the run whose rate is the middle one.
    #[allow(clippy::cast_precision_loss)] // Counts of answers.
    fn show(&self, what: &str, note: &str) {
        let answers: u64 = self.outcomes.iter().map(|o| o.answers).sum();
        let cpu = self.cpu_seconds * 1e6 / answers as f64;
        let mut sorted: Vec<&Outcome> = self.outcomes.iter().collect();
        sorted.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
        let middle = sorted[sorted.len() / 2];
        let good = self.outcomes.iter().map(|o| o.count(200, None)).sum::<u64>();
        assert_eq!(good, answers, "all answers are 200");
        table::load(what, middle, &format!("{cpu:.1} µs of processor for each{note}"));
    }
}

/// Runs it.
pub fn run(market: &Market, options: &Options) {
    let server = market.serve();
    let (head, body) = fetch(server.address, PATH).expect("the list");
    let content_type = head.lines().find_map(|l| l.strip_prefix("content-type: ")).expect("a content type");
    let file = market.folder.path().join("list.json");
    fs::write(&file, &body).expect("the body");
    let bare = Bare::start(&file, content_type);
    assert_eq!(fetch(bare.address, "/").expect("the same").1, body);

    let mut plain = Side::new(bare.address, bare.pid(), "/");
    let mut list = Side::new(server.address, server.pid, PATH);
    for side in [&mut plain, &mut list] {
        side.run(options.connections, Duration::from_secs(1));
        side.forget();
    }
    for _ in 0..options.rounds {
        plain.run(options.connections, options.duration());
        list.run(options.connections, options.duration());
    }
    let ratio = median(plain.outcomes.iter().zip(&list.outcomes).map(|(p, l)| l.rate() / p.rate()).collect());
    plain.show("bare actix endpoint, the same bytes", &format!("; {} bytes", body.len()));
    list.show("list, 20 of 10,000 offers", &format!("; **{ratio:.2}** of the bare endpoint"));
    let memory = format!("{:.1} MiB resident", machine::resident_mib(server.pid));
    table::note("memory after the list was read", &memory);
    server.stop();
}
