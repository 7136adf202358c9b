//! Forgetting uploads: the file, the errors and the names are kept for 30 days, the line in the list of uploads for
//! ever. And ending those whose file is lost with its machine: nobody waits for ever.

mod store;

use std::collections::HashSet;

use chrono::TimeDelta;
use shared::{
    ImportId,
    import::{FileCode, FileProblem},
};

use super::{Imports, finish};
use crate::{
    error::{Error, Result},
    store::{bad_rows::BadRows, clock::to_ms},
};

/// How long a partner can look at what became of an upload, and correct it.
const KEPT: TimeDelta = TimeDelta::days(30);
/// A folder that no process has opened for so long does not come back.
const GONE: TimeDelta = TimeDelta::days(1);
/// Slices of rows that are deleted in one go of this job: each is a short transaction.
const SLICES: usize = 200;

/// Forgets what is old, and removes files that belong to nothing.
pub async fn tidy(all: &Imports, bad: &BadRows) -> Result<()> {
    forget_old(all, bad).await?;
    remove_left_over(all).await
}

/// Ends uploads whose file is lost.
pub async fn end_lost(all: &Imports, bad: &BadRows) -> Result<()> {
    let now = all.clock.now();
    let gone = to_ms(now - GONE);
    all.store.transaction(async |tx| Ok(store::see(tx, all.spool.host, to_ms(now), gone).await?)).await?;
    for import in store::lost(all.store.fresh(), bad.resting(), gone).await? {
        let lost = FileProblem::new(FileCode::FileLost);
        match finish::end(&all.store, &import, &import, Some(&lost), now).await {
            Ok(ended) if ended.is_some() => tracing::warn!(import = %import.id, host = %import.host, "import.lost"),
            Ok(_) => {}
            Err(error) => bad.add("import.end_lost", import.id, &error),
        }
    }
    Ok(())
}

async fn forget_old(all: &Imports, bad: &BadRows) -> Result<()> {
    let (db, before) = (&all.store, to_ms(all.clock.now() - KEPT));
    let mut slices = 0;
    for import in store::next(db.fresh(), bad.resting(), all.spool.host, before).await? {
        while slices < SLICES {
            slices += 1;
            match db.transaction(async |tx| Ok(store::forget(tx, import.id).await?)).await {
                Ok(false) => continue,
                Ok(true) => all.spool.remove(ImportId(import.id)),
                Err(error) => bad.add("import.forget", import.id, &error),
            }
            break;
        }
    }
    Ok(())
}

async fn remove_left_over(all: &Imports) -> Result<()> {
    let spool = all.spool.clone();
    let left = tokio::task::spawn_blocking(move || spool.left_over()).await.map_err(Error::internal)?;
    let left = left.map_err(Error::internal)?;
    for ids in left.chunks(500) {
        let needed = store::needed(all.store.fresh(), ids.iter().map(|id| id.0).collect()).await?;
        let needed: HashSet<_> = needed.into_iter().collect();
        for id in ids.iter().filter(|id| !needed.contains(&id.0)) {
            all.spool.remove(*id);
        }
    }
    Ok(())
}
