//! The quota in force is that of the live version, whatever else is claimed, refused or edited beside it.

use futures_util::future::join_all;
use serde_json::json;
use shared::{
    Code, OfferId,
    offer::{Audience, OfferState, PartnerOffer, Period},
};
use tests::{Answer, Caller, Market, Offer, db::Db, offer::act, offer::edit, on_both};

on_both!(
    refusals_in_a_batch_leave_other_quotas_alone,
    a_period_changed_there_and_back_has_the_live_quota,
    refused_claims_make_no_row,
    an_edit_waits_for_a_first_claim_that_is_being_decided,
    a_first_claim_waits_for_an_edit_that_is_being_written,
);

/// The quota rows of an offer: period, quota, claimed, issued.
async fn rows(db: &Db, offer: OfferId) -> Vec<(i32, Option<i32>, i32, i32)> {
    let sql = format!("SELECT period, quota, claimed, issued FROM quotas WHERE offer_id = {}", db.id(offer.0));
    let rows = db.rows(&sql).await;
    let read = |row: &sea_orm::QueryResult| {
        let number = |name| row.try_get::<i32>("", name).unwrap();
        (number("period"), row.try_get("", "quota").unwrap(), number("claimed"), number("issued"))
    };
    rows.iter().map(read).collect()
}

async fn claim_all(people: &[Caller], offer: OfferId) -> Vec<Answer> {
    join_all(people.iter().map(|person| async { person.claim(offer).await })).await
}

fn granted(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 201).count()
}

async fn refusals_in_a_batch_leave_other_quotas_alone(market: Market) {
    let db = market.place.db().await;
    let people = market.educators(60).await;
    let hot = Offer::once().quota(1000).publish(&market).await;
    let mut closed = Vec::new();
    for action in ["pause", "end"] {
        let offer = Offer::once().quota(30_000).publish(&market).await;
        for person in &people[..3] {
            person.claimed(offer.id).await;
        }
        act(&market.admin().await, &offer, action).await.status(200);
        closed.push(offer);
    }
    let rowless = [OfferState::Scheduled, OfferState::Announced, OfferState::Paused];
    let rowless = join_all(rowless.map(|state| {
        let market = &market;
        async move { Offer::once().quota(5).in_state(market, state).await }
    }))
    .await;
    let all: Vec<OfferId> = [hot.id].into_iter().chain(closed.iter().chain(&rowless).map(|o| o.id)).collect();
    // All at once, so that refused and granted claims are decided together.
    let answers =
        join_all(people.iter().flat_map(|person| all.iter().map(move |id| async { person.claim(*id).await })));
    for answer in answers.await {
        let refused = || matches!(answer.json_code(), Code::OfferNotOpen | Code::NotFound);
        assert!(answer.status == 201 || refused(), "{}", answer.text());
    }
    assert_eq!(market.managed(hot.id).await.claimed, 60);
    for offer in &closed {
        assert_eq!(rows(&db, offer.id).await, [(0, Some(30_000), 3, 3)], "as it was");
    }
    for offer in &rowless {
        assert_eq!(rows(&db, offer.id).await, []);
    }
    let paused = market.managed(closed[0].id).await;
    act(&market.admin().await, &paused, "resume").await.status(200);
    people[10].claimed(paused.id).await;
    db.check_ledger().await;
}

async fn set(market: &Market, offer: &PartnerOffer, period: Period, quota: u32) -> PartnerOffer {
    let now = market.managed(offer.id).await;
    edit(&market.admin().await, &now, &json!({"period": period, "quota": quota})).await.ok()
}

async fn a_period_changed_there_and_back_has_the_live_quota(market: Market) {
    let people = market.educators(20).await;
    for (first, other) in [(Period::Once, Period::Monthly), (Period::Monthly, Period::Once)] {
        for (before, after) in [(50, 2), (2, 20)] {
            let educators = Offer::once().audience(&[Audience::Educator]).quota(before);
            let offer = educators.with(|o| o.period = first).publish(&market).await;
            // A refused claim: a quota row that it left would keep the quota of today.
            market.learner().await.claim(offer.id).await.refused(Code::NotEligible);
            set(&market, &offer, other, after).await;
            set(&market, &offer, first, after).await;
            let answers = claim_all(&people, offer.id).await;
            assert_eq!(granted(&answers), usize::try_from(after).unwrap(), "{first:?}: {before} → {after}");
            assert_eq!(market.managed(offer.id).await.claimed, after);
        }
    }
    market.place.db().await.check_ledger().await;
}

