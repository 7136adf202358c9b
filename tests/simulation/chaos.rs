//! What happens to the processes meanwhile.

use std::{sync::Arc, time::Duration};

use crate::{chance::Chance, world::World};

/// Lets things happen until it is told to stop, one after the other.
pub async fn rage(world: &World, chance: &mut Chance, is_over: impl Fn() -> bool) {
    while !is_over() {
        tokio::time::sleep(Duration::from_millis(u64::from(chance.within(300..2000)))).await;
        // A quiet point has both processes.
        let _calm = world.calm.read().await;
        let at = chance.below(2);
        match chance.below(if world.cluster.is_some() { 5 } else { 4 }) {
            0 | 1 => kill(world, at).await,
            2 | 3 => pause(world, at, Duration::from_millis(u64::from(chance.within(50..1500)))).await,
            _ => restart_postgres(world).await,
        }
    }
}

/// `kill -9`, and another process comes.
async fn kill(world: &World, at: usize) {
    let server = world.server(at);
    tokio::task::spawn_blocking(move || server.kill()).await.expect("it ends");
    let next = world.market.place.serve().await;
    world.replace(at, Arc::new(next));
    world.happened("kill -9");
}

/// A process stands still with everything that it holds.
async fn pause(world: &World, at: usize, duration: Duration) {
    let server = world.server(at);
    server.pause();
    tokio::time::sleep(duration).await;
    server.resume();
    world.happened("SIGSTOP");
}

async fn restart_postgres(world: &World) {
    if let Some(cluster) = &world.cluster {
        cluster.restart_at_once().await;
        world.happened("immediate restart of PostgreSQL");
    }
}
