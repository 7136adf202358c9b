//! What somebody had claimed before they deleted their account. Whoever signs up again with the same mailbox in the same
//! period does not get it a second time. Kept are a keyed hash of the mailbox, the offer and the period, until that is over.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{UserId, month::Month};

use crate::store::{clock::to_ms, statement};

/// How long the claim of an offer that has no periods is remembered.
const ONCE_FOR: TimeDelta = TimeDelta::days(366);

/// Remembers what somebody who leaves has used, or can still use at a till, or what a till let go of while they left; what
/// went back when they left is not counted.
pub async fn remember(
    tx: &impl ConnectionTrait,
    claimant: UserId,
    mailbox: &[u8],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let month = Month::of(now);
    let sql = "INSERT INTO spent_claims (mailbox, offer_id, period, claim_id, until)
               SELECT $1, offer_id, period, id, CASE period WHEN 0 THEN $2 ELSE $3 END FROM claims
               WHERE claimant_id = $4 AND state IN ('active', 'held', 'redeemed') AND period IN (0, $5)
               ON CONFLICT DO NOTHING";
    let values = [
        mailbox.to_vec().into(),
        to_ms(now + ONCE_FOR).into(),
        to_ms(month.ends_at()).into(),
        claimant.0.into(),
        month.number().into(),
    ];
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

/// Lets what was claimed with a mailbox before count for its new account.
pub async fn inherit(
    tx: &impl ConnectionTrait,
    claimant: UserId,
    mailbox: &[u8],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE spent_claims SET claimant_id = $1 WHERE mailbox = $2 AND until > $3";
    tx.execute_raw(statement(tx, sql, [claimant.0.into(), mailbox.to_vec().into(), to_ms(now).into()])).await?;
    Ok(())
}

/// Forgets what no longer counts.
pub async fn tidy(tx: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    tx.execute_raw(statement(tx, "DELETE FROM spent_claims WHERE until <= $1", [to_ms(now).into()])).await?;
    Ok(())
}
