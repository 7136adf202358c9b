//! What a process does beside answering: noticing what others changed, writing down activity, forgetting what is old.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle, time::sleep};

use crate::{
    app::Services,
    http::idempotency,
    store::{clock::to_ms, revisions},
};

/// How often changes of other processes are noticed.
const NOTICE_EVERY: Duration = Duration::from_millis(500);
/// How often activity is written down.
const ACTIVITY_EVERY: Duration = Duration::from_secs(2);
/// How often old rows are forgotten.
const TIDY_EVERY: Duration = Duration::from_mins(5);

/// The running jobs of this process.
#[derive(Debug)]
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Lets each finish what it is at.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "job.failed");
            }
        }
    }
}

/// Starts them all.
pub fn start(services: &Services) -> Jobs {
    let (stop, stopped) = watch::channel(false);
    let tasks = vec![
        every(NOTICE_EVERY, stopped.clone(), notice(services)),
        every(ACTIVITY_EVERY, stopped.clone(), write_activity(services)),
        every(TIDY_EVERY, stopped.clone(), tidy(services)),
        send_mails(services, stopped),
    ];
    Jobs { stop, tasks }
}

/// Runs a job again and again; a failure is logged and tried again next time.
fn every<F, J>(pause: Duration, mut stopped: watch::Receiver<bool>, mut job: J) -> JoinHandle<()>
where
    J: FnMut() -> F + Send + 'static,
    F: Future<Output = Result<(), sea_orm::DbErr>> + Send,
{
    tokio::spawn(async move {
        while !*stopped.borrow() {
            if let Err(error) = job().await {
                tracing::warn!(%error, "job.retry");
            }
            tokio::select! {
                () = sleep(pause) => {}
                _ = stopped.changed() => {}
            }
        }
        // Once more on the way out, so that nothing noted in memory is lost.
        if let Err(error) = job().await {
            tracing::warn!(%error, "job.last");
        }
    })
}

/// Notices what other processes changed.
fn notice(
    services: &Services,
) -> impl FnMut() -> futures_util::future::BoxFuture<'static, Result<(), sea_orm::DbErr>> + use<> {
    let services = services.clone();
    let seen = std::sync::Arc::new(parking_lot::Mutex::new(revisions::Revisions::default()));
    move || {
        let (services, seen) = (services.clone(), seen.clone());
        Box::pin(async move {
            let now = revisions::read(&services.store.write).await?;
            let before = std::mem::replace(&mut *seen.lock(), now);
            if now.sessions != before.sessions {
                services.revoked.refresh(&services.store.write, to_ms(services.clock.now())).await?;
            }
            Ok(())
        })
    }
}

fn write_activity(
    services: &Services,
) -> impl FnMut() -> futures_util::future::BoxFuture<'static, Result<(), sea_orm::DbErr>> + use<> {
    let services = services.clone();
    move || {
        let services = services.clone();
        Box::pin(async move {
            services.activity.write(&services.store, services.clock.now()).await?;
            Ok(())
        })
    }
}

/// Sends mails as they are posted.
fn send_mails(services: &Services, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let accounts = services.accounts.clone();
    tokio::spawn(async move { accounts.send_mails(stopped).await })
}

fn tidy(
    services: &Services,
) -> impl FnMut() -> futures_util::future::BoxFuture<'static, Result<(), sea_orm::DbErr>> + use<> {
    let services = services.clone();
    move || {
        let services = services.clone();
        Box::pin(async move {
            services.accounts.tidy().await?;
            idempotency::tidy(&services.store.write, to_ms(services.clock.now())).await
        })
    }
}
