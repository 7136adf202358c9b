//! The progress of an upload as server-sent events (WHATWG HTML §9.2): a whole `ImportView` whenever it has changed,
//! until it is over, or until whoever listens may do so no longer.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Bytes},
};
use futures_util::stream;
use shared::{Code, ImportId, Lang};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep},
};

use super::{Imports, store, view};
use crate::{
    accounts::revoked::Revoked,
    error::{Error, Result},
    http::problem,
    jobs,
    partners::{Desk, permission::ImportsRead},
    store::entities::imports,
};

/// How often the progress is looked at.
const EVERY: Duration = Duration::from_millis(300);
/// A line for proxies that close what is silent.
const BEAT: Duration = Duration::from_secs(15);
/// How often it is asked whether whoever listens still may.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// A listener comes again after this time: `EventSource` does so by itself.
const LONGEST: Duration = Duration::from_mins(30);

/// What one listener is told.
struct Listener {
    all: Arc<Imports>,
    desk: Desk<ImportsRead>,
    revoked: web::Data<Revoked>,
    lang: Lang,
    id: ImportId,
    told: String,
    started: Instant,
    spoke: Instant,
    asked: Instant,
    over: bool,
    _place: OwnedSemaphorePermit,
}

/// Answers with the events of an upload. Whoever has heard the last one is told not to come again (204).
pub fn listen(
    request: &HttpRequest,
    all: Arc<Imports>,
    desk: Desk<ImportsRead>,
    import: &imports::Model,
) -> Result<HttpResponse> {
    let heard = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
    if import.finished_at.is_some() && heard == Some(mark(import).as_str()) {
        return Ok(HttpResponse::NoContent().finish());
    }
    let place = all.listeners.clone().try_acquire_owned().map_err(|_| Error::new(Code::Overloaded).retry_after(5))?;
    let listener = Listener {
        all,
        desk,
        revoked: request.app_data::<web::Data<Revoked>>().cloned().ok_or(Code::Internal)?,
        lang: problem::lang(request),
        id: ImportId(import.id),
        told: String::new(),
        started: Instant::now(),
        spoke: Instant::now(),
        asked: Instant::now(),
        over: false,
        _place: place,
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Error>(event), listener))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(events))
}

impl Listener {
    /// The next event, or nothing when it is over.
    async fn next(&mut self) -> Option<Bytes> {
        let mut stopping = self.all.stopping.clone();
        while !self.over && self.started.elapsed() < LONGEST && !*stopping.borrow() {
            let import = match self.look().await {
                Ok(import) => import?,
                Err(error) => {
                    jobs::warn("imports.events", &error);
                    return None;
                }
            };
            let mark = mark(&import);
            if mark != self.told {
                self.over = import.finished_at.is_some();
                self.spoke = Instant::now();
                let view = view::of(&import, self.lang, self.all.clock.now()).ok()?;
                let data = serde_json::to_string(&view).ok()?;
                let event = format!("event: progress\nid: {mark}\ndata: {data}\n\n");
                self.told = mark;
                return Some(event.into());
            }
            if self.spoke.elapsed() > BEAT {
                self.spoke = Instant::now();
                return Some(Bytes::from_static(b":\n\n"));
            }
            tokio::select! {
                () = sleep(EVERY) => {}
                _ = stopping.changed() => {}
            }
        }
        None
    }

    /// The upload as it stands; nothing where it is gone, or where whoever listens may not see it any more.
    async fn look(&mut self) -> Result<Option<imports::Model>> {
        if self.asked.elapsed() > ASK_EVERY {
            self.asked = Instant::now();
            if !self.desk.is_still_let_in(&self.all.store, &self.revoked, self.all.clock.now()).await? {
                return Ok(None);
            }
        }
        Ok(store::find(self.all.store.fresh(), self.desk.id(), self.id).await?)
    }
}

/// Another one whenever something has changed.
fn mark(import: &imports::Model) -> String {
    format!("{}-{}-{}-{}", import.state, import.stage, import.position, import.ended)
}
