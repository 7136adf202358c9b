//! What becomes of offers that an upload writes: in review, as drafts, as edits that wait, or at once in the sandbox.

use serde_json::json;
use shared::{FieldCode, import::RowCode, offer::OfferState};
use tests::{Market, Offer, Partner, on_both};

use super::{NDJSON, counts, done, errors, lines, offers, over, row, rows, send};

on_both!(
    new_offers_go_to_the_ministry,
    drafts_are_handed_in_later,
    an_edit_of_what_is_seen_waits,
    what_is_claimed_binds,
    the_sandbox_needs_no_review
);

async fn new_offers_go_to_the_ministry(market: Market) {
    let partner = market.partner().await;
    done(&partner, "", &rows(2)).await;
    let there = offers(&partner).await;
    assert!(there.values().all(|offer| offer.state == OfferState::InReview && offer.version == 1));
    let admin = market.admin().await;
    admin.post(&format!("/admin/offers/{}/approve", there["o-0"].id)).await.status(200);
    assert_eq!(market.offer(there["o-0"].id).await.card.title.az, "Paket o-0");
}

async fn drafts_are_handed_in_later(market: Market) {
    let partner = market.partner().await;
    done(&partner, "?submit=false", &rows(2)).await;
    assert!(offers(&partner).await.values().all(|offer| offer.state == OfferState::Draft));
    assert_eq!(done(&partner, "?submit=false", &rows(2)).await.counts, counts(0, 0, 2, 0));
    assert_eq!(done(&partner, "", &rows(2)).await.counts, counts(0, 2, 0, 0), "handed in");
    assert!(offers(&partner).await.values().all(|offer| offer.state == OfferState::InReview));
    assert_eq!(done(&partner, "", &rows(2)).await.counts, counts(0, 0, 2, 0));
}

async fn an_edit_of_what_is_seen_waits(market: Market) {
    let partner = market.partner().await;
    let offer = Offer::once().with(|o| o.external_id = Some("a".to_owned()));
    let live = offer.in_state_at(&market, &partner.slug, OfferState::Published).await;
    let mut edit = offer.json();
    edit.insert("quota".to_owned(), json!(50));
    assert_eq!(done(&partner, "", &[json!(edit)]).await.counts, counts(0, 1, 0, 0));
    let now = offers(&partner).await.remove("a").expect("a");
    assert_eq!((now.state, now.offer.quota, now.version), (OfferState::Published, None, live.version + 1));
    assert_eq!(now.pending.expect("an edit that waits").offer.quota, Some(50));
    assert_eq!(market.offer(live.id).await.card.quota, None, "everybody sees what they saw");
    assert_eq!(done(&partner, "", &[json!(edit)]).await.counts, counts(0, 0, 1, 0), "it waits already");
    // A patch is merged into the edit that waits.
    done(&partner, "?mode=patch", &[json!({"external_id": "a", "claim_days": 7})]).await;
    let waiting = offers(&partner).await.remove("a").expect("a").pending.expect("an edit that waits").offer;
    assert_eq!((waiting.quota, waiting.claim_days), (Some(50), 7));
}

async fn what_is_claimed_binds(market: Market) {
    let partner = market.partner().await;
    let offer = Offer::once().quota(10).with(|o| o.external_id = Some("a".to_owned()));
    let live = offer.in_state_at(&market, &partner.slug, OfferState::Published).await;
    for person in market.educators(3).await {
        person.claimed(live.id).await;
    }
    for (field, value, code) in
        [("quota", json!(2), FieldCode::OutOfRange), ("period", json!("monthly"), FieldCode::NotAllowed)]
    {
        let mut edit = offer.json();
        edit.insert(field.to_owned(), value);
        let view = done(&partner, "", &[json!(edit)]).await;
        assert_eq!(view.counts, counts(0, 0, 0, 1));
        let wrong = errors(&partner, &view).await;
        assert_eq!((wrong[0].pointer.clone(), wrong[0].code), (format!("/{field}"), RowCode::from(code)));
    }
    let mut edit = offer.json();
    edit.insert("quota".to_owned(), json!(3));
    assert_eq!(done(&partner, "", &[json!(edit)]).await.counts, counts(0, 1, 0, 0));
}

async fn sandboxed(partner: &Partner, rows: &[serde_json::Value]) -> shared::import::ImportCounts {
    let answer = send(&partner.sandbox, partner, "", NDJSON, lines(rows)).await.status(202);
    let import = answer.json();
    let elsewhere = Partner { program: partner.sandbox.clone(), ..partner.clone() };
    over(&elsewhere, &import).await.counts
}

async fn the_sandbox_needs_no_review(market: Market) {
    let partner = market.partner().await;
    let later = row("later", |o| _ = o.insert("starts_at".to_owned(), json!("2035-01-01T00:00:00Z")));
    assert_eq!(sandboxed(&partner, &[rows(2), vec![later]].concat()).await, counts(3, 0, 0, 0));
    assert!(offers(&partner).await.is_empty(), "the partner's own offers are others");
    let sandbox = Partner { program: partner.sandbox.clone(), ..partner.clone() };
    let there = offers(&sandbox).await;
    assert_eq!((there["o-0"].state, there["later"].state), (OfferState::Published, OfferState::Scheduled));
    market.anon().get(&format!("/offers/{}", there["o-0"].id)).await.status(404);
    assert_eq!(
        sandboxed(&partner, &[row("o-0", |o| _ = o.insert("quota".to_owned(), json!(5)))]).await,
        counts(0, 1, 0, 0)
    );
    let now = offers(&sandbox).await.remove("o-0").expect("o-0");
    assert_eq!((now.state, now.offer.quota, now.pending.is_none()), (OfferState::Published, Some(5), true));
}
