//! Uploads of offers: the body goes to a file at once, its rows are worked through in the background, and what is wrong
//! with them is told row by row.

mod admit;
mod batch;
mod events;
mod finish;
mod job;
mod judge;
mod known;
mod plan;
mod report;
mod room;
mod routes;
pub mod rows;
mod spool;
mod stage;
mod store;
mod tidy;
mod upload;
mod view;
mod work;

use std::{sync::Arc, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{Notify, Semaphore, watch},
};

pub use job::run;
pub use tidy::{end_lost, tidy};

use self::{spool::Spool, upload::Pace};
use crate::{
    config::ServeConfig,
    http::routes::Routes,
    store::{Store, clock::Clock},
};

/// Listeners to the progress of uploads, in one process.
const LISTENERS: usize = 500;

/// What handlers and the runner share.
#[derive(Debug)]
pub struct Imports {
    store: Store,
    clock: Clock,
    spool: Spool,
    /// The largest upload, in bytes.
    limit: u64,
    /// What the uploads of one partner may take on the disk, in bytes.
    keep: u64,
    /// How slowly an upload may arrive.
    pace: Pace,
    /// The runner has something to do.
    wake: Arc<Notify>,
    listeners: Arc<Semaphore>,
    /// Whether the process is about to end: listeners would keep it.
    stopping: watch::Receiver<bool>,
}

impl Imports {
    /// Opens the folder that the settings name.
    pub fn open(config: &ServeConfig, store: Store, clock: Clock) -> anyhow::Result<Self> {
        Ok(Self {
            store,
            clock,
            spool: Spool::open(config.spool_dir())?,
            limit: config.import_limit_mb << 20,
            keep: config.import_keep_mb() << 20,
            pace: config
                .upload_seconds
                .map(Duration::from_secs)
                .map_or_else(Pace::default, |time| Pace { silence: time, patience: time }),
            wake: Arc::default(),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
            stopping: stopping()?,
        })
    }
}

/// Becomes true when the process is told to end.
fn stopping() -> std::io::Result<watch::Receiver<bool>> {
    let (tell, told) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    actix_web::rt::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tell.send_replace(true);
    });
    Ok(told)
}

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(routes::template)
        .service(routes::list)
        .service(routes::create)
        .service(routes::read)
        .service(routes::events)
        .service(routes::errors)
        .service(routes::cancel)
        .service(routes::retry);
}
