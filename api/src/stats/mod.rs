//! Public figures, from totals that are kept beside what they count. Reading them costs the same at a thousand users and
//! at a million.

mod routes;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{month::Month, stats::Summary};

use crate::{
    error::Result,
    http::routes::Routes,
    offers::catalogue::Catalogue,
    store::{Store, clock::day_number, statement, totals::Metric},
};

/// Days that count as "active lately", today included.
const ACTIVE_DAYS: i32 = 30;

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(routes::summary);
}

/// The platform in numbers.
pub async fn summary(db: &Store, catalogue: &Catalogue, now: DateTime<Utc>) -> Result<Summary> {
    let db = &db.read;
    let (today, month) = (day_number(now), day_number(Month::of(now).starts_at()));
    let sums = "SELECT metric, CAST(SUM(value) AS BIGINT) AS total,
                CAST(SUM(CASE WHEN day >= $1 THEN value ELSE 0 END) AS BIGINT) AS month FROM totals GROUP BY metric";
    let (mut users, mut educators, mut claims, mut claims_month) = (0, 0, 0, 0);
    for row in db.query_all_raw(statement(db, sums, [month.into()])).await? {
        let total = count(row.try_get("", "total")?);
        match row.try_get::<String>("", "metric")?.as_str() {
            name if name == Metric::Users.name() => users = total,
            name if name == Metric::Educators.name() => educators = total,
            name if name == Metric::Claims.name() => (claims, claims_month) = (total, count(row.try_get("", "month")?)),
            _ => {}
        }
    }
    let active = "SELECT CAST(COALESCE(SUM(users), 0) AS BIGINT) AS n FROM activity WHERE day > $1";
    Ok(Summary {
        users,
        educators,
        active_users_30d: one(db, active, [(today - ACTIVE_DAYS).into()]).await?,
        partners: one(db, "SELECT COUNT(*) AS n FROM partners WHERE state = 'active'", []).await?,
        offers_open: catalogue.open_offers(),
        claims_this_month: claims_month,
        claims_total: claims,
        as_of: now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now),
    })
}

fn count(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or_default()
}

async fn one<I: IntoIterator<Item = sea_orm::Value>>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: I,
) -> Result<u64, DbErr> {
    let row = db.query_one_raw(statement(db, sql, values)).await?;
    row.map_or(Ok(0), |row| row.try_get("", "n").map(count))
}
