//! Quiet points: nobody asks anything, both processes are up, and everything that was said must be so.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use shared::{
    ClaimId, OfferId, RedemptionId,
    claim::ClaimState,
    import::{ImportState, ImportView},
    offer::OfferVersionView,
    redemption::RedemptionState,
};
use tests::{PATIENCE, Partner, db::Db, eventually_within};
use uuid::Uuid;

use crate::{
    model::{keys::Keyed, ledger::Row, quotas::History},
    operations::claims,
    shown,
    world::{World, lock},
};

/// How long what is late may take: leases of a process that died among it.
pub const LATER: Duration = Duration::from_secs(150);

/// Waits until everybody is quiet, and checks everything.
pub async fn quiet_point(world: &World) {
    let _calm = world.calm.write().await;
    clear_doubts(world).await;
    let db = world.market.place.db().await;
    let rows = rows(&db).await;
    check_claims(world, &db, &rows).await;
    check_uploads(world, &db).await;
    for partner in [&world.partner, &world.uploader] {
        check_versions(world, &db, partner).await;
    }
    check_quotas(world, &rows);
    shown::check(world, &db).await;
    verify_newcomers(world, &db).await;
    check_logs(world);
}

/// Asks again with every key of which nobody knows what became of it: there must be an answer.
async fn clear_doubts(world: &World) {
    let urls = world.urls();
    let doubts = world.model().keys.in_doubt();
    join_all(doubts.iter().zip(urls.iter().cycle()).map(|(keyed, url)| clear_doubt(world, keyed, url))).await;
}

