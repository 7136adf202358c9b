//! Totals: counts by day, kept in the same transaction as what they count, so that a figure never needs a scan.
//!
//! The users of today are the sum of all days' `users`; the claims of a month are the sum of its days' `claims`.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};

use super::{clock::day_number, statement};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Accounts made, less those deleted.
    Users,
    /// Educators verified, less those no longer.
    Educators,
    /// Units claimed, less those given back or expired (counted on the day of the claim).
    Claims,
    /// Units redeemed, less those undone (counted on the day of the redemption).
    Redemptions,
}

impl Metric {
    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Educators => "educators",
            Self::Claims => "claims",
            Self::Redemptions => "redemptions",
        }
    }
}

/// Adds to a metric on the day of `at`. Take it last in a transaction: the row is shared by all.
pub async fn add(db: &impl ConnectionTrait, metric: Metric, at: DateTime<Utc>, count: i64) -> Result<(), DbErr> {
    if count == 0 {
        return Ok(());
    }
    let sql = "INSERT INTO totals (day, metric, value) VALUES ($1, $2, $3)
               ON CONFLICT (day, metric) DO UPDATE SET value = totals.value + excluded.value";
    db.execute_raw(statement(db, sql, [day_number(at).into(), metric.name().into(), count.into()])).await?;
    Ok(())
}
