//! What goes on without a request while the disk fails: uploads, mails and messages to webhooks come through later.

use std::{
    collections::HashSet,
    ffi::OsString,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use shared::{
    ClaimId,
    import::{ImportState, ImportView},
};
use tests::{
    Kind, Offer, PASSWORD, Receiver,
    disk::{Calls, Fault, Files, Order},
    eventually, eventually_within,
    mail::Mail,
    people::unique,
    run_alone,
};

use super::scene::{FAILURES, Said, Scene, duration};

/// Rows of the upload: some seconds of work.
const ROWS: u64 = 4000;
/// What is late is tried again with growing pauses.
const LATER: Duration = Duration::from_secs(150);

#[test]
fn an_upload_goes_on_after_each_failure() {
    run_alone(Kind::Sqlite, |_| an_upload());
}

#[test]
fn an_upload_into_a_full_spool_is_refused_and_leaves_nothing() {
    run_alone(Kind::Sqlite, |_| a_full_spool());
}

#[test]
fn mails_come_later() {
    run_alone(Kind::Sqlite, |_| mails());
}

#[test]
fn messages_to_webhooks_come_later() {
    run_alone(Kind::Sqlite, |_| messages());
}

fn rows(count: u64) -> String {
    let row = |n| {
        let mut offer = Offer::once().with(|o| o.external_id = Some(format!("o-{n}"))).json();
        offer.insert("title".to_owned(), json!({"az": "Paket"}));
        Value::Object(offer).to_string() + "\n"
    };
    (0..count).map(row).collect()
}

fn upload(scene: &Scene, rows: u64) -> tests::client::Ask {
    let ask =
        scene.partner.program.post(&scene.partner.path("/imports")).header("content-type", "application/x-ndjson");
    ask.body(self::rows(rows))
}

async fn an_upload() {
    let scene = Scene::open().await;
    let import: ImportView = upload(&scene, ROWS).await.status(202).json();
    let path = scene.partner.path(&format!("/imports/{}", import.id));
    let view = || async { scene.partner.program.get(&path).await.ok::<ImportView>() };
    let mut met = 0;
    for failure in FAILURES {
        let before = view().await;
        scene.disk.fail(failure.order);
        let end = Instant::now() + duration() / 4;
        while Instant::now() < end {
            // It can be watched all the time, and says nothing that is not so.
            let now = view().await;
            assert!(now.counts.read >= before.counts.read && now.counts.failed == 0, "{now:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        met += u32::from(scene.disk.failed() > 0);
        scene.disk.mend();
        eventually_within(LATER, &format!("the upload goes on after: {}", failure.name), || async {
            let now = view().await;
            (now.counts.read > before.counts.read || now.finished_at.is_some()).then_some(())
        })
        .await;
    }
    assert!(met > 2, "the failures came in the middle: {met}");
    let over = eventually_within(LATER, "the upload is over", || async {
        let now = view().await;
        now.finished_at.is_some().then_some(now)
    })
    .await;
    assert_eq!((over.state, over.counts.created, over.counts.read), (ImportState::Finished, ROWS, ROWS));
    scene.market.server.kill();
    let next = scene.market.again().await;
    let db = next.place.db().await;
    let partner = db.id(scene.partner.id.0);
    let made = db
        .number(&format!("SELECT count(*) FROM offers WHERE external_id LIKE 'o-%' AND partner_id = {partner}"))
        .await;
    assert_eq!(made, i64::try_from(ROWS).unwrap(), "as the report says");
    db.check_ledger().await;
}

async fn a_full_spool() {
    let scene = Scene::open().await;
    let spool = scene.market.place.folder.path().join("spool");
    let lying = || -> HashSet<OsString> {
        std::fs::read_dir(&spool).into_iter().flatten().flatten().map(|file| file.file_name()).collect()
    };
    for (name, fault, calls) in [
        ("full at write", Fault::Full, Calls::WRITE),
        ("broken at write", Fault::Broken, Calls::WRITE),
        ("short write", Fault::Short, Calls::WRITE),
        ("broken at sync", Fault::Broken, Calls::SYNC),
        ("no room for a file", Fault::Full, Calls::CREATE),
    ] {
        let before = lying();
        scene.disk.fail(Order::new(fault, calls, Files::SPOOL));
        assert_eq!(Said::to(upload(&scene, 10)).await, Said::Unavailable, "{name}");
        scene.disk.mend();
        eventually(&format!("nothing of it lies in the spool: {name}"), || async {
            lying().is_subset(&before).then_some(())
        })
        .await;
        let import: ImportView = upload(&scene, 10).await.status(202).json();
        let path = scene.partner.path(&format!("/imports/{}", import.id));
        eventually(&format!("the upload after it is done: {name}"), || async {
            let view: ImportView = scene.partner.program.get(&path).await.ok();
            (view.state == ImportState::Finished).then_some(())
        })
        .await;
    }
}

async fn mails() {
    let scene = Scene::open().await;
    let mut people = Vec::new();
    for (fault, calls, files) in [
        (Fault::Full, Calls::WRITE.and(Calls::CREATE), Files::MAILS),
        (Fault::Broken, Calls::SYNC, Files::MAILS),
        (Fault::Broken, Calls::SYNC, Files::SQLITE),
    ] {
        let email = format!("{}@test.az", unique("mail"));
        let body = json!({"email": email, "password": PASSWORD, "name": "Aygün Məmmədova", "role": "learner"});
        let ask = scene.market.anon().send("/auth/register", &body);
        scene.disk.fail(Order::new(fault, calls, files));
        let said = Said::to(ask.again()).await;
        tokio::time::sleep(duration()).await;
        scene.disk.mend();
        if said != Said::Done {
            assert_eq!((said, Said::to(ask).await), (Said::Unavailable, Said::Done));
        }
        people.push(email);
    }
    for email in people {
        eventually_within(LATER, &format!("a mail to {email}"), || async {
            (Mail::count(&scene.market.place, &email) > 0).then_some(())
        })
        .await;
    }
}

async fn messages() {
    let scene = Scene::open().await;
    let receiver = Receiver::start().await;
    let hook = json!({"url": receiver.url("/"), "kinds": ["claim.created"]});
    scene.partner.owner.send(&scene.partner.path("/webhooks"), &hook).await.status(201);
    let mut claims = Vec::<ClaimId>::new();
    for failure in FAILURES {
        let (before, during) = (scene.market.educator().await, scene.market.educator().await);
        claims.push(before.claimed(scene.offer.id).await.id);
        // While the message is under way, and the next claim is made.
        scene.disk.fail(failure.order);
        let ask = during.claim(scene.offer.id);
        let answer = ask.again().await;
        tokio::time::sleep(duration() / 4).await;
        scene.disk.mend();
        let answer = if answer.status == 201 { answer } else { ask.await };
        claims.push(answer.created::<shared::claim::ClaimView>().id);
    }
    eventually_within(LATER, "every claim is told", || async {
        let told: Vec<Value> = receiver.received().iter().map(|r| r.message().data["claim_id"].clone()).collect();
        claims.iter().all(|claim| told.contains(&json!(claim))).then_some(())
    })
    .await;
    let told = receiver.received().iter().all(|r| claims.iter().any(|c| r.message().data["claim_id"] == json!(c)));
    assert!(told, "nothing is told that did not happen");
}
