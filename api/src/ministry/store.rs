//! The queries of what the ministry was told.

use sea_orm::{ConnectionTrait, DbErr};

use super::Subject;
use crate::store::statement;

/// How far it was told.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Of all that came to wait up to this instant.
    pub up_to: i64,
    /// When the last mail was written.
    pub at: i64,
}

/// How far the ministry was told of something.
pub async fn told(db: &impl ConnectionTrait, subject: Subject) -> Result<Option<Told>, DbErr> {
    let sql = "SELECT up_to, at FROM ministry_told WHERE subject = $1";
    let row = db.query_one_raw(statement(db, sql, [subject.as_str().into()])).await?;
    row.map(|row| Ok(Told { up_to: row.try_get("", "up_to")?, at: row.try_get("", "at")? })).transpose()
}

/// Writes down how far it is told now, unless another process did since `before` was read; answers whether.
pub async fn note(
    db: &impl ConnectionTrait,
    subject: Subject,
    before: &Told,
    up_to: i64,
    at: i64,
) -> Result<bool, DbErr> {
    let sql = "UPDATE ministry_told SET up_to = $2, at = $3 WHERE subject = $1 AND up_to = $4 AND at = $5";
    let values = [subject.as_str().into(), up_to.into(), at.into(), before.up_to.into(), before.at.into()];
    Ok(db.execute_raw(statement(db, sql, values)).await?.rows_affected() == 1)
}
