//! `PATCH` and `DELETE` of a partner's offer: versions, merging, what claims forbid.

use serde_json::json;
use shared::{
    Code, FieldCode,
    offer::{OfferState, PartnerOffer},
};
use tests::{
    Market, Offer,
    offer::{edit, is_of_version, tag},
    on_both,
};

on_both!(
    a_change_needs_the_version_that_was_read,
    a_patch_is_merged,
    a_wrong_patch_changes_nothing,
    the_quota_never_falls_below_what_is_claimed,
    two_changes_at_once_do_not_overwrite_each_other,
);

async fn a_change_needs_the_version_that_was_read(market: Market) {
    let admin = market.admin().await;
    let first = Offer::once().draft(&market).await;
    let path = format!("/partners/azercell/offers/{}", first.id);
    let patch = json!({"claim_days": 10});
    admin.patch(&path, &patch).await.refused(Code::PreconditionRequired);
    admin.delete(&path).await.refused(Code::PreconditionRequired);
    let answer = edit(&admin, &first, &patch).await.status(200);
    let second: PartnerOffer = answer.json();
    assert_eq!((second.version, second.offer.claim_days), (first.version + 1, 10));
    assert!(is_of_version(answer.header("etag").expect("a tag"), second.version));
    for stale in [tag(&first), format!("W/{}", tag(&second)), "\"x\"".to_owned()] {
        let answer = admin.patch(&path, &json!({"claim_days": 11})).header("if-match", &stale).await;
        let problem = answer.refused(Code::StaleVersion);
        assert_eq!(problem.extra["version"], json!(second.version), "{stale}");
        admin.delete(&path).header("if-match", &stale).await.refused(Code::StaleVersion);
    }
    admin.patch(&path, &json!({"claim_days": 12})).header("if-match", "*").await.status(200);
    admin.delete(&path).header("if-match", "*").await.done();
    admin.get(&path).await.refused(Code::NotFound);
}

async fn a_patch_is_merged(market: Market) {
    let admin = market.admin().await;
    let first = Offer::once().quota(5).draft(&market).await;
    let patch = json!({"title": {"ru": null}, "quota": null, "terms": {"months": 3}, "summary": null});
    let second: PartnerOffer = edit(&admin, &first, &patch).await.ok();
    assert_eq!(second.offer.title.az, first.offer.title.az);
    assert_eq!((second.offer.title.ru, second.offer.quota, second.offer.summary), (None, None, None));
    assert_eq!((&second.offer.terms["months"], &second.offer.terms["data_mb"]), (&json!(3), &json!(10_000)));
    assert_eq!(second.offer.how_to_use, first.offer.how_to_use);
}

async fn a_wrong_patch_changes_nothing(market: Market) {
    let admin = market.admin().await;
    let first = Offer::once().draft(&market).await;
    for (patch, place, code) in [
        (json!({"quota": 0}), "/quota", FieldCode::OutOfRange),
        (json!({"colour": 1}), "/colour", FieldCode::UnknownField),
        (json!({"title": null}), "/title", FieldCode::Required),
        (json!({"title": {"az": null}}), "/title/az", FieldCode::Required),
        (json!({"terms": {"data_mb": -4}}), "/terms/data_mb", FieldCode::WrongType),
    ] {
        edit(&admin, &first, &patch).await.wrong_at(Code::InvalidInput, &[(place, code)]);
    }
    for body in ["[]", "7", "\"x\"", "null"] {
        let path = format!("/partners/azercell/offers/{}", first.id);
        let ask = admin.patch(&path, &json!({})).header("if-match", tag(&first)).body(body.to_owned()).await;
        assert!([400, 422].contains(&ask.status), "{body}: {}", ask.text());
    }
    assert_eq!(market.managed(first.id).await, first);
}

async fn the_quota_never_falls_below_what_is_claimed(market: Market) {
    let admin = market.admin().await;
    let offer = Offer::once().quota(5).publish(&market).await;
    for educator in market.educators(3).await {
        educator.claimed(offer.id).await;
    }
    let now = market.managed(offer.id).await;
    assert_eq!(now.claimed, 3);
    let answer = edit(&admin, &now, &json!({"quota": 2})).await;
    answer.wrong_at(Code::InvalidInput, &[("/quota", FieldCode::OutOfRange)]);
    edit(&admin, &now, &json!({"period": "monthly"}))
        .await
        .wrong_at(Code::InvalidInput, &[("/period", FieldCode::NotAllowed)]);
    let now: PartnerOffer = edit(&admin, &now, &json!({"quota": 3})).await.ok();
    assert_eq!(now.state, OfferState::Published);
    market.educator().await.claim(offer.id).await.refused(Code::QuotaExhausted);
    let _: PartnerOffer = edit(&admin, &now, &json!({"quota": 4})).await.ok();
    market.educator().await.claimed(offer.id).await;
    market.educator().await.claim(offer.id).await.refused(Code::QuotaExhausted);
}

async fn two_changes_at_once_do_not_overwrite_each_other(market: Market) {
    let admin = market.admin().await;
    let offer = Offer::once().draft(&market).await;
    let changes = (1..=8).map(|days| {
        let (admin, offer) = (&admin, &offer);
        async move { (days, edit(admin, offer, &json!({"claim_days": days})).await) }
    });
    let answers = futures_util::future::join_all(changes).await;
    let won: Vec<_> = answers.iter().filter(|(_, a)| a.status == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    for (_, answer) in answers.iter().filter(|(_, a)| a.status != 200) {
        answer.refused(Code::StaleVersion);
    }
    assert_eq!(i32::from(market.managed(offer.id).await.offer.claim_days), won[0].0);
}
