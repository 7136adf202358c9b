//! A seeded storm: everything that people, partners, tills and the ministry do, at two processes at once, by chance,
//! while processes are killed, stand still, and PostgreSQL is restarted. What was acknowledged is written down by who
//! asked, and held against what is there and what is shown.
//!
//! `STORM_SEED` repeats the choices of a run (not how they interleave), `STORM_SECONDS` makes it longer.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at what is not as it must be.

mod chance;
mod chaos;
mod checks;
mod model;
mod operations;
mod shown;
mod world;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures_util::future::join_all;
use tests::{Kind, on_both};

use chance::Chance;
use world::World;

on_both!(alone: everything_that_was_acknowledged_is_true);

/// How many act at the same time, and how long they do between two quiet points.
const ACTORS: u64 = 16;
const BETWEEN: Duration = Duration::from_secs(5);
/// After so many it is no use to go on.
const WRONGS: usize = 300;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

async fn everything_that_was_acknowledged_is_true(kind: Kind) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let seed = setting("STORM_SEED").unwrap_or(now.subsec_nanos().into());
    let seconds = setting("STORM_SECONDS").unwrap_or(20);
    println!("STORM_SEED={seed} STORM_SECONDS={seconds} on {kind:?}");
    let world = World::open(kind).await;
    let end = Instant::now() + Duration::from_secs(seconds);
    let is_over = || Instant::now() > end || world.all_wrongs().len() > WRONGS;
    let actors = join_all((0..ACTORS).map(|who| act(&world, Chance::of(seed, who + 2), &is_over)));
    let mut chance = Chance::of(seed, 1);
    tokio::join!(actors, chaos::rage(&world, &mut chance, &is_over), look(&world, &is_over));
    checks::quiet_point(&world).await;
    for (what, [done, refused, unknown]) in world.counts() {
        println!("{what}: {done} done, {refused} refused, {unknown} without an answer");
    }
    println!("{:?}", world.all_happened());
    check(&world, seed);
}

/// One thing after the other, by chance.
async fn act(world: &World, mut chance: Chance, is_over: &impl Fn() -> bool) {
    while !is_over() {
        let _calm = world.calm.read().await;
        (operations::any(&mut chance).run)(world, &mut chance).await;
    }
}

/// A quiet point now and then.
async fn look(world: &World, is_over: &impl Fn() -> bool) {
    loop {
        tokio::time::sleep(BETWEEN).await;
        if is_over() {
            return;
        }
        checks::quiet_point(world).await;
    }
}

/// Stops with everything that must not be, the like of it counted.
fn check(world: &World, seed: u64) {
    let mut kinds: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let wrongs = world.all_wrongs();
    for wrong in &wrongs {
        let kind: String = wrong.chars().filter(|c| !c.is_ascii_hexdigit() && *c != '-').take(40).collect();
        kinds.entry(kind).or_insert_with(|| (0, wrong.clone())).0 += 1;
    }
    for (count, first) in kinds.values() {
        println!("{count} times: {first}");
    }
    assert!(wrongs.is_empty(), "{} things are wrong; STORM_SEED={seed} makes the same choices", wrongs.len());
}
