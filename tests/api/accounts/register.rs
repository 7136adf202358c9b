//! Signing up and confirming the address.

use serde_json::json;
use shared::{
    Code,
    account::{Me, Role},
};
use tests::{
    Market, PASSWORD,
    mail::Mail,
    on_both,
    people::{self, unique},
};

on_both!(
    a_new_account_waits_for_its_address_to_be_confirmed,
    a_link_works_once,
    nobody_learns_that_an_address_is_taken,
    addresses_are_the_same_in_any_case,
    the_mail_speaks_the_language_of_the_request,
    a_mail_can_be_asked_for_again,
);

async fn a_new_account_waits_for_its_address_to_be_confirmed(market: Market) {
    let person = people::register(&market.anon(), Role::Educator).await;
    let me: Me = person.caller.get("/me").await.ok();
    assert_eq!((me.email_verified, me.role_verified, me.sessions.len()), (false, false, 1));
    let token = Mail::newest(&market.place, &person.email, "verify-email").await.token("verify-email").unwrap();
    let answer = market.anon().send("/auth/email/verify", &json!({"token": token})).await;
    assert!(answer.status < 300, "{}", answer.text());
    let me: Me = person.caller.get("/me").await.ok();
    assert_eq!((me.email_verified, me.role_verified), (true, false), "the role is the ministry's to confirm");
    assert!(!market.server.log().contains(&person.email), "the log names nobody");
    assert!(!market.server.log().contains(&token), "the log has no secrets");
}

async fn a_link_works_once(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let token = Mail::newest(&market.place, &person.email, "verify-email").await.token("verify-email").unwrap();
    let verify = || market.anon().send("/auth/email/verify", &json!({"token": token}));
    assert!(verify().await.status < 300);
    // A mail program that opens links ahead of the person must not spoil them: a second time is either refused as used
    // or answered as done, but the address stays confirmed.
    let again = verify().await;
    assert!([200, 204, 422].contains(&again.status), "{}", again.text());
    assert!(person.caller.get("/me").await.ok::<Me>().email_verified);
    for wrong in ["x", &"a".repeat(43)] {
        market.anon().send("/auth/email/verify", &json!({"token": wrong})).await.refused(Code::InvalidToken);
    }
}

async fn nobody_learns_that_an_address_is_taken(market: Market) {
    let anon = market.anon();
    let email = format!("{}@test.az", unique("taken"));
    let body = json!({"email": email, "password": PASSWORD, "name": "Kim"});
    let first = anon.send("/auth/register", &body).await;
    let other = json!({"email": email, "password": "a-stranger-tries-9", "name": "Başqası"});
    let second = anon.send("/auth/register", &other).await;
    assert_eq!((first.status, &first.body), (second.status, &second.body), "the same answer");
    people::sign_in(&anon, &email, PASSWORD).await;
    let wrong = json!({"email": email, "password": "a-stranger-tries-9"});
    anon.send("/auth/token", &wrong).await.refused(Code::InvalidCredentials);
    let told = Mail::newest(&market.place, &email, "sign-in").await;
    assert!(told.token("verify-email").is_none(), "the owner is told, without a link that confirms");
}

async fn addresses_are_the_same_in_any_case(market: Market) {
    let anon = market.anon();
    let name = unique("Case");
    let body = json!({"email": format!("{name}@Test.AZ"), "password": PASSWORD, "name": "Kim"});
    assert!(anon.send("/auth/register", &body).await.status < 300);
    let tokens = people::sign_in(&anon, &format!("{}@test.az", name.to_lowercase()), PASSWORD).await;
    let me: Me = anon.bearer(&tokens.access_token).get("/me").await.ok();
    assert_eq!(me.email, format!("{}@test.az", name.to_lowercase()));
}

async fn the_mail_speaks_the_language_of_the_request(market: Market) {
    for (lang, word) in [("az", "Salam!"), ("en", "Hello,"), ("ru", "Здравствуйте!")] {
        let email = format!("{}@test.az", unique("lang"));
        let body = json!({"email": email, "password": PASSWORD, "name": "Kim"});
        let anon = market.anon().with("accept-language", lang);
        assert!(anon.send("/auth/register", &body).await.status < 300);
        let mail = Mail::newest(&market.place, &email, "verify-email").await;
        assert!(mail.text.contains(word), "{lang}: {}", mail.text);
        let tokens = people::sign_in(&anon, &email, PASSWORD).await;
        let me: Me = market.anon().bearer(&tokens.access_token).get("/me").await.ok();
        assert_eq!(me.lang.tag(), lang);
    }
}

async fn a_mail_can_be_asked_for_again(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    Mail::newest(&market.place, &person.email, "verify-email").await;
    market.anon().send("/auth/email/verify", &json!({})).await.refused(Code::Unauthenticated);
    let again = person.caller.send("/auth/email/verify", &json!({})).await;
    assert!(again.status < 300, "{}", again.text());
    tests::eventually("a second mail", || async { (Mail::count(&market.place, &person.email) == 2).then_some(()) })
        .await;
    let token = Mail::newest(&market.place, &person.email, "verify-email").await.token("verify-email").unwrap();
    assert!(market.anon().send("/auth/email/verify", &json!({"token": token})).await.status < 300);
    assert!(person.caller.get("/me").await.ok::<Me>().email_verified);
}
