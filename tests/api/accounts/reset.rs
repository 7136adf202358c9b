//! A forgotten password.

use serde_json::json;
use shared::{Code, FieldCode, account::Role};
use tests::{Market, PASSWORD, mail::Mail, on_both, people};

on_both!(a_link_sets_a_new_password_and_signs_out_everywhere, unknown_addresses_get_the_same_answer);

const NEW: &str = "yeni-dalga-1848";

async fn a_link_sets_a_new_password_and_signs_out_everywhere(market: Market) {
    let anon = market.anon();
    let person = people::register(&anon, Role::Learner).await;
    assert!(anon.send("/auth/password/forgot", &json!({"email": person.email})).await.status < 300);
    let token = Mail::newest(&market.place, &person.email, "reset-password").await.token("reset-password").unwrap();
    let weak = anon.send("/auth/password/reset", &json!({"token": token, "password": "short"})).await;
    weak.wrong_at(Code::InvalidInput, &[("/password", FieldCode::TooShort)]);
    let verify = anon.send("/auth/email/verify", &json!({"token": token})).await;
    verify.refused(Code::InvalidToken);
    let set = anon.send("/auth/password/reset", &json!({"token": token, "password": NEW})).await;
    assert!(set.status < 300, "the link still works after a weak try: {}", set.text());
    person.caller.get("/me").await.refused(Code::SessionEnded);
    let refresh = json!({"refresh_token": person.tokens.refresh_token});
    anon.send("/auth/refresh", &refresh).await.refused(Code::SessionEnded);
    let old = json!({"email": person.email, "password": PASSWORD});
    anon.send("/auth/token", &old).await.refused(Code::InvalidCredentials);
    people::sign_in(&anon, &person.email, NEW).await;
    let again = anon.send("/auth/password/reset", &json!({"token": token, "password": "another-one-77"})).await;
    again.refused(Code::InvalidToken);
    people::sign_in(&anon, &person.email, NEW).await;
}

async fn unknown_addresses_get_the_same_answer(market: Market) {
    let anon = market.anon();
    let person = people::register(&anon, Role::Learner).await;
    let known = anon.send("/auth/password/forgot", &json!({"email": person.email})).await;
    let unknown = anon.send("/auth/password/forgot", &json!({"email": "nobody-at-all@test.az"})).await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    Mail::newest(&market.place, &person.email, "reset-password").await;
    assert_eq!(Mail::count(&market.place, "nobody-at-all@test.az"), 0);
}
