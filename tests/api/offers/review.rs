//! The ministry's review: what waits, what an edit would change, what becomes of it.

use serde_json::{Value, json};
use shared::{
    Code, FieldCode,
    offer::{Action, BulkResult, Change, ManagedOffers, OfferState, PartnerOffer, ReviewOffer},
};
use tests::{
    Market, Offer, Partner,
    offer::{act, edit, is_of_version},
    on_both,
};

on_both!(
    an_edit_of_a_public_offer_waits_and_takes_its_place,
    a_refused_edit_leaves_the_offer_as_it_is,
    an_offer_and_an_edit_are_taken_back,
    the_queue_has_offers_and_edits_that_wait,
    an_edit_is_held_against_what_was_claimed_meanwhile,
    many_are_approved_at_once,
    nothing_waits_of_an_offer_that_is_over,
);

/// A published offer of a partner, and an edit of it that waits.
async fn waiting(market: &Market, partner: &Partner, offer: &Offer, patch: &Value) -> PartnerOffer {
    let live = offer.in_state_at(market, &partner.slug, OfferState::Published).await;
    edit(&partner.editor, &live, patch).await.ok()
}

async fn an_edit_of_a_public_offer_waits_and_takes_its_place(market: Market) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    let patch = json!({"quota": 9, "title": {"az": "Yeni ad", "ru": null}, "terms": {"months": 2}});
    let offer = waiting(&market, &partner, &Offer::once().quota(5), &patch).await;
    let pending = offer.pending.clone().expect("an edit that waits");
    assert_eq!((offer.state, offer.offer.quota, pending.offer.quota), (OfferState::Published, Some(5), Some(9)));
    for action in [Action::Approve, Action::Reject, Action::Withdraw, Action::Pause] {
        assert!(offer.allowed.contains(&action), "{action:?}");
    }
    assert_eq!(market.offer(offer.id).await.card.title, offer.offer.title, "everybody sees what was there");
    let answer = admin.get(&format!("/admin/offers/{}", offer.id)).await.status(200);
    assert!(is_of_version(answer.header("etag").expect("a tag"), offer.version));
    let review: ReviewOffer = answer.json();
    assert_eq!(review.offer, offer);
    let mut places: Vec<&Change> = review.changes.iter().collect();
    places.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    let places: Vec<_> = places.into_iter().map(|c| (c.pointer.as_str(), &c.before, &c.after)).collect();
    let title = |lang: &str| serde_json::to_value(&offer.offer.title).unwrap()[lang].clone();
    assert_eq!(
        places,
        [
            ("/quota", &json!(5), &json!(9)),
            ("/terms/months", &json!(1), &json!(2)),
            ("/title/az", &title("az"), &json!("Yeni ad")),
            ("/title/ru", &title("ru"), &Value::Null),
        ]
    );
    let after: PartnerOffer = act(&admin, &offer, "approve").await.ok();
    assert_eq!((after.state, &after.offer, &after.pending), (OfferState::Published, &pending.offer, &None));
    assert!(after.version > offer.version && !after.allowed.contains(&Action::Approve));
    let seen = market.offer(offer.id).await;
    assert_eq!((seen.card.title.az.as_str(), seen.card.quota), ("Yeni ad", Some(9)));
    act(&admin, &after, "approve").await.refused(Code::StateConflict);
}

async fn a_refused_edit_leaves_the_offer_as_it_is(market: Market) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    let offer = waiting(&market, &partner, &Offer::once(), &json!({"claim_days": 7})).await;
    let after: PartnerOffer = act(&admin, &offer, "reject").await.ok();
    assert_eq!((after.state, &after.offer, &after.pending), (OfferState::Published, &offer.offer, &None));
    assert_eq!(after.rejection.as_deref(), Some("Şərtlər aydın deyil."));
    act(&admin, &after, "reject").await.refused(Code::StateConflict);
    market.educator().await.claimed(offer.id).await;
    // The next edit asks again.
    let again: PartnerOffer = edit(&partner.editor, &after, &json!({"claim_days": 8})).await.ok();
    assert_eq!((again.rejection, again.pending.map(|p| p.offer.claim_days)), (None, Some(8)));
}

