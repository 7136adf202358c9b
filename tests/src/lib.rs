//! The harness of the black-box tests: it starts the built program with a database of its own and speaks HTTP with it.
//! No test knows the server's code; what they share with it is what every client shares, the crate `shared`.
//!
//! A test is an `async fn` that takes a [`Market`]; `on_both!` runs it on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, clippy::return_self_not_must_use)] // A test stops at what is not as it must be.

pub mod browser;
pub mod certificates;
pub mod client;
pub mod db;
pub mod disk;
pub mod keeper;
pub mod mail;
pub mod market;
pub mod offer;
pub mod partner;
pub mod people;
pub mod place;
pub mod postgres;
pub mod program;
pub mod raw;
pub mod receiver;
pub mod server;
pub mod smtp;
pub mod standby;

use std::{future::Future, sync::LazyLock, time::Duration};

use tokio::{runtime::Runtime, time::Instant};

pub use client::{Answer, Caller};
pub use market::Market;
pub use offer::Offer;
pub use partner::Partner;
pub use people::{PASSWORD, Person};
pub use place::{Kind, Place};
pub use receiver::Receiver;
pub use server::Server;
pub use standby::Standby;

/// One runtime for all tests of a process, so that they can share servers and connections.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

/// Runs a test on the server that the tests of this process share.
pub fn run<F: Future<Output = ()>>(kind: Kind, test: impl FnOnce(Market) -> F) {
    RUNTIME.block_on(async { test(Market::shared(kind).await).await });
}

/// Runs a test that starts servers of its own.
pub fn run_alone<F: Future<Output = ()>>(kind: Kind, test: impl FnOnce(Kind) -> F) {
    RUNTIME.block_on(test(kind));
}

/// Runs something that needs no server.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.block_on(future)
}

/// Makes two tests, `name::sqlite` and `name::postgres`, of each function that takes the shared [`Market`].
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => { $crate::on_both!(@ run $($name)+); };
    (alone: $($name:ident),+ $(,)?) => { $crate::on_both!(@ run_alone $($name)+); };
    (@ $run:ident $($name:ident)+) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                $crate::$run($crate::Kind::Sqlite, super::$name);
            }
            #[test]
            fn postgres() {
                $crate::$run($crate::Kind::Postgres, super::$name);
            }
        }
    )+};
}

/// How long something that happens a moment later may take before it counts as not happening.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again until there is an answer; stops the test when there is none in time.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, ask: impl FnMut() -> F) -> T {
    eventually_within(PATIENCE, what, ask).await
}

/// As `eventually`, for what takes longer.
pub async fn eventually_within<T, F: Future<Output = Option<T>>>(
    patience: Duration,
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "not within {patience:?}: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
