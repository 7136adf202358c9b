//! Signing out: here, elsewhere, everywhere. Access tokens end with their session.

use serde_json::json;
use shared::{
    Code,
    account::{Me, Role},
};
use tests::{Market, PASSWORD, on_both, people};

on_both!(here, another_one_of_mine, everywhere, not_somebody_elses, the_cookies_go);

async fn here(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let answer = person.caller.send("/auth/logout", &json!({})).await;
    assert!(answer.status < 300, "{}", answer.text());
    person.caller.get("/me").await.refused(Code::SessionEnded);
    let refresh = json!({"refresh_token": person.tokens.refresh_token});
    market.anon().send("/auth/refresh", &refresh).await.refused(Code::SessionEnded);
}

async fn another_one_of_mine(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let phone = market.anon().with("user-agent", "a phone");
    let phone = phone.clone().bearer(&people::sign_in(&phone, &person.email, PASSWORD).await.access_token);
    let me: Me = person.caller.get("/me").await.ok();
    assert_eq!(me.sessions.len(), 2);
    assert_eq!(me.sessions.iter().filter(|s| s.current).count(), 1);
    let other = me.sessions.iter().find(|s| s.user_agent.as_deref() == Some("a phone")).expect("the phone is named");
    assert!(!other.current);
    assert!(person.caller.send("/auth/logout", &json!({"session_id": other.id})).await.status < 300);
    phone.get("/me").await.refused(Code::SessionEnded);
    let me: Me = person.caller.get("/me").await.ok();
    assert_eq!(me.sessions.len(), 1);
    person.caller.send("/auth/logout", &json!({"session_id": other.id})).await.refused(Code::NotFound);
}

async fn everywhere(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let other = market.anon().bearer(&people::sign_in(&market.anon(), &person.email, PASSWORD).await.access_token);
    assert!(person.caller.send("/auth/logout", &json!({"everywhere": true})).await.status < 300);
    for caller in [&person.caller, &other] {
        caller.get("/me").await.refused(Code::SessionEnded);
    }
}

async fn not_somebody_elses(market: Market) {
    let (mine, theirs) =
        (people::register(&market.anon(), Role::Learner).await, people::register(&market.anon(), Role::Learner).await);
    let session = theirs.caller.get("/me").await.ok::<Me>().sessions[0].id;
    mine.caller.send("/auth/logout", &json!({"session_id": session})).await.refused(Code::NotFound);
    theirs.caller.get("/me").await.status(200);
}

async fn the_cookies_go(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let anon = market.anon().with("sec-fetch-site", "same-origin");
    let answer = anon.send("/auth/login", &json!({"email": person.email, "password": PASSWORD})).await;
    let set = super::cookies(&answer);
    let answer = anon.send("/auth/logout", &json!({})).header("cookie", super::sent(&set)).await;
    assert!(answer.status < 300, "{}", answer.text());
    let gone = super::cookies(&answer);
    assert_eq!(gone.len(), 2);
    assert!(gone.iter().all(|c| c.value.is_empty() && c.attributes.iter().any(|a| a == "Max-Age=0")), "{gone:?}");
    anon.get("/me").header("cookie", super::sent(&set)).await.refused(Code::SessionEnded);
}
