//! Writes generated rows in batches. Each transaction holds what belongs together, figures included, so that a run that
//! is broken off leaves a database that is right.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use indicatif::ProgressBar;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, Iterable,
    QueryFilter,
};
use shared::{account::Role, month::start_of_day};

use super::{
    Plan,
    claims::{Claims, Quotas, redeem},
    offers, partners,
    people::People,
    windows::Window,
};
use crate::{
    accounts::activity,
    error::Result,
    store::{
        Store, Transaction,
        clock::to_ms,
        entities,
        totals::{self, Metric},
    },
};

/// Rows of one transaction.
const BATCH: u64 = 50_000;
/// Values of one statement: SQLite takes 32,766, PostgreSQL 65,535.
const VALUES: usize = 30_000;

/// Counts by day.
type Daily = BTreeMap<i32, i64>;

/// Whether the seed has been used here.
pub async fn is_there(store: &Store, plan: &Plan) -> Result<bool, DbErr> {
    use entities::{partners as p, users as u};
    let user = u::Entity::find().filter(u::Column::Email.eq(plan.email(0))).one(store.fresh()).await?;
    let partner = p::Entity::find().filter(p::Column::Slug.eq(partners::slug(plan, 0))).one(store.fresh()).await?;
    Ok(user.is_some() || partner.is_some())
}

/// Lets SQLite write much at once: names and codes come in no order, so that a batch touches most of their indexes'
/// pages, which should not go to the disk each time. With NORMAL a machine that dies takes the last batches along, but
/// each of them whole; that is enough for data that can be made again.
pub async fn prepare(store: &Store) -> Result<(), DbErr> {
    if store.backend() == DbBackend::Sqlite {
        let settings = "PRAGMA cache_size = -131072; PRAGMA wal_autocheckpoint = 32768; PRAGMA synchronous = NORMAL";
        store.maintain(settings).await?;
    }
    Ok(())
}

/// All people, with the figures that count them.
pub async fn people(store: &Store, plan: &Plan, people: &People, bar: &ProgressBar) -> Result<()> {
    bar.set_message("users");
    let mut next = 0;
    while next < plan.users {
        let batch = next..plan.users.min(next + BATCH);
        next = batch.end;
        let (mut rows, mut users, mut educators, mut active) = (Vec::new(), Daily::new(), Daily::new(), Daily::new());
        for account in batch.map(|index| people.account(plan, index)) {
            *users.entry(account.created_day).or_default() += 1;
            *active.entry(account.last_active_day).or_default() += 1;
            if account.role == Role::Educator {
                *educators.entry(account.created_day).or_default() += 1;
            }
            rows.push(account.row);
        }
        let write = async |tx: &Transaction| {
            insert(tx, rows.clone()).await?;
            for (day, count) in &active {
                activity::add(tx, *day, *count).await?;
            }
            add_totals(tx, Metric::Users, &users).await?;
            add_totals(tx, Metric::Educators, &educators).await?;
            Ok(())
        };
        store.transaction(write).await?;
        bar.inc(rows.len() as u64);
    }
    Ok(())
}

/// All partners and offers.
pub async fn offers(store: &Store, plan: &Plan, bar: &ProgressBar) -> Result<()> {
    bar.set_message("offers");
    let mut next = 0;
    while next < plan.offers {
        let batch = next..plan.offers.min(next + BATCH / 10);
        let now_ms = to_ms(Utc::now());
        let is_first = next == 0;
        next = batch.end;
        let rows: Vec<_> = batch.map(|index| offers::row(plan, offers::make(plan, index), now_ms)).collect();
        let write = async |tx: &Transaction| {
            if is_first {
                insert(tx, (0..partners::count(plan)).map(|index| partners::row(plan, index)).collect()).await?;
            }
            insert(tx, rows.clone()).await?;
            Ok(())
        };
        store.transaction(write).await?;
        bar.inc(rows.len() as u64);
    }
    Ok(())
}

/// All claims, with the quotas that they take from and the figures that count them.
pub async fn claims(store: &Store, plan: &Plan, people: &People, windows: &[Window], bar: &ProgressBar) -> Result<()> {
    bar.set_message("claims");
    let mut claims = Claims::of(plan, people);
    let mut all = windows.iter().flat_map(|window| (0..window.claims).map(move |nth| (window, nth))).peekable();
    while all.peek().is_some() {
        let (mut rows, mut quotas, mut units) = (Vec::new(), Quotas::default(), Daily::new());
        let (mut used, mut used_units) = (Vec::new(), Daily::new());
        for (window, nth) in all.by_ref().take(usize::try_from(BATCH).unwrap_or(usize::MAX)) {
            let claim = claims.next(window, nth);
            quotas.add(window, &claim);
            *units.entry(claim.day).or_default() += i64::from(claim.units);
            if let Some((id, day)) = claim.used {
                used.push(id);
                *used_units.entry(day).or_default() += i64::from(claim.units);
            }
            rows.push(claim.row);
        }
        let write = async |tx: &Transaction| {
            insert(tx, rows.clone()).await?;
            redeem(tx, used.clone()).await?;
            quotas.write(tx).await?;
            add_totals(tx, Metric::Claims, &units).await?;
            add_totals(tx, Metric::Redemptions, &used_units).await?;
            Ok(())
        };
        store.transaction(write).await?;
        bar.inc(rows.len() as u64);
    }
    Ok(())
}

/// Many rows in as few statements as the databases take.
async fn insert<A>(db: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), DbErr>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
{
    let at_once = VALUES / <<A::Entity as EntityTrait>::Column as Iterable>::iter().count().max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        A::Entity::insert_many(rows.by_ref().take(at_once)).exec_without_returning(db).await?;
    }
    Ok(())
}

async fn add_totals(db: &impl ConnectionTrait, metric: Metric, daily: &Daily) -> Result<(), DbErr> {
    for (day, count) in daily {
        totals::add(db, metric, instant_of(*day), *count).await?;
    }
    Ok(())
}

/// An instant of a day number.
fn instant_of(day: i32) -> DateTime<Utc> {
    start_of_day(NaiveDate::default() + TimeDelta::days(i64::from(day)))
}
