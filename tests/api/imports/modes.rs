//! What an upload does with its rows: `upsert`, `patch`, `replace_all`, `dry_run`, `on_error`.

use serde_json::{Value, json};
use shared::{
    import::{FileCode, ImportState, RowCode},
    offer::OfferState,
};
use tests::{Market, Partner, on_both};

use super::{NDJSON, counts, done, errors, offers, over, row, rows, send};

on_both!(
    the_same_again_changes_nothing,
    upsert_writes_the_whole_offer,
    patch_changes_what_it_names,
    replace_all_ends_what_is_missing,
    replace_all_stops_before_it_ends_too_much,
    what_failed_is_not_missing,
    a_dry_run_tells_the_same_and_writes_nothing,
    reject_all_applies_all_or_nothing
);

async fn the_same_again_changes_nothing(market: Market) {
    let partner = market.partner().await;
    let rows = rows(30);
    assert_eq!(done(&partner, "", &rows).await.counts, counts(30, 0, 0, 0));
    let before = offers(&partner).await;
    assert_eq!(done(&partner, "", &rows).await.counts, counts(0, 0, 30, 0));
    assert_eq!(done(&partner, "?mode=patch", &rows).await.counts, counts(0, 0, 30, 0));
    assert_eq!(done(&partner, "?mode=replace_all", &rows).await.counts, counts(0, 0, 30, 0));
    assert_eq!(offers(&partner).await, before, "no new version, no new time");
}

async fn upsert_writes_the_whole_offer(market: Market) {
    let partner = market.partner().await;
    let full = row("a", |o| {
        o.insert("quota".to_owned(), json!(10));
        o.insert("regions".to_owned(), json!(["baku"]));
    });
    done(&partner, "", &[full]).await;
    let second = row("a", |o| _ = o.insert("title".to_owned(), json!({"az": "Başqa ad"})));
    assert_eq!(done(&partner, "", &[second]).await.counts, counts(0, 1, 0, 0));
    let offers = offers(&partner).await;
    let draft = &offers["a"].offer;
    assert_eq!((draft.title.az.as_str(), draft.quota, draft.regions.len()), ("Başqa ad", None, 0), "as in the file");
    assert_eq!((offers["a"].version, offers["a"].state), (2, OfferState::InReview));
}

async fn patch_changes_what_it_names(market: Market) {
    let partner = market.partner().await;
    done(&partner, "", &[row("a", |o| _ = o.insert("quota".to_owned(), json!(10))), row("b", |_| {})]).await;
    let before = offers(&partner).await;
    let patches = [
        json!({"external_id": "a", "title": {"ru": "Пакет"}, "terms": {"data_mb": 5}}),
        json!({"external_id": "b", "summary": null}),
        json!({"external_id": "c", "quota": 3}),
    ];
    let view = done(&partner, "?mode=patch", &patches).await;
    assert_eq!(
        (view.counts.updated, view.counts.created, view.counts.failed),
        (2, 0, 1),
        "a new offer needs all fields"
    );
    let after = offers(&partner).await;
    let (a, b) = (&after["a"].offer, &after["b"].offer);
    let mut expected = before["a"].offer.clone();
    expected.title.ru = Some("Пакет".to_owned());
    expected.terms.insert("data_mb".to_owned(), json!(5));
    assert_eq!(*a, expected, "what is left out stays");
    assert_eq!((b.summary.clone(), &b.title), (None, &before["b"].offer.title));
    assert!(!after.contains_key("c"));
    // Null takes a field away that must be there.
    let view = done(&partner, "?mode=patch", &[json!({"external_id": "a", "kind": null})]).await;
    assert_eq!(view.counts, counts(0, 0, 0, 1));
    let wrong = errors(&partner, &view).await;
    assert_eq!((wrong[0].pointer.as_str(), wrong[0].code), ("/kind", RowCode::Required));
}

/// Publishes some of a partner's offers, as the ministry does.
async fn approve(market: &Market, partner: &Partner, names: &[&str]) {
    let (admin, offers) = (market.admin().await, offers(partner).await);
    for name in names {
        admin.post(&format!("/admin/offers/{}/approve", offers[*name].id)).await.status(200);
    }
}

async fn states(partner: &Partner) -> Vec<(String, OfferState)> {
    let mut states: Vec<_> = offers(partner).await.into_iter().map(|(name, offer)| (name, offer.state)).collect();
    states.sort_by(|a, b| a.0.cmp(&b.0));
    states
}

