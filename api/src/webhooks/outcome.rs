//! What becomes of attempts: it is written down, and webhooks that are gone or fail for too long are switched off.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use shared::webhook::{AttemptFailure, DisabledReason, EventKind};
use uuid::Uuid;

use super::{
    Webhooks, notices,
    outbox::{self, Outcome, Parcel},
    send::Attempted,
};
use crate::{
    accounts::Accounts,
    store::{
        Transaction,
        clock::to_ms,
        json::hex_id,
        revisions::{self, Revision},
    },
};

/// An attempt that has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub parcel: Parcel,
    pub at: DateTime<Utc>,
    pub attempted: Attempted,
}

/// Writes down what became of attempts, and switches off webhooks that are gone or fail for too long.
pub async fn write_back(hooks: &Webhooks, accounts: &Accounts, tx: &Transaction, ended: &[Ended]) -> Result<(), DbErr> {
    if ended.is_empty() {
        return Ok(());
    }
    let now = hooks.clock.now();
    let outcomes: Vec<Outcome> = ended.iter().map(|ended| outcome(hooks, ended, now)).collect();
    outbox::write(tx, &outcomes).await?;
    // The test button says nothing about how messages fare, nor does a message that cannot be read.
    let says_nothing = |e: &Ended| {
        e.parcel.kind == EventKind::Test.as_str() || e.attempted.failure == Some(AttemptFailure::Unreadable)
    };
    let real = || ended.iter().filter(|e| !says_nothing(e));
    let through: BTreeSet<Uuid> =
        real().filter(|e| e.attempted.failure.is_none()).map(|e| e.parcel.webhook_id).collect();
    let failing: BTreeSet<Uuid> =
        real().map(|e| e.parcel.webhook_id).filter(|webhook| !through.contains(webhook)).collect();
    let gone: BTreeSet<Uuid> =
        ended.iter().filter(|e| e.attempted.status == Some(410)).map(|e| e.parcel.webhook_id).collect();
    if !through.is_empty() {
        outbox::note_success(tx, &through.into_iter().collect::<Vec<_>>()).await?;
    }
    if !failing.is_empty() {
        let failing: Vec<Uuid> = failing.into_iter().collect();
        outbox::note_failure(tx, &failing, to_ms(now)).await?;
        let too_long = Some(to_ms(now - hooks.schedule.whole()));
        for webhook in failing.into_iter().filter(|webhook| !gone.contains(webhook)) {
            switch_off(accounts, tx, webhook, DisabledReason::Failing, too_long, now).await?;
        }
    }
    for webhook in gone {
        switch_off(accounts, tx, webhook, DisabledReason::Gone, None, now).await?;
    }
    let lost: BTreeSet<Uuid> = ended
        .iter()
        .filter(|e| e.attempted.failure == Some(AttemptFailure::Secret))
        .map(|e| e.parcel.webhook_id)
        .filter(|webhook| !hooks.told_lost.contains_key(webhook))
        .collect();
    for webhook in lost {
        notices::secret_lost(accounts, tx, webhook, now).await?;
        let told_lost = hooks.told_lost.clone();
        tx.on_commit(move || told_lost.insert(webhook, ()));
    }
    Ok(())
}

/// What an attempt makes of its delivery.
fn outcome(hooks: &Webhooks, ended: &Ended, now: DateTime<Utc>) -> Outcome {
    let Ended { parcel, at, attempted } = ended;
    let number = u32::try_from(parcel.attempts).unwrap_or_default();
    let again = match attempted.failure {
        None => None,
        // Nobody wants it any more; and whoever pressed the test button looks at the answer now, not tomorrow.
        Some(AttemptFailure::Status) if attempted.status == Some(410) => None,
        Some(_) if parcel.kind == EventKind::Test.as_str() => None,
        Some(_) => hooks.schedule.pause(number, rand::random()),
    };
    let state = match (attempted.failure, again) {
        (None, _) => "delivered",
        (Some(_), Some(_)) => "waiting",
        (Some(_), None) => "failed",
    };
    metrics::counter!("webhook_attempts", "state" => state).increment(1);
    tracing::debug!(webhook = %parcel.webhook_id, number, state, "webhook.attempt");
    Outcome {
        id: hex_id(parcel.id),
        webhook_id: hex_id(parcel.webhook_id),
        subject: hex_id(parcel.subject),
        number: parcel.attempts,
        at: to_ms(*at),
        duration_ms: attempted.duration_ms,
        signature: attempted.signature.clone(),
        status: attempted.status,
        answer: attempted.answer.clone(),
        failure: attempted.failure.map(AttemptFailure::as_str),
        state,
        next_at: to_ms(again.map_or(now, |pause| now + pause)),
    }
}

async fn switch_off(
    accounts: &Accounts,
    tx: &Transaction,
    webhook: Uuid,
    reason: DisabledReason,
    failing_since: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let Some(webhook) = outbox::switch_off(tx, webhook, reason.as_str(), failing_since, to_ms(now)).await? else {
        return Ok(());
    };
    tracing::info!(webhook = %webhook.id, reason = reason.as_str(), "webhook.switched_off");
    revisions::raise(tx, Revision::Webhooks).await?;
    notices::switched_off(accounts, tx, &webhook, reason, now).await
}
