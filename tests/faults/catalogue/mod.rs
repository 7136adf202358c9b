//! What everybody sees is what the database says, whichever process changed it, whatever the clocks say, whenever it was
//! committed, and however far a standby lags behind.

mod order;

use serde_json::json;
use shared::{
    OfferId, Page,
    claim::ClaimView,
    offer::{OfferList, OfferState, OfferView, PartnerOffer},
};
use tests::{
    Caller, Kind, Market, Offer, Place, Server, Standby, eventually,
    offer::{act, edit},
    on_both, run_alone,
};

on_both!(alone:
    clocks_have_no_say,
    what_is_changed_past_the_program_is_shown,
    who_is_too_far_behind_reads_all_anew,
);

#[test]
fn what_commits_late_is_shown() {
    run_alone(Kind::Postgres, what_commits_late);
}

#[test]
fn a_lagging_standby_brings_nothing_back() {
    run_alone(Kind::Postgres, a_lagging_standby);
}

/// A second process whose clock goes two minutes ahead: for it, whatever the first one does happened two minutes ago.
async fn ahead(market: &Market) -> Server {
    market.place.serve_with(&["--test-clock-offset-seconds", "120"]).await
}

async fn clocks_have_no_say(kind: Kind) {
    let one = Market::open(Place::new(kind).await).await;
    let (admin, offers) = (one.admin().await, published(&one, 3).await);
    let two = ahead(&one).await;
    let educator = one.educator().await.at(&two.url);
    educator.claimed(offers[0].id).await;

    edit(&admin, &offers[0], &json!({"title": {"az": "Yeni ad"}})).await.status(200);
    act(&admin, &offers[1], "pause").await.status(200);
    shows_title(&two.anon(), offers[0].id, "Yeni ad").await;
    shows_state(&two.anon(), offers[1].id, OfferState::Paused).await;
    eventually("the claim shows the new title", || async {
        let claims: Page<ClaimView> = educator.get("/me/claims").await.ok();
        (claims.items[0].offer.title.az == "Yeni ad").then_some(())
    })
    .await;

    let name = json!({"name": "Yeni Azercell"});
    admin.patch("/partners/azercell/profile", &name).header("if-match", "*").await.status(200);
    eventually("the partner's new name stands on its offers", || async {
        let view = detail(&two.anon(), offers[2].id).await;
        let card = listed(&two.anon(), offers[2].id).await?;
        (view.card.partner.name == "Yeni Azercell" && card.partner.name == "Yeni Azercell").then_some(())
    })
    .await;
}

/// Two changes wait for a row that somebody holds, while others commit and are shown. The process that waits has a clock two
/// minutes behind the other's, as if the row had been held for so long.
async fn what_commits_late(kind: Kind) {
    let one = Market::open(Place::new(kind).await).await;
    let (admin, offers) = (one.admin().await, published(&one, 3).await);
    let two = ahead(&one).await;
    let db = one.place.db().await;
    db.run("BEGIN").await;
    db.rows(&format!(
        "SELECT 1 FROM offers WHERE id IN ({}, {}) FOR UPDATE",
        db.id(offers[0].id.0),
        db.id(offers[1].id.0)
    ))
    .await;
    let late = [
        tokio::spawn({
            let (admin, offer) = (admin.clone(), offers[0].clone());
            async move { edit(&admin, &offer, &json!({"title": {"az": "Gec yazılan ad"}})).await }
        }),
        tokio::spawn({
            let (admin, offer) = (admin.clone(), offers[1].clone());
            async move { act(&admin, &offer, "pause").await }
        }),
    ];
    eventually("both wait for the row", || async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        (db.number(waiting).await == 2).then_some(())
    })
    .await;
    // What begins later commits first, and both processes have taken it in.
    edit(&admin, &offers[2], &json!({"title": {"az": "Vaxtında"}})).await.status(200);
    for anon in [one.anon(), two.anon()] {
        shows_title(&anon, offers[2].id, "Vaxtında").await;
    }
    db.run("COMMIT").await;
    for answer in late {
        answer.await.expect("an answer").status(200);
    }
    for anon in [one.anon(), two.anon()] {
        shows_title(&anon, offers[0].id, "Gec yazılan ad").await;
        shows_state(&anon, offers[1].id, OfferState::Paused).await;
    }
}

