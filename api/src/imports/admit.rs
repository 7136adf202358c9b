//! Taking an upload in, and stopping it.

use actix_web::{HttpResponse, http::header};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;
use shared::{
    Code, ImportId, Lang, PartnerId,
    import::{ImportFormat, ImportMode, ImportState, MAX_DELETE_PERCENT_DEFAULT, OPEN_MAX, OnError},
};
use uuid::Uuid;

use super::{Imports, room, routes::NewImport, store, upload::Arrived, view};
use crate::{
    audit,
    error::{Error, Result},
    http::idempotency::{self, Answering},
    partners::Actor,
    store::{Transaction, clock::to_ms, entities::imports},
};

/// What an upload is to be.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: ImportId,
    pub partner: PartnerId,
    pub slug: String,
    pub actor: Actor,
    pub how: How,
    pub format: ImportFormat,
    pub charset: Option<String>,
    pub retry_of: Option<Uuid>,
    pub lang: Lang,
    pub now: DateTime<Utc>,
}

/// How rows are to be treated.
#[derive(Clone, Copy, Debug)]
pub struct How {
    pub mode: ImportMode,
    pub on_error: OnError,
    pub dry_run: bool,
    pub submit: bool,
    pub max_delete_percent: u8,
}

impl From<&NewImport> for How {
    fn from(query: &NewImport) -> Self {
        Self {
            mode: query.mode.unwrap_or(ImportMode::Upsert),
            on_error: query.on_error.unwrap_or(OnError::SkipRows),
            dry_run: query.dry_run.unwrap_or(false),
            submit: query.submit.unwrap_or(true),
            max_delete_percent: query.max_delete_percent.unwrap_or(MAX_DELETE_PERCENT_DEFAULT),
        }
    }
}

impl How {
    /// As an earlier upload was treated. What it did not name was judged then: a retry ends nothing.
    pub fn again(import: &imports::Model) -> Self {
        let mode = match ImportMode::from_name(&import.mode) {
            Some(ImportMode::Patch) => ImportMode::Patch,
            _ => ImportMode::Upsert,
        };
        Self {
            mode,
            on_error: OnError::from_name(&import.on_error).unwrap_or(OnError::SkipRows),
            dry_run: import.dry_run,
            submit: import.submit,
            max_delete_percent: u8::try_from(import.max_delete_percent).unwrap_or_default(),
        }
    }
}

impl Imports {
    /// Refuses a partner who has too many uploads waiting.
    pub async fn check_room(&self, db: &impl ConnectionTrait, partner: PartnerId) -> Result<()> {
        let open = store::count_open(db, partner).await?;
        if open >= OPEN_MAX { Err(Error::new(Code::TooManyImports).with("max", OPEN_MAX)) } else { Ok(()) }
    }

    /// Takes an upload in that has arrived. What is refused, or was taken in before under the same idempotency key, leaves
    /// nothing in the spool.
    pub async fn admit(&self, wanted: &Wanted, arrived: Arrived, answering: &Answering) -> Result<HttpResponse> {
        let admitted = answering.transaction(&self.store, async |tx| self.insert(tx, wanted, &arrived).await).await?;
        if idempotency::is_replay(&admitted) {
            arrived.file.go();
        } else {
            metrics::counter!("imports_total", "format" => wanted.format.as_str()).increment(1);
        }
        Ok(admitted)
    }

    async fn insert(&self, tx: &Transaction, wanted: &Wanted, arrived: &Arrived) -> Result<HttpResponse> {
        // An attempt before this one may have lost a race at its end.
        arrived.file.go();
        let import = &self.row(wanted, arrived);
        store::lock_partner(tx, wanted.partner).await?;
        self.check_room(tx, wanted.partner).await?;
        let gone = room::make(tx, wanted.partner, arrived.bytes, self.keep).await?;
        store::insert(tx, import.clone()).await?;
        let mut detail = json!({"partner": wanted.slug, "mode": import.mode, "bytes": import.bytes});
        for (name, value) in [("dry_run", import.dry_run), ("retry", import.retry_of.is_some())] {
            if value {
                detail[name] = json!(true);
            }
        }
        note(tx, import, "import.create", detail, wanted.now).await?;
        let location = format!("/api/v1/partners/{}/imports/{}", wanted.slug, wanted.id);
        let view = view::of(import, wanted.lang, wanted.now)?;
        let (wake, spool) = (self.wake.clone(), self.spool.clone());
        tx.on_commit(move || {
            wake.notify_one();
            for id in gone {
                tracing::info!(import = %id, "import.made_room");
                spool.remove(id);
            }
        });
        arrived.file.stay();
        Ok(HttpResponse::Accepted().insert_header((header::LOCATION, location)).json(view))
    }

    fn row(&self, wanted: &Wanted, arrived: &Arrived) -> imports::Model {
        let How { mode, on_error, dry_run, submit, max_delete_percent } = wanted.how;
        imports::Model {
            id: wanted.id.into(),
            partner_id: wanted.partner.into(),
            retry_of: wanted.retry_of,
            actor_id: wanted.actor.user().map(Into::into),
            actor_key: wanted.actor.key().map(Into::into),
            state: ImportState::Queued.as_str().to_owned(),
            mode: mode.as_str().to_owned(),
            on_error: on_error.as_str().to_owned(),
            dry_run,
            submit,
            max_delete_percent: i32::from(max_delete_percent),
            format: wanted.format.as_str().to_owned(),
            charset: wanted.charset.clone(),
            host: self.spool.host,
            bytes: i64::try_from(arrived.bytes).unwrap_or(i64::MAX),
            stage: super::stage::first(on_error).as_str().to_owned(),
            position: 0,
            bytes_done: 0,
            ended_up_to: None,
            open_before: 0,
            rows_read: 0,
            created: 0,
            updated: 0,
            unchanged: 0,
            ended: 0,
            failed: 0,
            nameless: 0,
            errors: 0,
            failure: None,
            created_at: to_ms(wanted.now),
            started_at: None,
            finished_at: None,
            tidied: false,
            file_kept: true,
        }
    }

    /// Stops an upload that is not finished. What it did stays done; no row is begun after this.
    pub async fn cancel(
        tx: &Transaction,
        partner: PartnerId,
        slug: &str,
        id: ImportId,
        actor: Actor,
        now: DateTime<Utc>,
    ) -> Result<imports::Model> {
        let cancelled = store::cancel(tx, partner, id, to_ms(now)).await?;
        let import = store::find(tx, partner, id).await?.ok_or(Code::NotFound)?;
        if !cancelled {
            return Err(Error::new(Code::StateConflict).with("state", &import.state));
        }
        let by = imports::Model {
            actor_id: actor.user().map(Into::into),
            actor_key: actor.key().map(Into::into),
            ..import.clone()
        };
        note(tx, &by, "import.cancel", json!({"partner": slug}), now).await?;
        super::finish::tell(tx, &import, now).await?;
        Ok(import)
    }
}

/// Writes a deed down.
pub async fn note(
    tx: &impl ConnectionTrait,
    import: &imports::Model,
    action: &'static str,
    mut detail: serde_json::Value,
    now: DateTime<Utc>,
) -> Result<()> {
    if let Some(key) = import.actor_key {
        detail["api_key"] = json!(key);
    }
    let user = import.actor_id.map(Into::into);
    audit::record(tx, user, action, format!("import:{}", import.id), detail, now).await?;
    Ok(())
}
