//! The load generator: connections that stay open, each sending its next request when it has the last answer. It runs on
//! one thread and does as little as it can, because it shares the machine with what it measures.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    io,
    net::SocketAddr,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::wire::{self, Requests, Told};

/// What to send.
#[derive(Clone, Debug)]
pub struct Load {
    pub address: SocketAddr,
    pub connections: usize,
    pub requests: Arc<Requests>,
    pub end: End,
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// After this time; the requests are sent again and again.
    After(Duration),
    /// When each request was sent once.
    Sent,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// From the first request to the last answer.
    pub took: Duration,
    pub answers: u64,
    pub told: BTreeMap<Told, u64>,
    /// From a request to its answer, in microseconds.
    pub latency: Histogram<u64>,
    /// From the first request of all to an answer, in microseconds: how long somebody who came at the start has waited.
    pub since_start: Histogram<u64>,
}

impl Outcome {
    /// Answers a second.
    #[allow(clippy::cast_precision_loss)] // A count of answers.
    pub fn rate(&self) -> f64 {
        self.answers as f64 / self.took.as_secs_f64()
    }

    /// How many answers had a status, and, if asked, a code.
    pub fn count(&self, status: u16, code: Option<&str>) -> u64 {
        let is = |told: &Told| told.status == status && (code.is_none() || told.code.as_deref() == code);
        self.told.iter().filter(|(told, _)| is(told)).map(|(_, count)| count).sum()
    }

    /// Answers other than these.
    pub fn others(&self, expected: u64) -> String {
        if self.answers == expected {
            return String::new();
        }
        let told = self
            .told
            .iter()
            .map(|(told, count)| format!("{} {}: {count}", told.status, told.code.as_deref().unwrap_or_default()));
        format!(" ({})", told.collect::<Vec<_>>().join(", "))
    }
}

/// Sends, on a thread of its own.
pub fn run(load: Load) -> Outcome {
    let worker = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        tokio::task::LocalSet::new().block_on(&runtime, send(load))
    });
    worker.join().expect("the load generator")
}

/// What all connections share.
struct Shared {
    load: Load,
    next: Cell<usize>,
    started: Instant,
    log: RefCell<Outcome>,
}

async fn send(load: Load) -> Outcome {
    let mut streams = Vec::new();
    for _ in 0..load.connections {
        let stream = TcpStream::connect(load.address).await.expect("the server accepts");
        stream.set_nodelay(true).expect("a socket");
        streams.push(stream);
    }
    let histogram = || Histogram::new_with_bounds(1, 600_000_000, 3).expect("bounds");
    let log = Outcome {
        took: Duration::ZERO,
        answers: 0,
        told: BTreeMap::new(),
        latency: histogram(),
        since_start: histogram(),
    };
    let shared = Rc::new(Shared { load, next: Cell::new(0), started: Instant::now(), log: RefCell::new(log) });
    let tasks: Vec<_> = streams
        .into_iter()
        .map(|stream| {
            let shared = shared.clone();
            tokio::task::spawn_local(async move { shared.talk(stream).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("a connection").expect("an answer");
    }
    let took = shared.started.elapsed();
    let Shared { log, .. } = Rc::into_inner(shared).expect("all are done");
    Outcome { took, ..log.into_inner() }
}

impl Shared {
    async fn talk(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut buffer = Vec::with_capacity(64 * 1024);
        let mut now = Instant::now();
        while let Some(request) = self.take(now) {
            stream.write_all(self.load.requests.at(request)).await?;
            let told = answer(&mut stream, &mut buffer).await?;
            let sent = std::mem::replace(&mut now, Instant::now());
            self.note(told, sent, now);
        }
        Ok(())
    }

    /// The next request to send, if there is one and time is not over.
    fn take(&self, now: Instant) -> Option<usize> {
        let next = self.next.get();
        self.next.set(next + 1);
        match self.load.end {
            End::After(time) => (now - self.started < time).then(|| next % self.load.requests.len()),
            End::Sent => (next < self.load.requests.len()).then_some(next),
        }
    }

    fn note(&self, told: Told, sent: Instant, now: Instant) {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let mut log = self.log.borrow_mut();
        log.answers += 1;
        log.latency.saturating_record(micros(now - sent));
        log.since_start.saturating_record(micros(now - self.started));
        *log.told.entry(told).or_default() += 1;
    }
}

/// Reads one answer to its end.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Told> {
    buffer.clear();
    let mut known = None;
    loop {
        if known.is_none() {
            known = wire::head(buffer)?;
        }
        if let Some((status, head, end)) = known
            && buffer.len() >= end
        {
            let code = (status >= 400).then(|| wire::problem_code(&buffer[head..end])).flatten();
            return Ok(Told { status, code });
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