async fn what_is_changed_past_the_program_is_shown(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let offers = published(&market, 2).await;
    let (db, id) = (market.place.db().await, offers[0].id);
    shows_state(&market.anon(), id, OfferState::Published).await;
    db.run(&format!("UPDATE offers SET state = 'paused' WHERE id = {}", db.id(id.0))).await;
    shows_state(&market.anon(), id, OfferState::Paused).await;
    db.run("UPDATE partners SET state = 'suspended' WHERE slug = 'azercell'").await;
    shows_state(&market.anon(), offers[1].id, OfferState::Paused).await;
}

/// Old rows of the log are deleted, as a process would find it that stood still for so long.
async fn who_is_too_far_behind_reads_all_anew(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let offers = published(&market, 2).await;
    let (db, id) = (market.place.db().await, offers[0].id);
    let mark = match kind {
        Kind::Sqlite => "SELECT max(id) FROM catalogue_changes",
        Kind::Postgres => "SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)",
    };
    db.run(&format!(
        "BEGIN; UPDATE offers SET state = 'paused' WHERE id = {};
         UPDATE revisions SET value = ({mark}) WHERE name = 'changes_tidied'; DELETE FROM catalogue_changes; COMMIT",
        db.id(id.0)
    ))
    .await;
    shows_state(&market.anon(), id, OfferState::Paused).await;
    // And once it has, it follows the log again.
    let title = json!({"title": {"az": "Davam edir"}});
    edit(&market.admin().await, &offers[1], &title).await.status(200);
    shows_title(&market.anon(), offers[1].id, "Davam edir").await;
    assert_eq!(market.server.log().matches("catalogue.read_anew").count(), 1);
}

async fn a_lagging_standby(kind: Kind) {
    let one = Market::open(Place::new(kind).await).await;
    let (admin, offers) = (one.admin().await, published(&one, 3).await);
    let standby = Standby::of(&one.place).await;
    let states = |state: &str| format!("SELECT count(*) FROM offers WHERE state = '{state}'");
    let paused = states("paused");
    eventually("the standby has caught up", || async {
        let published = states("published");
        (standby.db.number(&published).await == one.place.db().await.number(&published).await).then_some(())
    })
    .await;
    standby.lag().await;
    act(&admin, &offers[0], "pause").await.status(200);
    assert_eq!(standby.db.number(&paused).await, 0, "the standby lags");

    // Started while it lags, and changed while it lags.
    let two = one.place.serve_with(&["--database-read-url", &standby.url]).await;
    shows_state(&two.anon(), offers[0].id, OfferState::Paused).await;
    act(&admin, &offers[1], "pause").await.status(200);
    edit(&admin, &offers[2], &json!({"title": {"az": "Gecikmədən"}})).await.status(200);
    shows_state(&two.anon(), offers[1].id, OfferState::Paused).await;
    shows_title(&two.anon(), offers[2].id, "Gecikmədən").await;
    assert_eq!(standby.db.number(&paused).await, 0, "it still lags");

    standby.follow().await;
    eventually("the standby has caught up", || async { (standby.db.number(&paused).await == 2).then_some(()) }).await;
    for offer in &offers[..2] {
        shows_state(&two.anon(), offer.id, OfferState::Paused).await;
    }
}

async fn published(market: &Market, count: usize) -> Vec<PartnerOffer> {
    let mut offers = Vec::new();
    for _ in 0..count {
        offers.push(Offer::once().publish(market).await);
    }
    offers
}

async fn detail(anon: &Caller, id: OfferId) -> OfferView {
    anon.get(&format!("/offers/{id}")).await.ok()
}

/// Its card, if the list has it.
async fn listed(anon: &Caller, id: OfferId) -> Option<shared::offer::OfferCard> {
    let list: OfferList = anon.get("/offers?limit=100").await.ok();
    assert_eq!(list.next_cursor, None, "all are on one page");
    list.items.into_iter().find(|card| card.id == id)
}

/// Waits until the list and the offer's own page show a title.
async fn shows_title(anon: &Caller, id: OfferId, title: &str) {
    eventually(&format!("{} shows {title}", anon.url()), || async {
        let card = listed(anon, id).await?;
        (card.title.az == title && detail(anon, id).await.card.title.az == title).then_some(())
    })
    .await;
}

/// Waits until the list and the offer's own page show a state.
async fn shows_state(anon: &Caller, id: OfferId, state: OfferState) {
    eventually(&format!("{} shows {state:?}", anon.url()), || async {
        let card = listed(anon, id).await;
        let in_list = card.as_ref().map(|card| card.state) == state.is_listed().then_some(state);
        (in_list && detail(anon, id).await.card.state == state).then_some(())
    })
    .await;
}
