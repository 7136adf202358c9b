//! One call fails, on every path and in every way.

use tests::{Kind, run_alone};

use super::{
    Journal, Wrongs,
    changes::PATHS,
    scene::{FAILURES, Said, Scene},
};

#[test]
fn each_change_goes_well_on_a_good_disk() {
    run_alone(Kind::Sqlite, |_| all_goes_well());
}

#[test]
fn each_change_outlives_one_failing_call() {
    run_alone(Kind::Sqlite, |_| each_change());
}

/// The measure of the others: each change does what its fact says.
async fn all_goes_well() {
    let scene = Scene::open().await;
    let (mut journal, mut wrongs) = (Journal::default(), Wrongs::default());
    for path in PATHS {
        let change = (path.make)(&scene).await;
        let is_so_before = change.fact.holds(&scene.market.place.db().await).await;
        match Said::to(change.ask).await {
            Said::Done if !is_so_before => journal.add(path.name.to_owned(), change.fact),
            other => wrongs.add(format!("{}: {other:?}, so before: {is_so_before}", path.name)),
        }
    }
    wrongs.check();
    journal.check(&scene.market.place.db().await).await;
}

async fn each_change() {
    let mut scene = Scene::open().await;
    let (mut journal, mut wrongs, mut refused) = (Journal::default(), Wrongs::default(), 0);
    for failure in FAILURES {
        for path in PATHS {
            let (what, change) = (format!("{}, {}", path.name, failure.name), (path.make)(&scene).await);
            scene.disk.fail(failure.order.once());
            let said = Said::to(change.ask.again()).await;
            scene.disk.mend();
            let again = match &said {
                Said::Done => Said::Done,
                _ => Said::to(change.ask).await,
            };
            refused += usize::from(said == Said::Unavailable);
            if let Said::Wrong(answer) = said {
                wrongs.add(format!("{what}: {answer}"));
            }
            if let Said::Done = again {
                journal.add(what, change.fact);
            } else {
                wrongs.add(format!("{what}, once the disk is well again: {again:?}"));
            }
        }
    }
    journal.check(&scene.market.place.db().await).await;
    scene.restart().await;
    journal.check(&scene.market.place.db().await).await;
    wrongs.check();
    println!("{refused} of {} changes met the failure", FAILURES.len() * PATHS.len());
    // A call of a job may fail in place of the request's; most fail where they should.
    assert!(refused * 2 > FAILURES.len() * PATHS.len(), "the failure was met {refused} times");
}
