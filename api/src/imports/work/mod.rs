//! One upload that is being worked through, a batch at a time.

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use shared::{
    ImportId, PartnerId,
    import::{FileCode, FileProblem, ImportFormat, ImportMode, ImportState},
    partner::PartnerState,
};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{
    Imports,
    batch::{Batch, Reader},
    finish,
    judge::{Judge, Next},
    plan::Plan,
    stage::Stage,
    store::{self, ErrorRow},
};
use crate::{
    error::{Error, Result},
    offers::bulk,
    partners::{Actor, access::check_active},
    store::{
        clock::to_ms,
        entities::{imports, partners},
        revisions::{self, Revision},
    },
};

/// Offers that end in one transaction.
const END_AT_ONCE: i64 = 1000;
/// How often a batch is decided again because somebody else changed one of its offers meanwhile.
const TRIES: u32 = 50;

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

impl Work {
    /// Takes an upload up, if no other process has it.
    pub async fn open(all: &Imports, import: imports::Model) -> Result<Option<Self>> {
        let Some(partner) = store::runner_partner(all.store.fresh(), import.partner_id).await? else { return Ok(None) };
        let mode = ImportMode::from_name(&import.mode).ok_or_else(|| Error::internal("an unknown mode"))?;
        let first = match import.retry_of {
            Some(first) => store::runner_read(all.store.fresh(), first).await?,
            None => None,
        };
        // Where all was rejected, nothing is done yet.
        let rejected = Some(FileCode::RowsRefused.as_str());
        let skips = first.filter(|first| finish::why(first) != rejected).map(|first| first.id);
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
        // At the end the file is let go of at once, since the next stage opens it again.
        if let Some(reader) = reader.filter(|_| !batch.last) {
            self.reading = Some(tokio::spawn(self.judge(all).next(move || Ok(reader))));
        }
        let last = batch.last;
        if self.apply(all, stage, batch, plan).await? == Step::Over {
            return Ok(Step::Over);
        }
        if last { self.turn(all, stage).await } else { Ok(Step::More) }
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

    /// Writes what was decided about a batch; decides again where that was overtaken.
    async fn apply(&mut self, all: &Imports, stage: Stage, mut batch: Batch, mut plan: Plan) -> Result<Step> {
        let mut overtaken = plan.names.iter().any(|(name, _)| self.written.contains(name));
        for _ in 0..TRIES {
            if overtaken {
                (batch, plan) = self.judge(all).decide(batch).await?;
            }
            let after = self.counted(&batch, &plan);
            let now = all.clock.now();
            let tx = all.store.begin().await?;
            if !store::advance(&tx, &self.import, &after).await? {
                return Ok(Step::Over);
            }
            if self.write(&tx, stage, &plan, now).await? {
                tx.commit().await?;
                self.import = after;
                self.written = plan.names.into_iter().map(|(name, _)| name).collect();
                metrics::counter!("import_rows_total").increment(batch.rows.len() as u64);
                return Ok(Step::More);
            }
            tx.rollback().await?;
            overtaken = true;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(Error::internal("the offers of a batch are changed again and again"))
    }

    /// The upload's row after a batch.
    fn counted(&self, batch: &Batch, plan: &Plan) -> imports::Model {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let mut after = self.import.clone();
        after.position += count(batch.rows.len());
        after.bytes_done = i64::try_from(batch.bytes_done).unwrap_or(i64::MAX);
        after.rows_read += count(batch.rows.len() - plan.skipped);
        after.created += count(plan.create.len());
        after.updated += count(plan.update.len());
        after.unchanged += count(plan.unchanged);
        after.failed += count(plan.failed.len());
        after.nameless += count(plan.nameless);
        let problems = plan.failed.iter().map(|failed| failed.problems.len()).sum();
        after.errors = (after.errors + count(problems)).min(store::ERRORS_KEPT);
        after
    }

    /// Writes what was decided; answers whether nobody came between.
    async fn write(&self, tx: &DatabaseTransaction, stage: Stage, plan: &Plan, now: DateTime<Utc>) -> Result<bool> {
        let names: Vec<_> = plan.names.iter().map(|(name, met)| (name.as_str(), *met)).collect();
        store::note(tx, self.import.id, &names).await?;
        store::add_errors(tx, self.import.id, &self.errors(plan)).await?;
        if stage != Stage::Apply || self.import.dry_run {
            return Ok(true);
        }
        let (actor, partner, ms) = (self.actor(), PartnerId(self.import.partner_id), to_ms(now));
        Ok(bulk::create(tx, partner, &plan.create, actor, ms).await?
            && bulk::update(tx, &plan.update, actor, ms).await?)
    }

    /// What is wrong with the rows of a batch, as it is kept.
    fn errors(&self, plan: &Plan) -> Vec<ErrorRow> {
        let all = plan.failed.iter().flat_map(|failed| failed.problems.iter().map(move |problem| (failed, problem)));
        let numbers = self.import.errors + 1..=store::ERRORS_KEPT;
        numbers
            .zip(all)
            .map(|(number, (failed, problem))| ErrorRow {
                number,
                row_number: i64::try_from(failed.number).unwrap_or(i64::MAX),
                line: i64::try_from(failed.line).unwrap_or(i64::MAX),
                external_id: failed.external_id.clone(),
                pointer: problem.pointer.clone(),
                code: problem.code.as_str().to_owned(),
                least: problem.min,
                most: problem.max,
            })
            .collect()
    }

    /// All rows of a stage are through: what comes next.
    async fn turn(&mut self, all: &Imports, stage: Stage) -> Result<Step> {
        if stage == Stage::Check && self.import.failed > 0 {
            // Nothing was applied, so nothing is counted as if it were.
            let counts = imports::Model { created: 0, updated: 0, unchanged: 0, ..self.import.clone() };
            return self
                .over(all, &counts, Some(FileProblem::counted(FileCode::RowsRefused, count(self.import.failed))))
                .await;
        }
        if stage == Stage::Check && !self.import.dry_run {
            let after = imports::Model {
                stage: Stage::Apply.as_str().to_owned(),
                position: 0,
                bytes_done: 0,
                rows_read: 0,
                created: 0,
                updated: 0,
                unchanged: 0,
                ..self.import.clone()
            };
            return self.go_on(all, after).await;
        }
        if self.mode != ImportMode::ReplaceAll {
            return self.over(all, &self.import.clone(), None).await;
        }
        // Nothing at all is no assortment, but a slip.
        if self.import.position == 0 {
            return self.fail(all, FileProblem::new(FileCode::EmptyFile)).await;
        }
        if self.import.nameless > 0 {
            return self.fail(all, FileProblem::counted(FileCode::NamelessRows, count(self.import.nameless))).await;
        }
        let partner = PartnerId(self.import.partner_id);
        let missing = bulk::count_missing(all.store.fresh(), partner, self.import.id).await?;
        let open = self.import.open_before;
        if missing * 100 > open * i64::from(self.import.max_delete_percent) {
            return self.fail(all, FileProblem::counted(FileCode::TooManyDeletes, count(missing))).await;
        }
        if self.import.dry_run {
            let counts = imports::Model { ended: missing, ..self.import.clone() };
            return self.over(all, &counts, None).await;
        }
        let after = imports::Model { stage: Stage::End.as_str().to_owned(), ..self.import.clone() };
        self.go_on(all, after).await
    }

    /// Goes over to the next stage.
    async fn go_on(&mut self, all: &Imports, after: imports::Model) -> Result<Step> {
        if !self.advance(all, after).await? {
            return Ok(Step::Over);
        }
        let reads = self.stage()? != Stage::End;
        Ok(if !reads || self.read(all).await? { Step::More } else { Step::Over })
    }

    /// Ends the next offers that were not named.
    async fn end(&mut self, all: &Imports) -> Result<Step> {
        let (partner, after) = (PartnerId(self.import.partner_id), self.import.ended_up_to);
        let ids = bulk::missing(all.store.fresh(), partner, self.import.id, after, END_AT_ONCE).await?;
        let Some(last) = ids.last().copied() else { return self.over(all, &self.import.clone(), None).await };
        let now = all.clock.now();
        let tx = all.store.begin().await?;
        let done = bulk::end(&tx, &ids, self.actor(), to_ms(now)).await?;
        let mut after = self.import.clone();
        after.ended += i64::try_from(done).unwrap_or(i64::MAX);
        after.ended_up_to = Some(last);
        if !store::advance(&tx, &self.import, &after).await? {
            return Ok(Step::Over);
        }
        revisions::raise(&tx, Revision::Offers).await?;
        tx.commit().await?;
        self.import = after;
        Ok(Step::More)
    }

    async fn advance(&mut self, all: &Imports, after: imports::Model) -> Result<bool> {
        let done = store::advance(&all.store.write, &self.import, &after).await?;
        if done {
            self.import = after;
        }
        Ok(done)
    }

    /// Gives up: something is wrong here that does not go away by trying again.
    pub async fn give_up(&mut self, all: &Imports) -> Result<Step> {
        self.fail(all, FileProblem::new(FileCode::Internal)).await
    }

    async fn fail(&mut self, all: &Imports, failure: FileProblem) -> Result<Step> {
        self.over(all, &self.import.clone(), Some(failure)).await
    }

    /// Ends the upload with these counts.
    async fn over(&mut self, all: &Imports, counts: &imports::Model, failure: Option<FileProblem>) -> Result<Step> {
        let now = all.clock.now();
        let after = finish::over(counts, failure.as_ref(), now);
        let tx = all.store.begin().await?;
        if finish::finish(&tx, &self.import, &after, now).await? {
            tx.commit().await?;
            tracing::info!(import = %after.id, state = after.state, rows = after.rows_read, failed = after.failed, "import.over");
            self.import = after;
        }
        Ok(Step::Over)
    }
}

/// A count of rows for people.
fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}
