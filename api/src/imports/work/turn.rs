//! From one stage to the next, and the last one: ending what a file that says all did not name.

use shared::{
    PartnerId,
    import::{FileCode, FileProblem, ImportMode},
};

use super::{Step, Work};
use crate::{
    error::Result,
    imports::{Imports, stage::Stage, store},
    offers::bulk,
    store::{clock::to_ms, entities::imports},
};

/// Offers that end in one transaction.
const END_AT_ONCE: i64 = 1000;

impl Work {
    /// All rows of a stage are through: what comes next.
    pub(super) async fn turn(&mut self, all: &Imports, stage: Stage) -> Result<Step> {
        if stage == Stage::Check && self.import.failed > 0 {
            let refused = FileProblem::counted(FileCode::RowsRefused, count(self.import.failed));
            return self.over(all, &self.import.clone(), Some(refused)).await;
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
    pub(super) async fn end(&mut self, all: &Imports) -> Result<Step> {
        let (partner, after) = (PartnerId(self.import.partner_id), self.import.ended_up_to);
        let now = all.clock.now();
        let ended = all.store.transaction_if(async |tx| {
            if !store::lock(tx, &self.import).await? {
                return Ok(None);
            }
            let missing = bulk::lock_missing(tx, partner, self.import.id, after, END_AT_ONCE).await?;
            let mut after = self.import.clone();
            let Some(last) = missing.last() else { return Ok(Some(after)) };
            bulk::end(tx, &missing, self.actor(), to_ms(now)).await?;
            after.ended += i64::try_from(missing.len()).unwrap_or(i64::MAX);
            after.ended_up_to = Some(last.id);
            store::advance(tx, &self.import, &after).await?;
            Ok(Some(after))
        });
        let Some(after) = ended.await? else { return Ok(Step::Over) };
        if after == self.import {
            return self.over(all, &after, None).await;
        }
        self.import = after;
        Ok(Step::More)
    }
}

/// A count of rows for people.
fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}
