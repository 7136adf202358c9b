//! What an error of the database means for whoever asked: try again, somebody else was faster, or no storage now.

use sea_orm::{DbErr, RuntimeErr, sqlx};

use super::LostRace;
use crate::error::Error;

/// What went wrong, as far as it matters for what is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Another transaction came in between; the same work can succeed when it is repeated.
    Conflict,
    /// A rule that the database guards was broken: a unique index, a check, a foreign key.
    Constraint,
    /// No connection became free in time, or a lock or a statement took too long.
    Busy,
    /// The storage cannot be reached, or cannot take a write: a full or failing disk, a server that is down or read-only.
    Storage,
    /// Anything else is a fault of the program.
    Fault,
}

impl Failure {
    /// Classifies an error of the database.
    pub fn of(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::Busy,
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => Self::of_driver(error),
            DbErr::Conn(_) => Self::Storage,
            _ => Self::Fault,
        }
    }

    /// Classifies the cause of a refusal, where the database caused it.
    pub fn of_cause(error: &Error) -> Option<Self> {
        let cause = error.source.as_deref()?;
        if cause.is::<LostRace>() {
            return Some(Self::Conflict);
        }
        cause.downcast_ref::<DbErr>().map(Self::of)
    }

    fn of_driver(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => match error.code() {
                Some(code) if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() => {
                    code.parse().map_or(Self::Fault, Self::of_sqlite)
                }
                Some(code) => Self::of_sqlstate(&code),
                None => Self::Fault,
            },
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
            | sqlx::Error::InvalidSavePointStatement => Self::Storage,
            _ => Self::Fault,
        }
    }

    /// By SQLite's extended result code (<https://www.sqlite.org/rescode.html>), whose low byte is the primary one.
    fn of_sqlite(code: i32) -> Self {
        match code & 0xff {
            // BUSY, LOCKED
            5 | 6 => Self::Conflict,
            // CONSTRAINT
            19 => Self::Constraint,
            // NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOLFS, NOTADB
            7..=11 | 13..=15 | 22 | 26 => Self::Storage,
            _ => Self::Fault,
        }
    }

    /// By PostgreSQL's SQLSTATE (its documentation, appendix A).
    fn of_sqlstate(code: &str) -> Self {
        match code {
            // serialization_failure, deadlock_detected
            "40001" | "40P01" => Self::Conflict,
            // lock_not_available, query_canceled: by a time limit.
            "55P03" | "57014" => Self::Busy,
            // read_only_sql_transaction
            "25006" => Self::Storage,
            _ => match code.get(..2).unwrap_or_default() {
                "23" => Self::Constraint,
                // Connection exception, insufficient resources, operator intervention, system error.
                "08" | "53" | "57" | "58" => Self::Storage,
                _ => Self::Fault,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_both_databases_mean_what_their_manuals_say() {
        // SQLITE_BUSY_SNAPSHOT, SQLITE_CONSTRAINT_UNIQUE, SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_ERROR
        let sqlite = [517, 2067, 13, 1034, 1].map(Failure::of_sqlite);
        assert_eq!(
            sqlite,
            [Failure::Conflict, Failure::Constraint, Failure::Storage, Failure::Storage, Failure::Fault]
        );
        let postgres = ["40P01", "23505", "53100", "25006", "57P01", "42P01"].map(Failure::of_sqlstate);
        assert_eq!(
            postgres,
            [
                Failure::Conflict,
                Failure::Constraint,
                Failure::Storage,
                Failure::Storage,
                Failure::Storage,
                Failure::Fault
            ]
        );
    }
}
