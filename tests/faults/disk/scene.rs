//! A server on a disk that fails by order, with what every writing path needs.

use std::time::Duration;

use serde_json::Value;
use shared::offer::{Fulfilment, OfferState, PartnerOffer};
use tests::{
    Answer, Kind, Market, Offer, Partner, Place,
    client::Ask,
    disk::{Calls, Disk, Fault, Files, Order},
    eventually,
};

/// A market whose disk obeys.
pub struct Scene {
    pub market: Market,
    pub disk: Disk,
    pub partner: Partner,
    /// The partner's offer without limit, of which five units can be claimed at once.
    pub offer: PartnerOffer,
    /// The partner's offer with a pool of its own codes.
    pub pool: PartnerOffer,
}

impl Scene {
    /// Opens it on SQLite.
    pub async fn open() -> Self {
        let mut place = Place::new(Kind::Sqlite).await;
        let disk = Disk::below(&mut place);
        let market = Market::open(place).await;
        let partner = market.partner().await;
        let offer = Offer::once().with(|o| o.max_quantity = 5).publish_at(&market, &partner.slug).await;
        let pool = Offer::once().with(|o| o.fulfilment = Fulfilment::CodePool);
        let pool = pool.in_state_at(&market, &partner.slug, OfferState::Published).await;
        Self { market, disk, partner, offer, pool }
    }

    /// Another process comes in place of one that was killed.
    pub async fn restart(&mut self) {
        self.market.server.kill();
        self.market = self.market.again().await;
        self.partner = self.partner.at(&self.market.server.url);
    }

    /// Waits until the server says that it is ready, or that it is not.
    pub async fn says(&self, ready: Ready) {
        eventually(&format!("/health/ready says {ready:?}"), || async {
            let answer = self.market.anon().at_root().get("/health/ready").await;
            let says = if answer.status == 200 { Ready::Yes } else { Ready::No };
            (says == ready).then_some(())
        })
        .await;
    }
}

/// What `/health/ready` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    Yes,
    No,
}

/// A way in which the disk fails, by name.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    pub name: &'static str,
    pub order: Order,
}

/// Everything that can happen to SQLite: full, broken and short, at a write, at a later write of the same transaction,
/// at the sync that ends it, and where the log's index grows after that sync.
pub const FAILURES: [Failure; 7] = [
    failure("full at write", Order::new(Fault::Full, Calls::WRITE, Files::SQLITE)),
    failure("broken at write", Order::new(Fault::Broken, Calls::WRITE, Files::SQLITE)),
    failure("short write", Order::new(Fault::Short, Calls::WRITE, Files::SQLITE)),
    failure("full at the last writes", Order::new(Fault::Full, Calls::WRITE, Files::SQLITE).after(2)),
    failure("broken at sync", Order::new(Fault::Broken, Calls::SYNC, Files::SQLITE)),
    failure("full at sync", Order::new(Fault::Full, Calls::SYNC, Files::SQLITE)),
    failure(
        "full everywhere",
        Order::new(Fault::Full, Calls::WRITE.and(Calls::SYNC).and(Calls::TRUNCATE).and(Calls::CREATE), Files::ALL),
    ),
];

const fn failure(name: &'static str, order: Order) -> Failure {
    Failure { name, order }
}

/// For how long a failure lasts: a moment of some seconds, or as the long form of the tests says (a minute).
pub fn duration() -> Duration {
    let seconds = std::env::var("FAULT_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(2))
}

/// What an answer is while the disk fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The change was acknowledged.
    Done,
    /// 503 `storage_unavailable` with `Retry-After`, as the contract says.
    Unavailable,
    /// Something else.
    Wrong(String),
}

impl Said {
    /// Sends a change and reads the answer.
    pub async fn to(ask: Ask) -> Self {
        Self::of(&ask.await)
    }

    /// Reads an answer.
    pub fn of(answer: &Answer) -> Self {
        if (200..300).contains(&answer.status) {
            return Self::Done;
        }
        let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let waits = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok()).is_some_and(|s| s > 0);
        if answer.status == 503 && problem["code"] == "storage_unavailable" && waits {
            return Self::Unavailable;
        }
        Self::Wrong(format!("{} {} (retry-after: {waits})", answer.status, problem["code"]))
    }
}
