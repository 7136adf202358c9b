//! Uploads beside edits: every version of every offer can be read.

use futures_util::future::join_all;
use serde_json::json;
use shared::{
    Code,
    offer::{OfferState, OfferVersionView, PartnerOffer},
};
use tests::{Caller, Kind, Market, Partner, Place, eventually, offer::edit, on_both};

use super::{NDJSON, done, lines, offers, over, rows, send};

on_both!(alone: what_an_edit_wrote_is_kept_when_its_offer_ends, every_version_is_kept_in_a_storm_of_edits);

/// All versions from the first to the present one can be read.
async fn check(caller: &Caller, slug: &str, offer: &PartnerOffer) {
    for version in 1..=offer.version {
        let path = format!("/partners/{slug}/offers/{}/versions/{version}", offer.id);
        let found: OfferVersionView = caller.get(&path).await.ok();
        assert_eq!(found.line.version, version);
    }
}

/// Offers that everybody sees.
async fn published(market: &Market, partner: &Partner, count: usize) -> Vec<PartnerOffer> {
    done(partner, "", &rows(count)).await;
    let admin = market.admin().await;
    for offer in offers(partner).await.values() {
        admin.post(&format!("/admin/offers/{}/approve", offer.id)).await.status(200);
    }
    offers(partner).await.into_values().collect()
}

const REPLACE: &str = "?mode=replace_all&max_delete_percent=100";

/// On PostgreSQL an edit is held between its writing and its commit, while the upload that ends its offer waits for it.
/// On SQLite, where there is one writer, one comes after the other.
async fn what_an_edit_wrote_is_kept_when_its_offer_ends(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let partner = market.partner().await;
    let found = published(&market, &partner, 2).await;
    let offer = found.iter().find(|o| o.offer.external_id.as_deref() == Some("o-1")).expect("o-1").clone();
    let db = market.place.db().await;
    let waiting = |what: &'static str| {
        let db = &db;
        eventually("it waits for the lock", move || async move {
            let sql = format!(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                 AND wait_event = '{what}'"
            );
            (db.number(&sql).await > 0).then_some(())
        })
    };
    if kind == Kind::Postgres {
        db.run(
            "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN IF NEW.action = 'offer.change' THEN PERFORM pg_advisory_xact_lock(42); END IF; RETURN NEW; END $$",
        )
        .await;
        db.run("CREATE TRIGGER hold AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION hold()").await;
        db.run("SELECT pg_advisory_lock(42)").await;
    }
    let (editor, before) = (partner.editor.clone(), offer.clone());
    let editing = tokio::spawn(async move { edit(&editor, &before, &json!({"claim_days": 31})).await.status });
    if kind == Kind::Postgres {
        waiting("advisory").await;
    }
    let import = send(&partner.program, &partner, REPLACE, NDJSON, lines(&rows(1))).await.status(202).json();
    if kind == Kind::Postgres {
        waiting("transactionid").await;
        db.run("SELECT pg_advisory_unlock(42)").await;
    }
    let edited = editing.await.expect("an answer");
    assert_eq!(over(&partner, &import).await.counts.ended, 1);
    let after = offers(&partner).await.remove("o-1").expect("o-1");
    assert_eq!(after.state, OfferState::Ended);
    assert!(edited == 200 || kind == Kind::Sqlite, "{edited}");
    assert_eq!(after.version, offer.version + 1 + u32::from(edited == 200));
    check(&partner.editor, &partner.slug, &after).await;
}

async fn every_version_is_kept_in_a_storm_of_edits(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let partner = market.partner().await;
    let found = published(&market, &partner, 24).await;
    let editing = found.iter().cloned().map(|mut offer| {
        let (editor, slug) = (partner.editor.clone(), partner.slug.clone());
        tokio::spawn(async move {
            for days in 1..=300 {
                let answer = edit(&editor, &offer, &json!({"claim_days": days})).await;
                match answer.status {
                    200 => {}
                    409 => {
                        answer.refused(Code::StateConflict);
                        break;
                    }
                    status => assert_eq!(status, 412, "{}", answer.text()),
                }
                let path = format!("/partners/{slug}/offers/{}", offer.id);
                offer = editor.get(&path).await.ok();
            }
        })
    });
    let editing: Vec<_> = editing.collect();
    eventually("edits are under way", || async {
        offers(&partner).await.values().all(|o| o.version > 4).then_some(())
    })
    .await;
    let import = send(&partner.program, &partner, REPLACE, NDJSON, lines(&rows(2))).await.status(202).json();
    let view = over(&partner, &import).await;
    assert_eq!(view.counts.ended, 22, "{view:?}");
    // Those that are still open are edited until their turns are over; the others have ended.
    for one in join_all(editing).await {
        one.expect("true answers");
    }
    for offer in offers(&partner).await.values() {
        check(&partner.editor, &partner.slug, offer).await;
    }
}
