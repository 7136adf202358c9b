//! One upload that is being worked through, a batch at a time.

mod apply;
mod turn;

use std::collections::HashSet;

use shared::{
    ImportId, PartnerId,
    import::{FileCode, FileProblem, ImportFormat, ImportMode, ImportState},
    partner::PartnerState,
};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{
    Imports,
    batch::{Reader, Then},
    finish,
    judge::{Judge, Next},
    stage::Stage,
    store,
};
use crate::{
    error::{Error, Result},
    offers::bulk,
    partners::{Actor, access::check_active},
    store::{
        Transaction,
        clock::to_ms,
        entities::{imports, partners},
    },
};

/// An upload that this process works at.
#[derive(Debug)]
pub struct Work {
    pub import: imports::Model,
    partner: partners::Model,
    mode: ImportMode,
    /// The upload whose rows that were right are passed over.
    skips: Option<Uuid>,
    reading: Option<Reading>,
    /// The names of the batch that was written last: whoever decided meanwhile did not know of them.
    written: HashSet<String>,
    /// Batches since it was taken up.
    pub turns: u32,
}

/// The next batch, which is read and decided about while the last one is written.
type Reading = JoinHandle<Result<Next>>;

/// How it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    More,
    /// It is over, or no longer this process's: cancelled, or taken up by another one.
    Over,
}

/// Ends an upload at which something is wrong that does not go away by trying again.
pub async fn give_up(all: &Imports, id: Uuid) -> Result<()> {
    let Some(import) = store::runner_read(all.store.fresh(), id).await? else { return Ok(()) };
    let internal = FileProblem::new(FileCode::Internal);
    finish::end(&all.store, &import, &import, Some(&internal), all.clock.now()).await?;
    tracing::error!(%id, "import.given_up");
    Ok(())
}

impl Work {
    /// Takes an upload up, if no other process has it.
    pub async fn open(all: &Imports, import: imports::Model) -> Result<Option<Self>> {
        let Some(partner) = store::runner_partner(all.store.fresh(), import.partner_id).await? else { return Ok(None) };
        let mode = ImportMode::from_name(&import.mode).ok_or_else(|| Error::internal("an unknown mode"))?;
        let first = match import.retry_of {
            Some(first) => store::runner_read(all.store.fresh(), first).await?,
            None => None,
        };
        let skips = first.filter(|first| !store::is_nothing_done(first)).map(|first| first.id);
        let mut work = Self { import, partner, mode, skips, reading: None, written: HashSet::new(), turns: 0 };
        if check_active(&work.partner).is_err() {
            work.fail(all, FileProblem::new(FileCode::PartnerNotActive)).await?;
            return Ok(None);
        }
        if !work.begin(all).await? {
            return Ok(None);
        }
        if work.stage()? != Stage::End && !work.read(all).await? {
            return Ok(None);
        }
        Ok(Some(work))
    }

    /// Says that it runs.
    async fn begin(&mut self, all: &Imports) -> Result<bool> {
        if self.import.state == ImportState::Running.as_str() {
            return Ok(true);
        }
        let open = match self.mode {
            ImportMode::ReplaceAll => bulk::count_open(all.store.fresh(), PartnerId(self.import.partner_id)).await?,
            _ => 0,
        };
        let after = imports::Model {
            state: ImportState::Running.as_str().to_owned(),
            open_before: open,
            started_at: Some(to_ms(all.clock.now())),
            ..self.import.clone()
        };
        self.advance(all, after).await
    }

    fn stage(&self) -> Result<Stage> {
        Stage::from_name(&self.import.stage).ok_or_else(|| Error::internal("an unknown stage"))
    }

    /// Begins to read the file where the work is; answers whether there is something to read.
    async fn read(&mut self, all: &Imports) -> Result<bool> {
        let id = ImportId(self.import.id);
        let spool = all.spool.clone();
        let file = match tokio::task::spawn_blocking(move || spool.lock(id)).await.map_err(Error::internal)? {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(false),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.fail(all, FileProblem::new(FileCode::FileLost)).await?;
                return Ok(false);
            }
            Err(error) => return Err(Error::internal(error)),
        };
        // Another process may have gone on with it before it let go of the file.
        match store::runner_read(all.store.fresh(), self.import.id).await? {
            Some(now) if now.state == ImportState::Running.as_str() => self.import = now,
            _ => return Ok(false),
        }
        let format =
            ImportFormat::from_name(&self.import.format).ok_or_else(|| Error::internal("an unknown format"))?;
        let (charset, mode) = (self.import.charset.clone(), self.mode);
        let done = u64::try_from(self.import.position).unwrap_or_default();
        self.written.clear();
        self.reading = Some(tokio::spawn(
            self.judge(all).next(move || Reader::open(file, format, charset.as_deref(), mode, done)),
        ));
        Ok(true)
    }

    /// Does the next piece of work.
    pub async fn step(&mut self, all: &Imports) -> Result<Step> {
        self.turns += 1;
        let stage = self.stage()?;
        if stage == Stage::End {
            return self.end(all).await;
        }
        let Some(reading) = self.reading.take() else { return Ok(Step::Over) };
        let Next { reader, batch } = reading.await.map_err(Error::internal)??;
        let (batch, plan) = match batch {
            Ok(batch) => batch,
            Err(problem) => return self.fail(all, problem).await,
        };
        let then = batch.then.clone();
        // At the end the file is let go of at once, since the next stage opens it again.
        if let Some(reader) = reader.filter(|_| matches!(then, Then::More)) {
            self.reading = Some(tokio::spawn(self.judge(all).next(move || Ok(reader))));
        }
        if self.apply(all, stage, batch, plan).await? == Step::Over {
            return Ok(Step::Over);
        }
        match then {
            Then::More => Ok(Step::More),
            Then::End => self.turn(all, stage).await,
            Then::Broken(problem) => self.fail(all, problem).await,
        }
    }

    /// Who decides about batches.
    fn judge(&self, all: &Imports) -> Judge {
        Judge {
            store: all.store.clone(),
            clock: all.clock,
            import: self.import.clone(),
            sandbox: self.partner.state == PartnerState::Sandbox.as_str(),
            mode: self.mode,
            skips: self.skips,
        }
    }

    fn actor(&self) -> Option<Actor> {
        let person = self.import.actor_id.map(|id| Actor::Person(id.into()));
        person.or_else(|| self.import.actor_key.map(|id| Actor::Program(id.into())))
    }

    async fn advance(&mut self, all: &Imports, after: imports::Model) -> Result<bool> {
        let advance = async |tx: &Transaction| Ok(store::advance(tx, &self.import, &after).await?);
        let done = all.store.transaction(advance).await?;
        if done {
            self.import = after;
        }
        Ok(done)
    }

    /// Ends the upload with what it failed of; what was applied before stays, and is told.
    async fn fail(&mut self, all: &Imports, failure: FileProblem) -> Result<Step> {
        let counts = store::counts(&self.import);
        let applied = (!self.import.dry_run).then_some(counts.created + counts.updated + counts.unchanged);
        self.over(all, &self.import.clone(), Some(FileProblem { applied, ..failure })).await
    }

    /// Ends the upload with these counts.
    async fn over(&mut self, all: &Imports, counts: &imports::Model, failure: Option<FileProblem>) -> Result<Step> {
        let ended = finish::end(&all.store, &self.import, counts, failure.as_ref(), all.clock.now()).await?;
        if let Some(after) = ended {
            tracing::info!(import = %after.id, state = after.state, rows = after.rows_read, failed = after.failed, "import.over");
            self.import = after;
        }
        Ok(Step::Over)
    }
}
