//! What a partner says of itself.

use serde_json::json;
use shared::{
    Code, FieldCode,
    partner::{PartnerProfile, PartnerView},
};
use tests::{Market, Offer, offer::is_of_version, on_both};

on_both!(a_profile_changes_from_the_version_that_was_read, only_the_ministry_changes_the_name);

async fn a_profile_changes_from_the_version_that_was_read(market: Market) {
    let partner = market.partner().await;
    let path = partner.path("/profile");
    let answer = partner.cashier.get(&path).await;
    let tag = answer.header("etag").expect("a tag").to_owned();
    assert!(is_of_version(&tag, 1) && answer.ok::<PartnerProfile>().version == 1, "{tag}");
    let change = json!({"about": {"az": "Rabitə", "ru": "Связь"}, "website": "https://rabite.example.az"});
    partner.owner.patch(&path, &change).await.refused(Code::PreconditionRequired);
    let changed: PartnerProfile = partner.owner.patch(&path, &change).header("if-match", &tag).await.ok();
    assert_eq!((changed.version, changed.website.as_deref()), (2, Some("https://rabite.example.az")));
    let stale = partner.owner.patch(&path, &json!({})).header("if-match", &tag).await.refused(Code::StaleVersion);
    assert_eq!(stale.extra["version"], 2);

    // Merged: what is left out stays, null removes.
    let merge = json!({"about": {"ru": null}, "contact_phone": "+994 12 555 00 01"});
    let merged: PartnerProfile = partner.owner.patch(&path, &merge).header("if-match", "\"v2\"").await.ok();
    let about = merged.about.expect("still there");
    assert_eq!((about.az.as_str(), about.ru), ("Rabitə", None));
    assert_eq!(merged.website.as_deref(), Some("https://rabite.example.az"));
    let wrong = json!({"website": "ftp://x.az", "slug": "other"});
    let answer = partner.owner.patch(&path, &wrong).header("if-match", "*").await;
    answer.wrong_at(Code::InvalidInput, &[("/slug", FieldCode::UnknownField)]);
    let seen: PartnerView = market.anon().get(&partner.path("")).await.ok();
    assert_eq!(seen.website, merged.website);
}

async fn only_the_ministry_changes_the_name(market: Market) {
    let partner = market.partner().await;
    let offer = Offer::once().publish_at(&market, &partner.slug).await;
    let (path, name) = (partner.path("/profile"), json!({"name": " Yeni   Ad "}));
    let answer = partner.owner.patch(&path, &name).header("if-match", "*").await;
    answer.wrong_at(Code::InvalidInput, &[("/name", FieldCode::NotAllowed)]);
    let admin = market.admin().await;
    let renamed: PartnerProfile = admin.patch(&path, &name).header("if-match", "*").await.ok();
    assert_eq!(renamed.name, "Yeni Ad");
    assert_eq!(market.offer(offer.id).await.card.partner.name, "Yeni Ad", "also on what is published");
}
