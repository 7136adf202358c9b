//! Claims of an offer with a pool: each gets a code of the partner's own, and no code is given twice.

use std::collections::HashSet;

use futures_util::future::join_all;
use shared::{
    Code, Page,
    account::Export,
    claim::{ClaimState, ClaimView},
    offer::PartnerOffer,
    pool::{CodePool, StockLevel},
    redemption::SandboxClaim,
};
use tests::{Answer, Market, on_both, people::unique};

use super::{fill, path, pool, published, upload};

on_both!(
    a_claim_has_a_code_of_the_partners_own,
    two_hundred_people_and_fifty_codes,
    the_quota_binds_as_well_as_the_codes,
    a_code_that_was_given_back_is_not_given_again,
    an_empty_pool_is_shown_as_such_until_it_is_filled,
    a_sandbox_hands_out_its_own_codes,
);

async fn a_claim_has_a_code_of_the_partners_own(market: Market) {
    let partner = market.partner().await;
    let offer = published(&market, &partner, &pool()).await;
    let codes = fill(&partner, offer.id, &unique("OWN"), 2).await;
    let person = market.educator().await;
    let claim = person.claimed(offer.id).await;
    assert_eq!(claim.partner_code.as_ref(), Some(&codes[0]), "in the order in which they came");
    assert_ne!(claim.code.as_str(), codes[0]);
    assert_eq!(person.get(&format!("/claims/{}", claim.id)).await.ok::<ClaimView>(), claim);
    let mine: Page<ClaimView> = person.get("/me/claims").await.ok();
    assert_eq!(mine.items, [claim]);
    let export: Export = person.get("/me/export").await.ok();
    assert_eq!(export.claims[0].partner_code.as_ref(), Some(&codes[0]));
    let other = market.educator().await.claim(offer.id).key(&unique("key")).await.created::<ClaimView>();
    assert_eq!(other.partner_code.as_ref(), Some(&codes[1]));
    let without = market.educator().await.claimed(tests::Offer::once().publish(&market).await.id).await;
    assert_eq!(without.partner_code, None);
    let seen = partner.editor.get(&path(&partner, offer.id)).await.status(200);
    assert!(codes.iter().all(|code| !seen.text().contains(code.as_str())), "what people have is nobody else's to see");
}

async fn two_hundred_people_and_fifty_codes(market: Market) {
    let partner = market.partner().await;
    let offer = published(&market, &partner, &pool()).await;
    let plain = tests::Offer::once().publish(&market).await;
    let codes = fill(&partner, offer.id, &unique("STORM"), 50).await;
    let people = market.educators(200).await;
    // Claims of another offer are in the same batches.
    let beside = join_all(people.iter().take(60).map(|p| async { p.claim(plain.id).await.status(201) }));
    let storm = join_all(people.iter().map(|p| async { p.claim(offer.id).await }));
    let (answers, _) = futures_util::future::join(storm, beside).await;
    let got: Vec<ClaimView> = answers.iter().filter(|a| a.status == 201).map(Answer::json).collect();
    assert_eq!(got.len(), 50);
    for answer in answers.iter().filter(|a| a.status != 201) {
        answer.refused(Code::QuotaExhausted);
    }
    let given: HashSet<&String> = got.iter().map(|claim| claim.partner_code.as_ref().expect("a code")).collect();
    assert_eq!(given, codes.iter().collect::<HashSet<_>>(), "each code once");
    market.place.db().await.check_ledger().await;
    let stock = partner.editor.get(&path(&partner, offer.id)).await.ok::<CodePool>().stock;
    assert_eq!((stock.total, stock.left, stock.handed_out, stock.level), (50, 0, 50, Some(StockLevel::Empty)));
}

