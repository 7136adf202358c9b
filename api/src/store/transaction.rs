//! Transactions that write. All go through [`Store::transaction`], which begins them, repeats those that lost against
//! another one, and says that something is written only when the engine itself has committed it.
//!
//! Rows are locked in one order, so that transactions never wait for each other in a circle: people → partners → offers
//! → quotas → pools → claims → counters; several of a kind in the order of their ids.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};

use shared::Code;

use super::{Store, failure::Failure};
use crate::error::{Error, Result};

/// How often a transaction is repeated that lost against another one.
const REPEATS: u32 = 8;
/// The pause before the first repeat; it doubles with each.
const PAUSE: Duration = Duration::from_millis(2);

/// Another transaction was faster: what this one had read is no longer so, and it is to be repeated.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("another transaction was faster")]
pub struct LostRace;

impl From<LostRace> for Error {
    fn from(lost: LostRace) -> Self {
        Self { source: Some(Box::new(lost)), ..Self::new(Code::Overloaded) }
    }
}

/// Something that is to happen once a transaction is committed.
type Hook = Box<dyn FnOnce() + Send>;

/// A transaction that writes. After a failed statement it takes no other: SQLite may have rolled it back by itself, and
/// then each further statement would be committed alone.
pub struct Transaction {
    inner: DatabaseTransaction,
    store: Store,
    failed: AtomicBool,
    hooks: Mutex<Vec<Hook>>,
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction").field("failed", &self.failed).finish_non_exhaustive()
    }
}

impl Store {
    /// Runs `work` in a transaction and commits it. Where another transaction came in between (the database says so, or
    /// `work` by [`LostRace`]), all of `work` is run again, so it changes nothing but through the transaction.
    ///
    /// # Errors
    /// Those of `work`, after a rollback; `storage_unavailable` where the database cannot commit.
    pub async fn transaction<T>(&self, work: impl AsyncFn(&Transaction) -> Result<T>) -> Result<T> {
        self.repeat(&work, |_| true).await
    }

    /// As [`Store::transaction`], but where `work` returns nothing, nothing is written either.
    ///
    /// # Errors
    /// As [`Store::transaction`].
    pub async fn transaction_if<T>(&self, work: impl AsyncFn(&Transaction) -> Result<Option<T>>) -> Result<Option<T>> {
        self.repeat(&work, Option::is_some).await
    }

    async fn repeat<T>(
        &self,
        work: &impl AsyncFn(&Transaction) -> Result<T>,
        is_kept: impl Fn(&T) -> bool,
    ) -> Result<T> {
        let mut repeats = 0;
        loop {
            match self.attempt(work, &is_kept).await {
                Err(error) if repeats < REPEATS && Failure::of_cause(&error) == Some(Failure::Conflict) => {
                    repeats += 1;
                    metrics::counter!("transaction_repeats").increment(1);
                    tracing::debug!(error = %error.chain(), repeats, "transaction.repeat");
                    tokio::time::sleep(PAUSE * 2_u32.pow(repeats - 1) + jitter()).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn attempt<T>(
        &self,
        work: &impl AsyncFn(&Transaction) -> Result<T>,
        is_kept: &impl Fn(&T) -> bool,
    ) -> Result<T> {
        let tx = self.begin().await?;
        let outcome = work(&tx).await;
        if outcome.as_ref().is_ok_and(is_kept) {
            tx.commit().await?;
        } else {
            tx.rollback().await;
        }
        outcome
    }

    /// Begins a transaction. On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`), so that it can never fail
    /// half-way because another one wrote in between.
    async fn begin(&self) -> Result<Transaction, DbErr> {
        let immediate = (self.backend() == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..TransactionOptions::default() };
        let begun = self.write.begin_with_options(options).await;
        let inner = begun.inspect_err(|error| self.note_failure(error))?;
        Ok(Transaction { inner, store: self.clone(), failed: AtomicBool::new(false), hooks: Mutex::default() })
    }

    /// Gives the connections up that may have caused an error. Only a broken rule or a lost race says nothing about them.
    fn note_failure(&self, error: &DbErr) {
        if matches!(Failure::of(error), Failure::Storage | Failure::Fault) {
            self.writers.suspect();
        }
    }
}

fn jitter() -> Duration {
    Duration::from_micros(rand::random_range(0..2000))
}

impl Transaction {
    /// Calls `hook` once the transaction is committed, and not at all if it is not. For waking those who wait for what was
    /// written; who is not woken, because the process ended in between, finds it by themselves.
    pub fn on_commit(&self, hook: impl FnOnce() + Send + 'static) {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(hook));
    }

    async fn commit(self) -> Result<(), DbErr> {
        let Self { inner, store, failed, hooks } = self;
        if failed.into_inner() {
            inner.rollback().await.inspect_err(|error| store.note_failure(error)).ok();
            return Err(spoilt());
        }
        let commits = store.writers.commits();
        inner.commit().await.inspect_err(|error| store.note_failure(error))?;
        if store.backend() == DbBackend::Sqlite && store.writers.commits() == commits {
            // The engine counts its commits by itself: this COMMIT ended something smaller than the transaction.
            store.writers.suspect();
            return Err(spoilt());
        }
        for hook in hooks.into_inner().unwrap_or_else(PoisonError::into_inner) {
            hook();
        }
        Ok(())
    }

    async fn rollback(self) {
        if let Err(error) = self.inner.rollback().await {
            self.store.note_failure(&error);
        }
    }

    /// Refuses a statement after one that failed.
    fn check(&self) -> Result<(), DbErr> {
        if self.failed.load(Ordering::Relaxed) { Err(spoilt()) } else { Ok(()) }
    }

    /// Takes notice of a statement's failure.
    fn noticed<T>(&self, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        outcome.inspect_err(|error| {
            self.failed.store(true, Ordering::Relaxed);
            self.store.note_failure(error);
        })
    }
}

/// What is said instead of going on in a transaction that may be none any more.
fn spoilt() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the transaction was ended by an earlier error".to_owned()))
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.check()?;
        self.noticed(self.inner.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.check()?;
        self.noticed(self.inner.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.check()?;
        self.noticed(self.inner.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.check()?;
        self.noticed(self.inner.query_all_raw(statement).await)
    }
}
