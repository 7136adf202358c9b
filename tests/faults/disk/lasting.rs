//! The disk fails for some seconds, in every way, while all paths are tried.

use std::time::Instant;

use futures_util::future::join_all;
use tests::{Kind, run_alone};

use super::{
    Journal, Wrongs,
    changes::{Change, PATHS},
    scene::{FAILURES, Failure, Ready, Said, Scene, duration},
};

#[test]
fn every_change_is_refused_while_it_lasts_and_goes_well_afterwards() {
    run_alone(Kind::Sqlite, |_| every_change());
}

async fn every_change() {
    let mut scene = Scene::open().await;
    let (mut journal, mut wrongs) = (Journal::default(), Wrongs::default());
    for failure in FAILURES {
        let changes = ready(&scene).await;
        scene.disk.fail(failure.order);
        refused(&scene, failure, &changes, &mut wrongs).await;
        scene.disk.mend();
        scene.says(Ready::Yes).await;
        for (name, change) in changes.into_iter().rev() {
            let what = format!("{name}, after {}", failure.name);
            match Said::to(change.ask).await {
                Said::Done => journal.add(what, change.fact),
                other => wrongs.add(format!("{what}: {other:?}")),
            }
        }
    }
    journal.check(&scene.market.place.db().await).await;
    scene.restart().await;
    journal.check(&scene.market.place.db().await).await;
    wrongs.check();
}

/// A change on every path, ready to be sent.
async fn ready(scene: &Scene) -> Vec<(&'static str, Change)> {
    let mut changes = Vec::new();
    for path in PATHS {
        changes.push((path.name, (path.make)(scene).await));
    }
    changes
}

/// While the disk fails: each change is refused, reads go on, and the server says that it is not ready.
async fn refused(scene: &Scene, failure: Failure, changes: &[(&'static str, Change)], wrongs: &mut Wrongs) {
    let end = Instant::now() + duration();
    let said = join_all(changes.iter().map(|(_, change)| Said::to(change.ask.again()))).await;
    for ((name, _), said) in changes.iter().zip(said) {
        if said != Said::Unavailable {
            wrongs.add(format!("{name}, {}: {said:?}", failure.name));
        }
    }
    scene.says(Ready::No).await;
    let person = scene.market.educator().await;
    loop {
        for path in ["/offers", &format!("/offers/{}", scene.offer.id), "/me", "/me/claims"] {
            let answer = person.get(path).await;
            if answer.status != 200 {
                wrongs.add(format!("GET {path}, {}: {}", failure.name, answer.text()));
            }
        }
        let said = Said::to(person.claim(scene.offer.id)).await;
        if said != Said::Unavailable {
            wrongs.add(format!("a claim while it lasts, {}: {said:?}", failure.name));
        }
        if Instant::now() > end || wrongs.0.len() > 500 {
            return;
        }
    }
}
