//! What the ministry does with partners.

use serde_json::json;
use shared::{
    Code, Page,
    offer::{OfferList, OfferState, OfferView},
    partner::{AdminPartner, PartnerState},
};
use tests::{Market, Offer, eventually, on_both};

on_both!(a_suspended_partners_offers_are_not_claimed_anywhere, partners_are_found);

async fn a_suspended_partners_offers_are_not_claimed_anywhere(market: Market) {
    let (partner, other, admin) = (market.partner().await, market.again().await, market.admin().await);
    let offer = Offer::once().quota(9).publish_at(&market, &partner.slug).await;
    let listed = |market: Market| {
        let path = format!("/offers?partner={}", partner.slug);
        async move { market.anon().get(&path).await.ok::<OfferList>().total }
    };
    eventually("it is listed everywhere", || async { (listed(other.clone()).await == 1).then_some(()) }).await;
    let held = market.learner().await.claimed(offer.id).await;
    let path = format!("/admin/partners/{}", partner.id);

    let reason = json!({"reason": "Şikayətlər yoxlanılır."});
    let suspended: AdminPartner = admin.send(&format!("{path}/suspend"), &reason).await.ok();
    assert_eq!(suspended.profile.state, PartnerState::Suspended);
    assert_eq!(listed(market.clone()).await, 0);
    // The claim desk refuses at once in every process, whatever it remembers of the offer.
    market.learner().await.claim(offer.id).await.refused(Code::OfferNotOpen);
    market.learner().await.at(&other.server.url).claim(offer.id).await.refused(Code::OfferNotOpen);
    eventually("it leaves the other's list", || async { (listed(other.clone()).await == 0).then_some(()) }).await;
    let shown: OfferView = market.offer(offer.id).await;
    assert_eq!(shown.card.state, OfferState::Paused, "people hold codes of it, so its page stays");
    assert!(held.redeemed_at.is_none());
    let problem =
        partner.program.send(&partner.path("/offers"), &Offer::once().0).await.refused(Code::PartnerNotActive);
    assert_eq!(problem.extra["state"], "suspended");
    partner.program.get(&partner.path("/offers")).await.status(200);

    admin.post(&format!("{path}/reinstate")).await.status(200);
    assert_eq!(listed(market.clone()).await, 1);
    eventually("it is back in the other's list", || async { (listed(other.clone()).await == 1).then_some(()) }).await;
    market.learner().await.claimed(offer.id).await;
    market.learner().await.at(&other.server.url).claimed(offer.id).await;
    market.place.db().await.check_ledger().await;
}

async fn partners_are_found(market: Market) {
    let admin = market.admin().await;
    let (partner, _) = (market.partner().await, market.partner().await);
    let find = |query: String| {
        let admin = admin.clone();
        async move { admin.get(&format!("/admin/partners?{query}")).await.ok::<Page<AdminPartner>>() }
    };
    let found = find(format!("q={}&state=active", partner.slug)).await;
    assert!(found.items.iter().any(|p| p.profile.id == partner.id && p.owners.len() == 1));
    assert!(found.items.iter().all(|p| !p.profile.slug.contains("sandbox")));
    let by_name = find("q=n%C3%BCmun%C9%99%20telekom".to_owned()).await;
    assert!(by_name.items.iter().any(|p| p.profile.slug == "numune"), "{by_name:?}");
    for literal in ["_", "%25", "%25%25", "a_c", "%5C", "%5C_", "%27"] {
        let found = find(format!("limit=100&q={literal}")).await.items;
        assert!(found.is_empty(), "{literal} stands for itself: {found:?}");
    }
    let (mut cursor, mut slugs) = (String::new(), Vec::new());
    loop {
        let page = find(format!("limit=7{cursor}")).await;
        slugs.extend(page.items.into_iter().map(|p| p.profile.slug));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    let mut once = slugs.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), slugs.len());
    assert!(slugs.contains(&"azercell".to_owned()) && slugs.contains(&partner.slug));
}