async fn an_offer_and_an_edit_are_taken_back(market: Market) {
    let partner = market.partner().await;
    let submitted = Offer::once().in_state_at(&market, &partner.slug, OfferState::InReview).await;
    assert!(submitted.allowed.contains(&Action::Withdraw));
    let path = |offer: &PartnerOffer| partner.path(&format!("/offers/{}/withdraw", offer.id));
    let back: PartnerOffer = partner.editor.post(&path(&submitted)).await.ok();
    assert_eq!((back.state, &back.offer), (OfferState::Draft, &submitted.offer));
    partner.editor.post(&path(&back)).await.refused(Code::StateConflict);
    let offer = waiting(&market, &partner, &Offer::once(), &json!({"claim_days": 7})).await;
    let back: PartnerOffer = partner.program.post(&path(&offer)).await.ok();
    assert_eq!((back.state, &back.offer, &back.pending), (OfferState::Published, &offer.offer, &None));
    partner.editor.post(&path(&back)).await.refused(Code::StateConflict);
}

async fn the_queue_has_offers_and_edits_that_wait(market: Market) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    let submitted = Offer::once().in_state_at(&market, &partner.slug, OfferState::InReview).await;
    let edited = waiting(&market, &partner, &Offer::once(), &json!({"claim_days": 7})).await;
    let live = Offer::once().in_state_at(&market, &partner.slug, OfferState::Published).await;
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let list: ManagedOffers = admin.get(&format!("/admin/offers?waiting=true&limit=50{cursor}")).await.ok();
        assert!(list.items.iter().all(|o| o.state == OfferState::InReview || o.pending.is_some()));
        seen.extend(list.items.iter().map(|o| o.id));
        let Some(next) = list.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert!(seen.contains(&submitted.id) && seen.contains(&edited.id) && !seen.contains(&live.id));
    let mine: ManagedOffers = partner.editor.get(&partner.path("/offers?waiting=false")).await.ok();
    assert_eq!(mine.items.iter().map(|o| o.id).collect::<Vec<_>>(), [live.id]);
}

async fn an_edit_is_held_against_what_was_claimed_meanwhile(market: Market) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    let offer = waiting(&market, &partner, &Offer::once().quota(5), &json!({"quota": 2})).await;
    for educator in market.educators(3).await {
        educator.claimed(offer.id).await;
    }
    act(&admin, &offer, "approve").await.wrong_at(Code::InvalidInput, &[("/quota", FieldCode::OutOfRange)]);
    let again: PartnerOffer = edit(&partner.editor, &offer, &json!({"quota": 3})).await.ok();
    let after: PartnerOffer = act(&admin, &again, "approve").await.ok();
    assert_eq!((after.offer.quota, after.claimed), (Some(3), 3));
    market.educator().await.claim(offer.id).await.refused(Code::QuotaExhausted);
    market.place.db().await.check_ledger().await;
}

async fn many_are_approved_at_once(market: Market) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    let submitted = Offer::once().in_state_at(&market, &partner.slug, OfferState::InReview).await;
    let edited = waiting(&market, &partner, &Offer::once(), &json!({"claim_days": 7})).await;
    let bad = waiting(&market, &partner, &Offer::once().quota(5), &json!({"quota": 1})).await;
    for educator in market.educators(2).await {
        educator.claimed(bad.id).await;
    }
    let draft = Offer::once().draft_at(&market, &partner.slug).await;
    let nobody = shared::OfferId(uuid::Uuid::now_v7());
    let ids = json!({"ids": [submitted.id, edited.id, bad.id, draft.id, nobody]});
    let result: BulkResult = admin.send("/admin/offers/approve", &ids).await.ok();
    assert_eq!((result.done, result.refused), (2, 3));
    let outcomes: Vec<_> = result.items.iter().map(|i| (i.id, i.done, i.state, i.code)).collect();
    assert_eq!(
        outcomes,
        [
            (submitted.id, true, Some(OfferState::Published), None),
            (edited.id, true, Some(OfferState::Published), None),
            (bad.id, false, Some(OfferState::Published), Some(Code::InvalidInput)),
            (draft.id, false, Some(OfferState::Draft), Some(Code::StateConflict)),
            (nobody, false, None, Some(Code::NotFound)),
        ]
    );
    assert_eq!(result.items[2].errors[0].pointer, "/quota");
    assert!(result.items[3].message.as_ref().is_some_and(|m| !m.is_empty()));
    assert_eq!(market.offer(edited.id).await.claim_days, 7);
    market.educator().await.claimed(submitted.id).await;
    for wrong in [json!([]), json!([draft.id, draft.id])] {
        let answer = admin.send("/admin/offers/approve", &json!({"ids": wrong})).await;
        answer.refused(Code::InvalidInput);
    }
}

async fn nothing_waits_of_an_offer_that_is_over(market: Market) {
    let partner = market.partner().await;
    let offer = waiting(&market, &partner, &Offer::once(), &json!({"claim_days": 7})).await;
    let over: PartnerOffer = act(&partner.editor, &offer, "end").await.ok();
    assert_eq!((over.state, over.pending, over.allowed), (OfferState::Ended, None, vec![]));
}