async fn refused_claims_make_no_row(market: Market) {
    let db = market.place.db().await;
    let offer = Offer::once().audience(&[Audience::Educator]).quota(5).publish(&market).await;
    market.learner().await.claim(offer.id).await.refused(Code::NotEligible);
    let many = json!({"quantity": 2});
    let path = format!("/offers/{}/claims", offer.id);
    market.educator().await.send(&path, &many).await.refused(Code::InvalidInput);
    assert_eq!(rows(&db, offer.id).await, []);
    let pool = Offer::once().with(|o| o.fulfilment = shared::offer::Fulfilment::CodePool).publish(&market).await;
    market.educator().await.claim(pool.id).await.refused(Code::QuotaExhausted);
    assert_eq!(rows(&db, pool.id).await, [], "nor one that found no code");
}

/// Another process is in the middle of a transaction on the offer: the test's own, which holds what the program would hold.
struct Elsewhere(Db);

impl Elsewhere {
    async fn begin(market: &Market) -> Self {
        let db = market.place.db().await;
        db.run(if market.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN" }).await;
        Self(db)
    }

    async fn commit(self) {
        self.0.run("COMMIT").await;
    }
}

/// An edit to a quota of two by another process, which holds its locks while five people claim for the first time.
async fn a_first_claim_waits_for_an_edit_that_is_being_written(market: Market) {
    let people = market.educators(5).await;
    let offer = Offer::once().quota(50).publish(&market).await;
    let elsewhere = Elsewhere::begin(&market).await;
    let (db, id) = (&elsewhere.0, elsewhere.0.id(offer.id.0));
    let draft = json!(PartnerOffer { offer: Offer::once().quota(2).0, ..offer.clone() }.offer).to_string();
    let draft = draft.replace('\'', "''");
    db.run(&format!(
        "INSERT INTO offer_versions (offer_id, version, state, draft, action, at)
         SELECT id, version, state, draft, action, updated_at FROM offers WHERE id = {id}"
    ))
    .await;
    db.run(&format!("UPDATE offers SET draft = '{draft}', version = version + 1 WHERE id = {id}")).await;
    db.run(&format!("INSERT INTO quotas (offer_id, period, quota) VALUES ({id}, 0, 2)")).await;
    let claims = tokio::spawn(async move { claim_all(&people, offer.id).await });
    market.until_waiting(&claims).await;
    elsewhere.commit().await;
    assert_eq!(granted(&claims.await.unwrap()), 2);
    market.place.db().await.check_ledger().await;
}

/// A first claim by another process that has its quota row and is not committed, while the quota is edited below it.
async fn an_edit_waits_for_a_first_claim_that_is_being_decided(market: Market) {
    let offer = Offer::once().quota(50).publish(&market).await;
    let elsewhere = Elsewhere::begin(&market).await;
    let (db, id) = (&elsewhere.0, elsewhere.0.id(offer.id.0));
    db.run(&format!("INSERT INTO quotas (offer_id, period, quota, claimed, issued) VALUES ({id}, 0, 50, 20, 20)"))
        .await;
    let admin = market.admin().await;
    let edited = offer.clone();
    let editing = tokio::spawn(async move { edit(&admin, &edited, &json!({"quota": 2})).await });
    market.until_waiting(&editing).await;
    elsewhere.commit().await;
    let refused = editing.await.unwrap();
    assert_eq!(refused.refused(Code::InvalidInput).extra["claimed"], json!(20));
    assert_eq!(market.managed(offer.id).await.offer.quota, Some(50));
    // The row had no claims, and other tests look at the whole ledger.
    let db = market.place.db().await;
    db.run(&format!("DELETE FROM quotas WHERE offer_id = {}", db.id(offer.id.0))).await;
}
