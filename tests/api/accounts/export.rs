//! Everything that is kept about somebody, for themselves.

use shared::account::{Export, Role};
use tests::{Market, Offer, on_both};

on_both!(it_has_the_account_and_the_claims, it_has_nothing_of_others);

async fn it_has_the_account_and_the_claims(market: Market) {
    let person = market.signed_up(Role::Learner).await;
    let offer = Offer::once().publish(&market).await;
    let claim = person.caller.claimed(offer.id).await;
    let answer = person.caller.get("/me/export").await.status(200);
    let export: Export = answer.json();
    assert_eq!(export.account.email, person.email);
    assert_eq!(export.claims.len(), 1);
    assert_eq!((export.claims[0].id, export.claims[0].offer_id), (claim.id, offer.id));
    assert_eq!(export.claims[0].code, claim.code.as_str());
    assert!(!answer.text().contains("argon2") && !answer.text().contains("hash"), "no hashes: {}", answer.text());
}

async fn it_has_nothing_of_others(market: Market) {
    let (mine, theirs) = (market.signed_up(Role::Learner).await, market.signed_up(Role::Learner).await);
    let offer = Offer::once().publish(&market).await;
    let claim = theirs.caller.claimed(offer.id).await;
    let text = mine.caller.get("/me/export").await.status(200);
    assert!(!text.text().contains(&theirs.email) && !text.text().contains(claim.code.as_str()));
}
