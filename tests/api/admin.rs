//! What the ministry does: people, moderation, the audit log.

use serde_json::{Value, json};
use shared::{
    Code, FieldCode, Page,
    account::{AdminUser, Me, Role},
    offer::{OfferState, PartnerOffer},
};
use tests::{Market, Offer, on_both, people};

on_both!(
    a_role_is_confirmed_and_taken_back,
    another_role_counts_as_unconfirmed,
    people_are_found_by_their_address,
    the_queue_has_what_waits_for_review,
    a_refusal_needs_a_reason_that_the_partner_reads,
    every_action_is_in_the_audit_log,
);

async fn a_role_is_confirmed_and_taken_back(market: Market) {
    let admin = market.admin().await;
    let person = market.signed_up(Role::Educator).await;
    let me = || async { person.caller.get("/me").await.ok::<Me>() };
    assert!(!me().await.role_verified);
    assert!(people::confirm(&admin, person.id).await.role_verified);
    assert!(me().await.role_verified);
    let path = format!("/admin/users/{}", person.id);
    let back: AdminUser = admin.patch(&path, &json!({"role_verified": false})).await.ok();
    assert!(!back.role_verified);
    assert!(!me().await.role_verified);
}

async fn another_role_counts_as_unconfirmed(market: Market) {
    let admin = market.admin().await;
    let person = market.signed_up(Role::Educator).await;
    people::confirm(&admin, person.id).await;
    let path = format!("/admin/users/{}", person.id);
    let changed: AdminUser = admin.patch(&path, &json!({"role": "institution_head"})).await.ok();
    assert_eq!((changed.role, changed.role_verified), (Role::InstitutionHead, false));
    let both = json!({"role": "educator", "role_verified": true});
    let changed: AdminUser = admin.patch(&path, &both).await.ok();
    assert_eq!((changed.role, changed.role_verified), (Role::Educator, true));
    admin
        .patch(&path, &json!({"email": "x@y.az"}))
        .await
        .wrong_at(Code::InvalidInput, &[("/email", FieldCode::UnknownField)]);
    let nobody = "/admin/users/0190163d-8694-739b-aea5-966c26f8ad91";
    admin.patch(nobody, &json!({"role_verified": true})).await.refused(Code::NotFound);
}

async fn people_are_found_by_their_address(market: Market) {
    let admin = market.admin().await;
    let person = people::register(&market.anon(), Role::Learner).await;
    let found = people::find(&admin, &person.email).await;
    assert_eq!((found.id, found.role, found.email_verified), (person.id, Role::Learner, false));
}

async fn the_queue_has_what_waits_for_review(market: Market) {
    let waiting = Offer::once().in_state(&market, OfferState::InReview).await;
    let draft = Offer::once().draft(&market).await;
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let path = format!("/admin/offers?state=in_review&limit=50{cursor}");
        let page: Page<PartnerOffer> = market.admin().await.get(&path).await.ok();
        assert!(page.items.iter().all(|o| o.state == OfferState::InReview));
        seen.extend(page.items.iter().map(|o| o.id));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert!(seen.contains(&waiting.id) && !seen.contains(&draft.id));
}

async fn a_refusal_needs_a_reason_that_the_partner_reads(market: Market) {
    let admin = market.admin().await;
    let offer = Offer::once().in_state(&market, OfferState::InReview).await;
    let path = format!("/admin/offers/{}/reject", offer.id);
    admin.send(&path, &json!({})).await.wrong_at(Code::InvalidInput, &[("/reason", FieldCode::Required)]);
    admin.send(&path, &json!({"reason": " "})).await.wrong_at(Code::InvalidInput, &[("/reason", FieldCode::Required)]);
    let refused: PartnerOffer = admin.send(&path, &json!({"reason": "Qiymət yoxdur."})).await.ok();
    assert_eq!(refused.rejection.as_deref(), Some("Qiymət yoxdur."));
    let edited: PartnerOffer = tests::offer::act(&admin, &refused, "edit").await.ok();
    let again: PartnerOffer = tests::offer::act(&admin, &edited, "submit").await.ok();
    assert_eq!((again.state, again.rejection), (OfferState::InReview, None));
}

async fn every_action_is_in_the_audit_log(market: Market) {
    let admin = market.admin().await;
    let offer = Offer::once().in_state(&market, OfferState::Ended).await;
    let person = market.signed_up(Role::Educator).await;
    people::confirm(&admin, person.id).await;
    let (mut cursor, mut rows) = (String::new(), Vec::new());
    for _ in 0..20 {
        let page: Page<Value> = admin.get(&format!("/admin/audit?limit=100{cursor}")).await.ok();
        rows.extend(page.items);
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    let about = |id: String| -> Vec<String> {
        let mine = rows.iter().filter(|r| r["subject"].as_str().is_some_and(|s| s.contains(&id)));
        mine.map(|r| r["action"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(about(offer.id.to_string()), ["offer.end", "offer.approve", "offer.submit", "offer.create"]);
    assert_eq!(about(person.id.to_string()).len(), 1, "{:?}", about(person.id.to_string()));
}
