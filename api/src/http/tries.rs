//! Counting wrong tries, each key's for ten minutes from its first one, right or wrong.
//!
//! A try is taken before anybody looks whether it is right, and given back where it was: however many come at once, no
//! more are looked at than there may be wrong ones.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use shared::Code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// For how long tries are counted together.
const WINDOW: Duration = Duration::from_mins(10);
/// Keys that are remembered at most.
const REMEMBERED: u64 = 200_000;

/// The tries that each key has.
#[derive(Debug)]
pub struct Tries<K: Hash + Eq + Send + Sync + 'static> {
    most: u32,
    counts: moka::sync::Cache<K, Arc<Count>>,
}

/// The tries of one key that are left. They are closed when none can come back.
#[derive(Debug)]
struct Count {
    left: Arc<Semaphore>,
    most: u32,
    wrong: AtomicU32,
    since: Instant,
}

/// One try that has been taken. It is given back when it is dropped, unless it was wrong.
#[derive(Debug)]
#[must_use]
pub struct Try {
    count: Arc<Count>,
    permit: OwnedSemaphorePermit,
}

impl<K: Hash + Eq + Send + Sync + 'static> Tries<K> {
    /// At most so many by key.
    pub fn new(most: u32) -> Self {
        Self { most, counts: moka::sync::Cache::builder().max_capacity(REMEMBERED).time_to_live(WINDOW).build() }
    }

    /// Takes a try of a key. Where all that are left are being looked at, it waits for one that was right.
    ///
    /// # Errors
    /// `rate_limited` where none is left.
    pub async fn begin(&self, key: K) -> Result<Try> {
        let count = self.of(key);
        match count.left.clone().acquire_owned().await {
            Ok(permit) => Ok(Try { count, permit }),
            Err(_closed) => Err(count.refusal()),
        }
    }

    /// Counts something that is not judged: a try of a key.
    ///
    /// # Errors
    /// `rate_limited` where none is left.
    pub fn count(&self, key: K) -> Result<()> {
        let count = self.of(key);
        match count.left.clone().try_acquire_owned() {
            Ok(permit) => Try { count, permit }.count(),
            Err(_none) => return Err(count.refusal()),
        }
        Ok(())
    }

    fn of(&self, key: K) -> Arc<Count> {
        self.counts.get_with(key, || Arc::new(Count::new(self.most)))
    }
}

impl Count {
    fn new(most: u32) -> Self {
        let left = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS)));
        Self { left, most, wrong: AtomicU32::new(0), since: Instant::now() }
    }

    fn refusal(&self) -> Error {
        let seconds = WINDOW.saturating_sub(self.since.elapsed()).as_secs() + 1;
        Error::new(Code::RateLimited).retry_after(u32::try_from(seconds).unwrap_or(60))
    }
}

impl Try {
    /// Counts it: it was wrong, or is to count in any case.
    pub fn count(self) {
        self.permit.forget();
        if self.count.wrong.fetch_add(1, Ordering::AcqRel) + 1 == self.count.most {
            self.count.left.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn right_ones_come_back_and_wrong_ones_do_not() {
        let tries = Tries::new(2);
        for _ in 0..5 {
            drop(tries.begin("a").await.unwrap());
        }
        tries.begin("a").await.unwrap().count();
        let looked_at = tries.begin("a").await.unwrap();
        let waiting = tries.begin("a");
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending(), "it may still turn out right");
        drop(looked_at);
        waiting.await.unwrap().count();
        let refused = tries.begin("a").await.unwrap_err();
        assert_eq!(refused.code, Code::RateLimited);
        assert!(refused.retry_after.is_some_and(|seconds| (590..=601).contains(&seconds)));
        assert!(tries.begin("b").await.is_ok(), "another key has tries of its own");
    }

    #[tokio::test]
    async fn whoever_waits_is_refused_when_the_last_was_wrong() {
        let tries = Tries::new(1);
        let looked_at = tries.begin(1).await.unwrap();
        let (waiting, ()) = tokio::join!(tries.begin(1), async { looked_at.count() });
        assert_eq!(waiting.unwrap_err().code, Code::RateLimited);
    }
}