async fn the_quota_binds_as_well_as_the_codes(market: Market) {
    let partner = market.partner().await;
    let offer = published(&market, &partner, &pool().quota(3)).await;
    fill(&partner, offer.id, &unique("Q"), 10).await;
    assert_eq!(market.offer(offer.id).await.card.left, Some(3));
    let people = market.educators(5).await;
    let answers = join_all(people.iter().map(|p| async { p.claim(offer.id).await.status })).await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 3);
    let stock = partner.editor.get(&path(&partner, offer.id)).await.ok::<CodePool>().stock;
    assert_eq!((stock.left, stock.level), (7, None));
    market.place.db().await.check_ledger().await;
}

async fn a_code_that_was_given_back_is_not_given_again(market: Market) {
    let partner = market.partner().await;
    let offer = published(&market, &partner, &pool().quota(2)).await;
    let codes = fill(&partner, offer.id, &unique("BURNT"), 2).await;
    let people = market.educators(3).await;
    let first = people[0].claimed(offer.id).await;
    let back: ClaimView = people[0].post(&format!("/claims/{}/cancel", first.id)).await.ok();
    assert_eq!((back.state, back.partner_code), (ClaimState::Cancelled, None), "it is no longer theirs");
    let second = people[1].claimed(offer.id).await;
    assert_eq!(second.partner_code.as_ref(), Some(&codes[1]));
    people[2].claim(offer.id).await.refused(Code::QuotaExhausted);
    let seen: PartnerOffer = partner.editor.get(&partner.path(&format!("/offers/{}", offer.id))).await.ok();
    assert_eq!((seen.claimed, seen.codes.map(|c| (c.total, c.left))), (1, Some((2, 0))));
    market.place.db().await.check_ledger().await;
}

async fn an_empty_pool_is_shown_as_such_until_it_is_filled(market: Market) {
    let partner = market.partner().await;
    let offer = published(&market, &partner, &pool()).await;
    let person = market.educator().await;
    assert_eq!(market.offer(offer.id).await.card.left, Some(0));
    person.claim(offer.id).await.refused(Code::QuotaExhausted);
    let listed = |query: String| {
        let market = &market;
        async move {
            let list: shared::offer::OfferList = market.anon().get(&query).await.ok();
            list.items.iter().find(|o| o.id == offer.id).map(|o| o.left)
        }
    };
    let query = format!("/offers?partner={}", partner.slug);
    assert_eq!(listed(query.clone()).await, Some(Some(0)));
    assert_eq!(listed(format!("{query}&available=true")).await, None);
    fill(&partner, offer.id, &unique("FILLED"), 4).await;
    assert_eq!(listed(format!("{query}&available=true")).await, Some(Some(4)), "at once in the process that took them");
    assert_eq!(market.offer(offer.id).await.card.left, Some(4));
    person.claimed(offer.id).await;
    tests::eventually("one less is left", || async {
        (market.offer(offer.id).await.card.left == Some(3)).then_some(())
    })
    .await;
}

async fn a_sandbox_hands_out_its_own_codes(market: Market) {
    let partner = market.partner().await;
    let offer: PartnerOffer = partner.sandbox.send(&partner.path("/offers"), &pool().0).await.created();
    partner.sandbox.post(&partner.path(&format!("/offers/{}/submit", offer.id))).await.status(200);
    let claims = partner.path("/sandbox/claims");
    let ask = serde_json::json!({"offer_id": offer.id, "quantity": 1});
    partner.sandbox.send(&claims, &ask).await.refused(Code::QuotaExhausted);
    upload(&partner.sandbox, &path(&partner, offer.id), "TRY-1\nTRY-2").await.status(200);
    for code in ["TRY-1", "TRY-2"] {
        let claim: SandboxClaim = partner.sandbox.send(&claims, &ask).await.created();
        assert_eq!(claim.partner_code.as_deref(), Some(code));
    }
    partner.sandbox.send(&claims, &ask).await.refused(Code::QuotaExhausted);
    // The sandbox's codes are not the partner's.
    let real = published(&market, &partner, &pool()).await;
    upload(&partner.editor, &path(&partner, real.id), "TRY-1\nTRY-2").await.status(200);
    market.place.db().await.check_ledger().await;
}