async fn clear_doubt(world: &World, keyed: &Keyed, url: &str) {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let heard = claims::send(world, keyed, url).await;
        if heard.answer.is_some_and(|answer| answer.code().as_deref() != Some("idempotency_in_progress")) {
            return world.model().keys.clear(&keyed.key);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    world.wrong(format!("the key of a request that broke off gets no answer within {PATIENCE:?}: {keyed:?}"));
}

/// The claims as the database has them.
pub async fn rows(db: &Db) -> HashMap<ClaimId, Row> {
    let sql = "SELECT id, offer_id, claimant_id, code, quantity, redeemed, state FROM claims";
    let row = |row: &sea_orm::QueryResult| {
        let [id, offer, claimant]: [Uuid; 3] = [0, 1, 2].map(|at| row.try_get_by_index(at).expect("an id"));
        let [quantity, redeemed] =
            [4, 5].map(|at| u32::try_from(row.try_get_by_index::<i32>(at).expect("a number")).expect("not negative"));
        let state: String = row.try_get_by_index(6).expect("a state");
        Row {
            id: ClaimId(id),
            offer: OfferId(offer),
            claimant,
            code: row.try_get_by_index(3).expect("a code"),
            quantity,
            redeemed,
            state: ClaimState::from_name(&state).expect("a state"),
        }
    };
    db.rows(sql).await.iter().map(row).map(|row| (row.id, row)).collect()
}

async fn check_claims(world: &World, db: &Db, rows: &HashMap<ClaimId, Row>) {
    world.wrongs(db.ledger_wrongs().await);
    let redemptions = db.rows("SELECT id, state FROM redemptions").await;
    let redemptions: HashMap<RedemptionId, RedemptionState> = redemptions
        .iter()
        .map(|row| {
            let state: String = row.try_get_by_index(1).expect("a state");
            let id: Uuid = row.try_get_by_index(0).expect("an id");
            (RedemptionId(id), RedemptionState::from_name(&state).expect("a state"))
        })
        .collect();
    let wrong = {
        let model = world.model();
        [model.ledger.check(rows), model.ledger.check_redemptions(&redemptions)].concat()
    };
    world.wrongs(wrong);
    check_nobodys(world, db).await;
    for title in world.titles() {
        let made = db.number(&format!("SELECT count(*) FROM offers WHERE draft -> 'title' ->> 'az' = '{title}'")).await;
        world.wrongs((made > 1).then(|| format!("one key made {made} drafts: {title}")));
    }
}

/// Nobody who has left has a claim. What a till lets go of later is closed a moment after that.
async fn check_nobodys(world: &World, db: &Db) {
    let sql = "SELECT code FROM claims c WHERE c.state = 'active'
               AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = c.claimant_id)";
    let deadline = Instant::now() + PATIENCE;
    loop {
        let nobodys = db.texts(sql).await;
        if nobodys.is_empty() {
            return;
        }
        if Instant::now() > deadline {
            return world.wrong(format!("active claims of nobody: {nobodys:?}"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits for the uploads, and compares what their reports say with what there is.
async fn check_uploads(world: &World, db: &Db) {
    let sent = std::mem::take(&mut *lock(&world.uploads));
    for sent in sent {
        let path = world.uploader.path(&format!("/imports/{}", sent.id));
        let over = eventually_within(LATER, &format!("upload {} is over", sent.id), || async {
            let view: ImportView = world.read(&world.uploader.owner.at(&world.urls()[0]), &path).await.ok();
            view.finished_at.is_some().then_some(view)
        })
        .await;
        let counts = over.counts;
        let sum = counts.created + counts.updated + counts.unchanged + counts.failed;
        if over.state == ImportState::Finished && (counts.read != sent.rows || sum != counts.read) {
            world.wrong(format!("an upload of {} rows says {counts:?}", sent.rows));
        }
    }
    let uploader = db.id(world.uploader.id.0);
    let open = format!("SELECT count(*) FROM imports WHERE partner_id = {uploader} AND finished_at IS NULL");
    // Those of which nobody was told.
    eventually_within(LATER, "all uploads are over", || async { (db.number(&open).await == 0).then_some(()) }).await;
    let reported = format!(
        "SELECT coalesce(CAST(sum(created) AS BIGINT), 0) FROM imports WHERE partner_id = {uploader} AND NOT dry_run"
    );
    let there = format!("SELECT count(*) FROM offers WHERE partner_id = {uploader}");
    let (reported, there) = (db.number(&reported).await, db.number(&there).await);
    world.wrongs((reported != there).then(|| format!("uploads say that they made {reported} offers of {there}")));
}

/// Reads the versions that were not read yet: there are no gaps, and each is as it was acknowledged.
async fn check_versions(world: &World, db: &Db, partner: &Partner) {
    let sql = format!("SELECT id, version FROM offers WHERE partner_id = {}", db.id(partner.id.0));
    for row in db.rows(&sql).await {
        let id: Uuid = row.try_get_by_index(0).expect("an id");
        let last = u32::try_from(row.try_get_by_index::<i32>(1).expect("a number")).expect("not negative");
        let (id, unread, told) = {
            let mut model = world.model();
            let versions = model.versions.entry(OfferId(id)).or_default();
            (OfferId(id), versions.unread(last), versions.last())
        };
        world.wrongs((told > last).then(|| format!("version {told} of {id} was acknowledged, and the last is {last}")));
        for version in unread {
            let path = partner.path(&format!("/offers/{id}/versions/{version}"));
            let answer = world.read(&partner.owner.at(&world.urls()[0]), &path).await;
            if answer.status == 200 {
                let view: OfferVersionView = answer.json();
                let wrong = world.model().versions.entry(id).or_default().read(version, &view);
                world.wrongs(wrong);
            } else {
                world.wrong(format!("version {version} of {last} of {id} cannot be read: {}", answer.text()));
            }
        }
    }
}

/// Holds every new grant and refusal against the quotas that may have been in force.
fn check_quotas(world: &World, rows: &HashMap<ClaimId, Row>) {
    let (now, mut wrong) = (world.clock.tick(), Vec::new());
    let mut model = world.model();
    let mut histories: HashMap<OfferId, History> = HashMap::new();
    for (id, versions) in &model.versions {
        histories.insert(*id, History { terms: versions.terms(), ..History::default() });
    }
    for row in rows.values().filter(|row| !model.ledger.granted.contains_key(&row.id)) {
        histories.entry(row.offer).or_default().unknown += row.quantity;
    }
    for granted in model.ledger.granted.values() {
        histories.entry(granted.offer).or_default().grants.push(granted.grant.clone());
    }
    let since = std::mem::replace(&mut model.checked, now);
    for (offer, history) in &histories {
        let fresh = history.grants.iter().filter(|grant| grant.span.answered >= since);
        wrong.extend(fresh.filter_map(|grant| history.check_grant(grant)).map(|wrong| format!("{offer}: {wrong}")));
    }
    for (offer, refusal) in std::mem::take(&mut model.ledger.exhausted) {
        let refused = histories.get(&offer).and_then(|history| history.check_exhausted(&refusal));
        wrong.extend(refused.map(|wrong| format!("{offer}: {wrong}")));
    }
    drop(model);
    world.wrongs(wrong);
}

/// The ministry's part, past the API: who has registered can claim from now on.
async fn verify_newcomers(world: &World, db: &Db) {
    db.run("UPDATE users SET email_verified_at = 1, role_verified = TRUE WHERE email LIKE 'gelen-%'").await;
    for newcomer in lock(&world.newcomers).iter_mut() {
        newcomer.is_verified = newcomer.claimant.is_some();
    }
}

fn check_logs(world: &World) {
    for at in 0..2 {
        let log = world.server(at).log();
        world.wrongs(log.lines().filter(|line| line.contains("panicked")).map(ToOwned::to_owned));
    }
}