async fn replace_all_ends_what_is_missing(market: Market) {
    let partner = market.partner().await;
    let all = rows(10);
    done(&partner, "", &all).await;
    approve(&market, &partner, &["o-0", "o-1", "o-2", "o-3", "o-4", "o-5", "o-6", "o-7", "o-8"]).await;
    done(&partner, "?submit=false", &[row("draft", |_| {})]).await;
    // An offer without a name of the partner's own is in no assortment.
    tests::Offer::once().in_state_at(&market, &partner.slug, OfferState::Published).await;
    let rest = [&all[..8], &[row("new", |_| {})]].concat();
    let query = "?mode=replace_all&max_delete_percent=20";
    let dry = done(&partner, &format!("{query}&dry_run=true"), &rest).await;
    let view = done(&partner, query, &rest).await;
    assert_eq!((view.state, view.counts), (ImportState::Finished, view.counts));
    assert_eq!((view.counts.created, view.counts.unchanged, view.counts.ended), (1, 8, 2));
    assert_eq!(dry.counts, view.counts, "the dry run told the same");
    let states = states(&partner).await;
    let of = |name: &str| states.iter().find(|(n, _)| n == name).map(|(_, state)| *state).unwrap();
    assert_eq!((of("o-8"), of("o-7"), of("new")), (OfferState::Ended, OfferState::Published, OfferState::InReview));
    assert_eq!(
        (of("o-9"), of("draft")),
        (OfferState::Draft, OfferState::Draft),
        "taken back from review; never handed in"
    );
    assert_eq!(of(""), OfferState::Published);
    // The end is seen by everybody.
    let ended = offers(&partner).await["o-8"].id;
    tests::eventually("the catalogue shows the end", || async {
        (market.offer(ended).await.card.state == OfferState::Ended).then_some(())
    })
    .await;
    // An offer that is over stays so.
    let view = done(&partner, "", &[row("o-8", |o| _ = o.insert("quota".to_owned(), json!(5)))]).await;
    assert_eq!((view.counts.failed, errors(&partner, &view).await[0].code), (1, RowCode::OfferEnded));
    assert_eq!(done(&partner, "", &all[8..9]).await.counts, counts(0, 0, 1, 0));
}

async fn replace_all_stops_before_it_ends_too_much(market: Market) {
    let partner = market.partner().await;
    let all = rows(10);
    done(&partner, "", &all).await;
    let before = offers(&partner).await;
    for dry in ["", "&dry_run=true"] {
        let view = done(&partner, &format!("?mode=replace_all{dry}"), &all[..7]).await;
        assert_eq!(view.state, ImportState::Failed);
        let failure = view.failure.expect("a reason");
        assert_eq!(failure.code, FileCode::TooManyDeletes);
        assert_eq!(failure.count, Some(3));
        assert_eq!((view.counts.ended, view.counts.unchanged), (0, 7));
    }
    assert_eq!(offers(&partner).await, before);
    let view = done(&partner, "?mode=replace_all&max_delete_percent=30", &all[..7]).await;
    assert_eq!((view.state, view.counts.ended), (ImportState::Finished, 3));
    // An empty file would end everything.
    let query = "?mode=replace_all&max_delete_percent=100";
    let import = send(&partner.program, &partner, query, NDJSON, "\n\n").await.status(202).json();
    let view = over(&partner, &import).await;
    assert_eq!((view.state, view.counts.ended), (ImportState::Failed, 0));
    assert_eq!(view.failure.map(|failure| failure.code), Some(FileCode::EmptyFile));
}

async fn what_failed_is_not_missing(market: Market) {
    let partner = market.partner().await;
    let all = rows(5);
    done(&partner, "", &all).await;
    let mut broken = all.clone();
    broken[2]["quota"] = json!(0);
    let view = done(&partner, "?mode=replace_all&max_delete_percent=0", &broken).await;
    assert_eq!((view.state, view.counts.ended, view.counts.failed), (ImportState::Finished, 0, 1));
    // A row that failed without a name may have been about any offer.
    broken[2] = json!({"quota": 3});
    let view = done(&partner, "?mode=replace_all&max_delete_percent=100", &broken).await;
    assert_eq!((view.state, view.counts.ended), (ImportState::Failed, 0));
    assert_eq!(view.failure.map(|failure| failure.code), Some(FileCode::NamelessRows));
}

/// Right and wrong ones, new and known.
fn mixed() -> Vec<Value> {
    let mut rows = rows(40);
    rows[3]["quota"] = json!(0);
    rows[7]["audience"] = json!(["king"]);
    rows[11]["title"] = json!({"az": "Dəyişib"});
    rows.push(row("o-5", |_| {}));
    rows
}

async fn a_dry_run_tells_the_same_and_writes_nothing(market: Market) {
    let partner = market.partner().await;
    done(&partner, "", &rows(20)).await;
    let before = offers(&partner).await;
    let dry = done(&partner, "?dry_run=true", &mixed()).await;
    assert!(dry.dry_run);
    assert_eq!(offers(&partner).await, before);
    let real = done(&partner, "", &mixed()).await;
    assert_eq!((dry.counts, dry.state), (real.counts, real.state));
    assert_eq!(real.counts, counts(20, 1, 17, 3));
    assert_eq!(errors(&partner, &dry).await, errors(&partner, &real).await);
    assert_eq!(offers(&partner).await.len(), 40);
}

async fn reject_all_applies_all_or_nothing(market: Market) {
    let partner = market.partner().await;
    for dry in ["&dry_run=true", ""] {
        let view = done(&partner, &format!("?on_error=reject_all{dry}"), &mixed()).await;
        assert_eq!(view.state, ImportState::Failed);
        assert_eq!(view.failure.as_ref().map(|failure| failure.code), Some(FileCode::RowsRefused));
        assert_eq!((view.counts.read, view.counts.failed, view.counts.created), (41, 3, 0));
        assert_eq!(errors(&partner, &view).await.len(), 3);
    }
    assert!(offers(&partner).await.is_empty());
    let right = rows(25);
    let dry = done(&partner, "?on_error=reject_all&dry_run=true", &right).await;
    assert!(offers(&partner).await.is_empty());
    let view = done(&partner, "?on_error=reject_all", &right).await;
    assert_eq!((view.state, view.counts), (ImportState::Finished, counts(25, 0, 0, 0)));
    assert_eq!(dry.counts, view.counts);
    assert_eq!(view.bytes_done, view.bytes);
    assert_eq!(offers(&partner).await.len(), 25);
}
