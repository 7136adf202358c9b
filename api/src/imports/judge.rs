//! Deciding about the next batch while the last one is being written: reading, asking what is known and deciding take as
//! long as writing.

use shared::import::{FileProblem, ImportMode};
use uuid::Uuid;

use super::{
    batch::{Batch, Reader},
    known::Known,
    plan::{self, Plan},
};
use crate::{
    error::{Error, Result},
    offers::bulk::Rules,
    store::{Store, clock::Clock, entities::imports},
};

/// A batch, and what is to become of it as far as was known.
#[derive(Debug)]
pub struct Next {
    pub reader: Option<Reader>,
    pub batch: Result<(Batch, Plan), FileProblem>,
}

/// Who decides about the batches of an upload.
#[derive(Debug)]
pub struct Judge {
    pub store: Store,
    pub clock: Clock,
    pub import: imports::Model,
    pub sandbox: bool,
    pub mode: ImportMode,
    /// The upload whose rows that were right are passed over.
    pub skips: Option<Uuid>,
}

impl Judge {
    /// Reads the next batch of what `open` opens, and decides about it. What is being written meanwhile is not known yet.
    pub async fn next(self, open: impl FnOnce() -> Result<Reader, FileProblem> + Send + 'static) -> Result<Next> {
        let reading = tokio::task::spawn_blocking(move || {
            let mut reader = open()?;
            let batch = reader.next();
            Ok((reader, batch))
        });
        let (reader, batch) = match reading.await.map_err(Error::internal)? {
            Ok(read) => read,
            Err(problem) => return Ok(Next { reader: None, batch: Err(problem) }),
        };
        Ok(Next { reader: Some(reader), batch: Ok(self.decide(batch).await?) })
    }

    /// Decides about a batch by what is known now.
    pub async fn decide(&self, batch: Batch) -> Result<(Batch, Plan)> {
        let known = Known::read(&self.store, &self.import, self.skips, &batch).await?;
        let rules = Rules { submit: self.import.submit, sandbox: self.sandbox, now: self.clock.now() };
        let (mode, backend) = (self.mode, self.store.backend());
        let deciding = tokio::task::spawn_blocking(move || {
            let plan = plan::plan(&batch, &known, mode, rules, backend);
            (batch, plan)
        });
        let (batch, plan) = deciding.await.map_err(Error::internal)?;
        Ok((batch, plan?))
    }
}
