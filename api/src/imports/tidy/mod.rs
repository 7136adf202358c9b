//! Forgetting uploads: the file, the errors and the names are kept for 30 days, the line in the list of uploads for
//! ever.

use std::collections::HashSet;

use chrono::TimeDelta;
use shared::ImportId;

use super::{Imports, store};
use crate::{
    error::{Error, Result},
    store::clock::to_ms,
};

/// How long a partner can look at what became of an upload, and correct it.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Slices of rows that are deleted in one go of this job: each is a short transaction.
const SLICES: usize = 200;

/// Forgets what is old, and files that belong to nothing.
pub async fn tidy(all: &Imports) -> Result<()> {
    let (db, now) = (&all.store, all.clock.now());
    let mut slices = 0;
    for import in store::tidy_next(db.fresh(), all.spool.host, to_ms(now - KEPT)).await? {
        while slices < SLICES {
            slices += 1;
            if store::tidy_slice(&db.write, import.id).await? {
                all.spool.remove(ImportId(import.id));
                break;
            }
        }
    }
    let spool = all.spool.clone();
    let left = tokio::task::spawn_blocking(move || spool.left_over()).await.map_err(Error::internal)?;
    let left = left.map_err(Error::internal)?;
    for ids in left.chunks(500) {
        let known: HashSet<_> =
            store::known(db.fresh(), ids.iter().map(|id| id.0).collect()).await?.into_iter().collect();
        for id in ids.iter().filter(|id| !known.contains(&id.0)) {
            all.spool.remove(*id);
        }
    }
    Ok(())
}
