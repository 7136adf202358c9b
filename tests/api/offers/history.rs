//! Versions and previews.

use serde_json::json;
use shared::{
    Code, Page,
    account::Me,
    offer::{AuthorKind, OfferState, OfferVersion, OfferVersionView, OfferView, PartnerOffer},
};
use tests::{
    Market, Offer,
    offer::{act, edit},
    on_both,
};

on_both!(every_version_says_who_did_what, a_version_can_be_read_in_full, a_preview_shows_what_was_written_last);

async fn every_version_says_who_did_what(market: Market) {
    use AuthorKind::{Member, Ministry, Program};
    use OfferState::{Draft, InReview, Published};

    let (admin, partner) = (market.admin().await, market.partner().await);
    let draft = Offer::once().quota(5);
    let offer: PartnerOffer = partner.editor.send(&partner.path("/offers"), &draft.0).await.created();
    let offer: PartnerOffer = edit(&partner.program, &offer, &json!({"quota": 6, "title": {"az": "B"}})).await.ok();
    let offer: PartnerOffer = act(&partner.owner, &offer, "submit").await.ok();
    let offer: PartnerOffer = act(&admin, &offer, "approve").await.ok();
    let offer: PartnerOffer = edit(&partner.editor, &offer, &json!({"claim_days": 9})).await.ok();
    let offer: PartnerOffer = act(&admin, &offer, "reject").await.ok();
    let path = partner.path(&format!("/offers/{}/versions", offer.id));
    let (mut cursor, mut lines) = (String::new(), Vec::<OfferVersion>::new());
    loop {
        let page: Page<OfferVersion> = partner.editor.get(&format!("{path}?limit=4{cursor}")).await.ok();
        lines.extend(page.items);
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    lines.reverse();
    let (editor, owner): (Me, Me) = (partner.editor.get("/me").await.ok(), partner.owner.get("/me").await.ok());
    let found: Vec<_> = lines
        .iter()
        .map(|l| {
            (l.version, l.action.as_str(), l.who.kind, l.who.name.as_deref(), l.state, l.waiting, sorted(&l.changed))
        })
        .collect();
    assert_eq!(
        found,
        [
            (1, "offer.create", Member, Some(editor.name.as_str()), Draft, false, String::new()),
            (2, "offer.change", Program, Some("test"), Draft, false, "/quota /title/az".to_owned()),
            (3, "offer.submit", Member, Some(owner.name.as_str()), InReview, false, String::new()),
            (4, "offer.approve", Ministry, None, Published, false, String::new()),
            (5, "offer.change", Member, Some(editor.name.as_str()), Published, true, "/claim_days".to_owned()),
            (6, "offer.reject", Ministry, None, Published, false, "/claim_days".to_owned()),
        ]
    );
    assert!(lines.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let other = market.partner().await;
    other.editor.get(&other.path(&format!("/offers/{}/versions", offer.id))).await.refused(Code::NotFound);
}

fn sorted(places: &[String]) -> String {
    let mut places = places.to_vec();
    places.sort_unstable();
    places.join(" ")
}

async fn a_version_can_be_read_in_full(market: Market) {
    let partner = market.partner().await;
    let live = Offer::once().in_state_at(&market, &partner.slug, OfferState::Published).await;
    let edited: PartnerOffer = edit(&partner.editor, &live, &json!({"claim_days": 9})).await.ok();
    let path = |version: u32| partner.path(&format!("/offers/{}/versions/{version}", live.id));
    let first: OfferVersionView = partner.editor.get(&path(1)).await.ok();
    assert_eq!(
        (first.line.action.as_str(), first.line.state, &first.offer),
        ("offer.create", OfferState::Draft, &live.offer)
    );
    let last: OfferVersionView = partner.editor.get(&path(edited.version)).await.ok();
    assert_eq!((&last.offer, last.pending), (&live.offer, edited.pending.map(|p| p.offer)));
    assert_eq!(last.line.changed, ["/claim_days"]);
    for none in [0, edited.version + 1, u32::MAX] {
        partner.editor.get(&path(none)).await.refused(Code::NotFound);
    }
    partner.editor.get(&partner.path(&format!("/offers/{}/versions/x", live.id))).await.refused(Code::NotFound);
}

async fn a_preview_shows_what_was_written_last(market: Market) {
    let partner = market.partner().await;
    let path = |offer: &PartnerOffer| partner.path(&format!("/offers/{}/preview", offer.id));
    let draft = Offer::once().quota(4).draft_at(&market, &partner.slug).await;
    let view: OfferView = partner.editor.get(&path(&draft)).await.ok();
    assert_eq!((view.card.state, &view.card.title, view.card.left), (OfferState::Draft, &draft.offer.title, Some(4)));
    market.anon().get(&format!("/offers/{}", draft.id)).await.refused(Code::NotFound);
    let live = Offer::once().in_state_at(&market, &partner.slug, OfferState::Published).await;
    let public = market.offer(live.id).await;
    assert_eq!(partner.editor.get(&path(&live)).await.ok::<OfferView>(), public, "the same as everybody sees");
    edit(&partner.editor, &live, &json!({"title": {"az": "Sonra"}})).await.status(200);
    assert_eq!(partner.editor.get(&path(&live)).await.ok::<OfferView>().card.title.az, "Sonra");
    assert_eq!(market.offer(live.id).await, public);
}
