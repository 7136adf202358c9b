//! The runner: one task that works at the uploads of this process's folder, a batch of each partner's in turn, so that
//! nobody's large file holds up another's small one.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use shared::Code;
use tokio::{sync::watch, time::sleep};
use uuid::Uuid;

use super::{
    Imports, store,
    work::{Step, Work, give_up},
};
use crate::{
    error::{Error, Result},
    jobs,
};

/// Uploads that are open at once, each with a batch in memory.
const OPEN: usize = 8;
/// When others wait, an upload makes room after so many batches.
const TURNS: u32 = 50;
/// An upload that failed so often without getting on is given up.
const FAILURES: u32 = 10;
/// How often uploads are looked for that another process of this folder took in.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What is at work.
#[derive(Debug, Default)]
struct Desk {
    /// The next one first.
    works: VecDeque<Work>,
    /// Uploads that made room for others, and wait again.
    rested: HashSet<Uuid>,
    /// Whether more wait than there is room for.
    crowded: bool,
    /// How often an upload failed of something that is not its own fault.
    failures: HashMap<Uuid, u32>,
}

/// Runs until the process stops. What is at work then goes on where it is when a process starts again.
pub async fn run(all: Arc<Imports>, mut stopped: watch::Receiver<bool>) {
    let (mut desk, mut looked) = (Desk::default(), None::<Instant>);
    while !*stopped.borrow() {
        let woken = all.wake.notified().now_or_never().is_some();
        if woken || looked.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            looked = Some(Instant::now());
            if let Err(error) = desk.look(&all).await {
                jobs::warn("imports.look", &error);
            }
        }
        let Some(mut work) = desk.works.pop_front() else {
            tokio::select! {
                () = sleep(LOOK_EVERY) => {}
                () = all.wake.notified() => looked = None,
                _ = stopped.changed() => {}
            }
            continue;
        };
        match work.step(&all).await {
            Ok(Step::More) if desk.crowded && work.turns >= TURNS => {
                desk.rested.insert(work.import.id);
                looked = None;
            }
            Ok(Step::More) => {
                desk.failures.remove(&work.import.id);
                desk.works.push_back(work);
            }
            // The partner's next one may begin.
            Ok(Step::Over) => looked = None,
            Err(error) => {
                // It is dropped, and taken up again where it is.
                desk.failed(&all, work.import.id, &error).await;
                sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

impl Desk {
    /// Takes up what is not at work yet.
    async fn look(&mut self, all: &Imports) -> Result<()> {
        self.crowded = false;
        let mut next = store::runner_next(all.store.fresh(), all.spool.host).await?;
        next.retain(|import| !self.works.iter().any(|work| work.import.partner_id == import.partner_id));
        next.sort_by_key(|import| self.rested.contains(&import.id));
        for import in next {
            if self.works.len() >= OPEN {
                self.crowded = true;
                break;
            }
            self.rested.remove(&import.id);
            let id = import.id;
            match Work::open(all, import).await {
                Ok(work) => self.works.extend(work),
                Err(error) => self.failed(all, id, &error).await,
            }
        }
        Ok(())
    }

    /// Counts a failure of an upload, and gives the upload up when there were too many: those behind it wait.
    async fn failed(&mut self, all: &Imports, import: Uuid, error: &Error) {
        tracing::warn!(%import, error = %error.chain(), "import.retry");
        let failures = self.failures.entry(import).or_default();
        *failures += u32::from(error.code == Code::Internal);
        if *failures >= FAILURES {
            self.failures.remove(&import);
            if let Err(error) = give_up(all, import).await {
                jobs::warn("imports.give_up", &error);
            }
        }
    }
}
