//! Revisions: how each process notices what another one changed. Whoever ends a session raises the number in the same
//! transaction; every process looks at the numbers twice a second and reads again what is newer. What the catalogue shows
//! changes far too often for that: it has a log (`offers::catalogue::changes`).

use sea_orm::{ConnectionTrait, DbErr};

use super::statement;

/// What can be changed elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revision {
    /// Sessions that were ended.
    Sessions,
    /// Who listens to what.
    Webhooks,
}

impl Revision {
    const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Webhooks => "webhooks",
        }
    }
}

/// The numbers as they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revisions {
    pub sessions: i64,
    pub webhooks: i64,
}

/// Raises a number.
pub async fn raise(db: &impl ConnectionTrait, what: Revision) -> Result<(), DbErr> {
    let sql = "UPDATE revisions SET value = value + 1 WHERE name = $1";
    db.execute_raw(statement(db, sql, [what.name().into()])).await?;
    Ok(())
}

/// Reads all numbers.
pub async fn read(db: &impl ConnectionTrait) -> Result<Revisions, DbErr> {
    let mut revisions = Revisions::default();
    for row in db.query_all_raw(statement(db, "SELECT name, value FROM revisions", [])).await? {
        let value = row.try_get("", "value")?;
        match row.try_get::<String>("", "name")?.as_str() {
            "sessions" => revisions.sessions = value,
            "webhooks" => revisions.webhooks = value,
            _ => {}
        }
    }
    Ok(revisions)
}
