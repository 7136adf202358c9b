//! One mailbox, one account: a tag in the address makes no second one, and whoever deletes the account and signs up again
//! does not get the same thing twice.

use serde_json::json;
use shared::{Code, OfferId, account::Role, partner::MemberRole};
use tests::{Caller, Market, Offer, PASSWORD, on_both, people, people::unique};

on_both!(a_tag_makes_no_second_account, what_was_used_counts_for_the_next_account);

async fn register(market: &Market, email: &str) {
    let body = json!({"email": email, "password": PASSWORD, "name": "Aygün", "role": "learner"});
    assert!(market.anon().send("/auth/register", &body).await.status < 300);
}

async fn accounts(market: &Market, word: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM users WHERE email LIKE '{word}%'");
    market.place.db().await.number(&sql).await
}

async fn a_tag_makes_no_second_account(market: Market) {
    let word = unique("tag").to_lowercase();
    for tag in ["", "+1", "+vm", "+1+2"] {
        register(&market, &format!("{word}{tag}@example.az")).await;
    }
    assert_eq!(accounts(&market, &word).await, 1);
    // Providers tell dots apart, so they are another mailbox.
    register(&market, &format!("{word}.x@example.az")).await;
    assert_eq!(accounts(&market, &word).await, 2);
    let at_once = (0..8).map(|n| {
        let (market, email) = (market.clone(), format!("{word}-once+{n}@example.az"));
        async move { register(&market, &email).await }
    });
    for one in at_once {
        one.await;
    }
    assert_eq!(accounts(&market, &format!("{word}-once")).await, 1);
}

/// Signs up, confirms the address past the mail, and signs in.
async fn sign_up(market: &Market, email: &str) -> Caller {
    register(market, email).await;
    let db = market.place.db().await;
    db.run(&format!("UPDATE users SET email_verified_at = 1 WHERE email = '{email}'")).await;
    let tokens = people::sign_in(&market.anon(), email, PASSWORD).await;
    market.anon().bearer(&tokens.access_token)
}

async fn redeem(till: &Caller, person: &Caller, offer: OfferId) {
    let code = person.claimed(offer).await.code.to_string();
    till.send("/redemptions/confirm", &json!({"code": code})).await.status(200);
}

async fn what_was_used_counts_for_the_next_account(market: Market) {
    let partner = market.partner().await;
    let till = market.join(&partner, MemberRole::Cashier).await;
    let open = [Offer::monthly(), Offer::once(), Offer::monthly()].map(|offer| offer.quota(9));
    let mut offers = Vec::new();
    for offer in open {
        offers.push(offer.publish_at(&market, &partner.slug).await.id);
    }
    let (word, leave) = (unique("leave").to_lowercase(), json!({"current_password": PASSWORD}));
    let person = sign_up(&market, &format!("{word}@example.az")).await;
    redeem(&till, &person, offers[0]).await;
    redeem(&till, &person, offers[1]).await;
    // What was claimed and not used goes back, so it can be claimed again.
    person.claimed(offers[2]).await;
    person.delete("/me").json(&leave).await.done();
    for tag in ["+1", ""] {
        let person = sign_up(&market, &format!("{word}{tag}@example.az")).await;
        for offer in &offers[..2] {
            person.claim(*offer).await.refused(Code::AlreadyClaimed);
            let rules = person.get(&format!("/offers/{offer}/eligibility")).await.value();
            assert_eq!(rules["eligible"], json!(false), "{rules}");
        }
        person.claimed(offers[2]).await;
        person.delete("/me").json(&leave).await.done();
    }
    let other = market.signed_up(Role::Learner).await.caller;
    other.claimed(offers[0]).await;
    let db = market.place.db().await;
    let known = format!("SELECT count(*) FROM spent_claims WHERE CAST(mailbox AS TEXT) LIKE '%{word}%'");
    assert_eq!(db.number(&known).await, 0, "no address is kept");
    db.check_ledger().await;
}
