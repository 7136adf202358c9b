//! Who was here in the last 30 days, without scanning users: `activity` holds, for each day, how many people were here
//! last on that day. Somebody who comes back moves from one day to another, so the last 30 days' sum is exact.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DbErr};
use shared::UserId;
use uuid::Uuid;

use crate::{
    error::Result,
    store::{Sql, Store, bad_rows::BadRows, clock::day_number, either, json, statement},
};

/// People that are moved in one transaction, so that a morning's crowd does not hold up its claims.
const BATCH: usize = 1000;
/// People whose move today is remembered, so that their next requests cost nothing.
const REMEMBERED: u64 = 100_000;

/// People seen since the last write.
#[derive(Debug)]
pub struct Activity {
    waiting: Mutex<HashSet<Uuid>>,
    done: moka::sync::Cache<Uuid, i32>,
}

impl Default for Activity {
    fn default() -> Self {
        Self { waiting: Mutex::default(), done: moka::sync::Cache::new(REMEMBERED) }
    }
}

impl Activity {
    /// Notes that somebody is here. Costs a lock and a hash; the database hears of it later.
    pub fn saw(&self, user: UserId) {
        let mut waiting = self.waiting.lock();
        // More than this are not remembered twice; they will be seen again.
        if waiting.len() < 200_000 {
            waiting.insert(user.0);
        }
    }

    /// Writes down some of those who were seen. Whoever could not be written down waits for the next time.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn write(&self, store: &Store, bad: &BadRows, now: DateTime<Utc>) -> Result<()> {
        let today = day_number(now);
        let batch = self.drain(today, &bad.resting());
        let mut pieces = bad.pieces("activity", &batch, |user| *user);
        let mut answers = Ok(());
        while answers.is_ok()
            && let Some(piece) = pieces.next_piece()
        {
            match store.transaction(async |tx| Ok(move_to(tx, piece, today).await?)).await {
                Ok(()) => piece.iter().for_each(|user| self.done.insert(*user, today)),
                Err(error) => answers = pieces.failed(piece, error),
            }
        }
        self.waiting.lock().extend(batch.iter().filter(|user| self.done.get(*user) != Some(today)));
        answers
    }

    /// Takes out a batch of those who wait, without `except`.
    fn drain(&self, today: i32, except: &[Uuid]) -> Vec<Uuid> {
        let mut waiting = self.waiting.lock();
        waiting.retain(|user| self.done.get(user) != Some(today));
        let batch: Vec<Uuid> = waiting.iter().filter(|user| !except.contains(user)).take(BATCH).copied().collect();
        for user in &batch {
            waiting.remove(user);
        }
        batch
    }
}

/// Moves people to `today`, in as many statements for a thousand as for one. Their rows are locked first where rows can
/// be locked, so that two processes that see the same person move them once.
async fn move_to(db: &impl ConnectionTrait, users: &[Uuid], today: i32) -> Result<(), DbErr> {
    let here = Sql {
        sqlite: "SELECT u.id, u.last_active_day AS day FROM json_each($1) AS j JOIN users u ON u.id = unhex(j.value)
                 WHERE u.last_active_day IS NULL OR u.last_active_day < $2",
        postgres: "SELECT u.id, u.last_active_day AS day FROM users u
                   WHERE u.id IN (SELECT value::uuid FROM json_array_elements_text($1::json))
                   AND (u.last_active_day IS NULL OR u.last_active_day < $2) ORDER BY u.id FOR UPDATE",
    };
    let rows = db.query_all_raw(either(db, here, [json::ids(users.iter().copied()), today.into()])).await?;
    let mut moved = Vec::with_capacity(rows.len());
    let mut days = std::collections::BTreeMap::from([(today, 0_i64)]);
    for row in rows {
        moved.push(row.try_get::<Uuid>("", "id")?);
        if let Some(day) = row.try_get::<Option<i32>>("", "day")? {
            *days.entry(day).or_default() -= 1;
        }
    }
    if moved.is_empty() {
        return Ok(());
    }
    days.entry(today).and_modify(|n| *n += i64::try_from(moved.len()).unwrap_or_default());
    let update = Sql {
        sqlite: "UPDATE users SET last_active_day = $2 WHERE id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "UPDATE users SET last_active_day = $2
                   WHERE id IN (SELECT value::uuid FROM json_array_elements_text($1::json))",
    };
    db.execute_raw(either(db, update, [json::ids(moved), today.into()])).await?;
    for (day, change) in days {
        add(db, day, change).await?;
    }
    Ok(())
}

/// Changes how many people were here last on a day.
pub async fn add(db: &impl ConnectionTrait, day: i32, change: i64) -> Result<(), DbErr> {
    let sql = "INSERT INTO activity (day, users) VALUES ($1, $2)
               ON CONFLICT (day) DO UPDATE SET users = activity.users + excluded.users";
    db.execute_raw(statement(db, sql, [day.into(), change.into()])).await?;
    Ok(())
}
