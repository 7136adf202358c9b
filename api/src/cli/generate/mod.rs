//! `generate`: synthetic national data for tests of load and for figures that look like a country. Streamed: memory does
//! not grow with the number of people. What is made depends on the seed and the day alone.

mod claims;
mod draw;
mod names;
mod offers;
mod partners;
mod people;
mod terms;
mod windows;
mod words;
mod write;

use chrono::{DateTime, Utc};
use clap::Args;
use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use shared::month::{day_of, start_of_day};

use self::people::People;
use crate::{
    config::DataConfig,
    store::{Store, clock::day_number},
};

/// What to generate.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Generated people sign in as user000000@example.az, user000001@example.az, … (with another seed \
    than 1: user000000.SEED@example.az), all with the password numune-parol-2026. Never use it on a database that \
    real people use."
)]
pub struct Options {
    #[command(flatten)]
    data: DataConfig,
    /// Accounts.
    #[arg(long, default_value_t = 1_300_000)]
    users: u64,
    /// Those of them who are verified educators.
    #[arg(long, default_value_t = 113_000)]
    educators: u64,
    /// Published offers.
    #[arg(long, default_value_t = 10_000)]
    offers: u64,
    /// Claims of these people on these offers.
    #[arg(long, default_value_t = 300_000)]
    claims: u64,
    /// The same seed makes the same data; another one adds to what is there.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Plan {
    seed: u64,
    users: u64,
    educators: u64,
    offers: u64,
    claims: u64,
    /// All that is made happened before this instant: the beginning of the present day.
    until: DateTime<Utc>,
    /// The present day's number.
    today: i32,
}

impl Plan {
    fn new(options: &Options, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let Options { users, educators, offers, claims, seed, .. } = *options;
        anyhow::ensure!(educators <= users, "educators are users, too: there cannot be more than --users");
        let most = 100_000_000;
        anyhow::ensure!([users, offers, claims].iter().all(|n| *n <= most), "a hundred million of each is the most");
        Ok(Self { seed, users, educators, offers, claims, until: start_of_day(day_of(now)), today: day_number(now) })
    }

    /// Somebody's address.
    fn email(&self, index: u64) -> String {
        match self.seed {
            1 => format!("user{index:06}@example.az"),
            seed => format!("user{index:06}.{seed}@example.az"),
        }
    }

    #[cfg(test)]
    fn sample(users: u64, educators: u64, offers: u64, claims: u64) -> Self {
        let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        let until = start_of_day(day_of(now));
        Self { seed: 1, users, educators, offers, claims, until, today: day_number(now) }
    }
}

/// Generates.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let plan = Plan::new(&options, Utc::now())?;
    let people = People::of(&plan);
    let windows = windows::plan(&plan, &people)?;
    let store = Store::open(&options.data).await?;
    store.migrate().await?;
    anyhow::ensure!(!write::is_there(&store, &plan).await?, "seed {} is in this database: take another", plan.seed);

    write::prepare(&store).await?;
    let bar = progress(plan.users + plan.offers + plan.claims);
    let partners = partners::count(&plan);
    write::people(&store, &plan, &people, &bar).await?;
    write::offers(&store, &plan, &bar).await?;
    write::claims(&store, &plan, &people, &windows, &bar).await?;
    bar.set_message("statistics");
    // So that the planner knows at once what has come.
    store.maintain("ANALYZE").await?;
    store.close().await;
    bar.finish_and_clear();
    println!(
        "{} users ({} educators), {partners} partners, {} offers, {} claims in {}",
        HumanCount(plan.users),
        HumanCount(plan.educators),
        HumanCount(plan.offers),
        HumanCount(plan.claims),
        HumanDuration(bar.elapsed()),
    );
    Ok(())
}

fn progress(rows: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:10} {wide_bar} {human_pos}/{human_len}  {per_sec}  {eta} left");
    ProgressBar::new(rows).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
