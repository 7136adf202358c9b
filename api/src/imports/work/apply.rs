//! Writing a batch: its offers, its errors and how far the upload is, in one transaction.

use std::time::Duration;

use chrono::{DateTime, Utc};
use shared::PartnerId;

use super::{Step, Work};
use crate::{
    error::{Error, Result},
    imports::{
        Imports,
        batch::Batch,
        plan::Plan,
        stage::Stage,
        store::{self, ErrorRow},
    },
    offers::bulk,
    store::{Transaction, clock::to_ms, entities::imports},
};

/// How often a batch is decided again because somebody else changed one of its offers meanwhile.
const TRIES: u32 = 50;

impl Work {
    /// Writes what was decided about a batch; decides again where that was overtaken.
    pub(super) async fn apply(
        &mut self,
        all: &Imports,
        stage: Stage,
        mut batch: Batch,
        mut plan: Plan,
    ) -> Result<Step> {
        let mut overtaken = plan.names.iter().any(|(name, _)| self.written.contains(name));
        for _ in 0..TRIES {
            if overtaken {
                (batch, plan) = self.judge(all).decide(batch).await?;
            }
            let after = self.counted(&batch, &plan);
            let now = all.clock.now();
            let written = all.store.transaction_if(async |tx| {
                if !store::advance(tx, &self.import, &after).await? {
                    return Ok(Some(Step::Over));
                }
                Ok(self.write(tx, stage, &plan, now).await?.then_some(Step::More))
            });
            match written.await? {
                Some(Step::More) => {
                    self.import = after;
                    self.written = plan.names.into_iter().map(|(name, _)| name).collect();
                    metrics::counter!("import_rows_total").increment(batch.rows.len() as u64);
                    return Ok(Step::More);
                }
                Some(over) => return Ok(over),
                None => {
                    overtaken = true;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
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
        after.created += count(plan.create.count());
        after.updated += count(plan.update.len());
        after.unchanged += count(plan.unchanged);
        after.failed += count(plan.failed.len());
        after.nameless += count(plan.nameless);
        let problems = plan.failed.iter().map(|failed| failed.problems.len()).sum();
        after.errors = (after.errors + count(problems)).min(store::ERRORS_KEPT);
        after
    }

    /// Writes what was decided; answers whether nobody came between.
    async fn write(&self, tx: &Transaction, stage: Stage, plan: &Plan, now: DateTime<Utc>) -> Result<bool> {
        store::note(tx, self.import.id, &plan.names).await?;
        store::note_failed(tx, self.import.id, &plan.failed_again).await?;
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
}
