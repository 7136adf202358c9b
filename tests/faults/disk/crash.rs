//! The process dies at every sync of every change, before that is answered: with the same key, the change is made once.

use tests::{
    Kind,
    disk::{Calls, Fault, Files, Order},
    people::unique,
    run_alone,
};

use super::{
    Journal, Wrongs,
    changes::{PATHS, Path},
    scene::{Said, Scene},
};

/// The changes whose answers are kept under a key.
const KEYED: [&str; 14] = [
    "claims::claim",
    "claims::claim_a_code_of_the_pool",
    "claims::cancel",
    "offers::create",
    "offers::submit",
    "offers::approve",
    "offers::end",
    "offers::fill_the_pool",
    "offers::upload",
    "till::hold",
    "till::confirm",
    "till::undo",
    "partners::invite",
    "partners::apply",
];
/// More syncs than any change needs.
const SYNCS: u32 = 12;

#[test]
fn with_a_key_a_change_is_made_once_at_whichever_sync_it_crashes() {
    run_alone(Kind::Sqlite, |_| every_sync());
}

async fn every_sync() {
    let mut scene = Scene::open().await;
    let (mut journal, mut wrongs, mut crashes) = (Journal::default(), Wrongs::default(), 0);
    for path in PATHS.iter().filter(|path| KEYED.contains(&path.name)) {
        let mut at = 0;
        while crash(&mut scene, path, at, (&mut journal, &mut wrongs)).await {
            at += 1;
            assert!(at < SYNCS, "{} syncs without an end", path.name);
        }
        crashes += at;
    }
    println!("{crashes} crashes");
    assert!(crashes >= 14, "each change is synced before it is answered");
    journal.check(&scene.market.place.db().await).await;
    wrongs.check();
}

/// Lets a change crash after so many syncs, and sends it again; says whether there was such a sync.
async fn crash(scene: &mut Scene, path: &Path, at: u32, (journal, wrongs): (&mut Journal, &mut Wrongs)) -> bool {
    let change = (path.make)(scene).await;
    let (what, ask) = (format!("{} at sync {at}", path.name), change.ask.key(&unique("crash")));
    scene.disk.fail(Order::new(Fault::Crash, Calls::SYNC, Files::SQLITE.and(Files::SPOOL)).once().after(at));
    let first = ask.again().attempt().await;
    scene.disk.mend();
    let said = if let Ok(answer) = &first {
        Said::of(answer)
    } else {
        scene.restart().await;
        Said::to(ask.at(&scene.market.server.url)).await
    };
    match said {
        Said::Done => journal.add(what, change.fact),
        other => wrongs.add(format!("{what}: {other:?}")),
    }
    first.is_err()
}
