//! Signing in by the page: two cookies that scripts never see, and nothing that another site could send.

use serde_json::json;
use shared::{Code, account::Me};
use tests::{Kind, Market, PASSWORD, Place, mail::Mail, on_both, people};

use super::{cookies, sent};

on_both!(
    the_page_gets_two_locked_down_cookies,
    cookies_from_another_site_change_nothing,
    only_bearer_speaks_in_place_of_the_cookie,
    wrong_passwords_and_unknown_addresses_look_alike,
    a_password_is_the_same_however_its_letters_are_composed,
);
on_both!(alone: over_https_cookies_are_secure);

async fn the_page_gets_two_locked_down_cookies(market: Market) {
    let person = people::register(&market.anon(), shared::account::Role::Learner).await;
    let body = json!({"email": person.email, "password": PASSWORD});
    let answer = market.anon().send("/auth/login", &body).header("sec-fetch-site", "same-origin").await;
    assert!(answer.status < 300, "{}", answer.text());
    assert!(!answer.text().contains("eyJ"), "the page never sees a token");
    let set = cookies(&answer);
    let [session, refresh] = set.as_slice() else { panic!("two cookies: {set:?}") };
    assert_eq!((session.name.as_str(), refresh.name.as_str()), ("vm_session", "vm_refresh"));
    for (cookie, path) in [(session, "Path=/"), (refresh, "Path=/api/v1/auth")] {
        for attribute in ["HttpOnly", "SameSite=Strict", path] {
            assert!(cookie.attributes.iter().any(|a| a == attribute), "{attribute}: {cookie:?}");
        }
        assert!(cookie.attributes.iter().all(|a| a != "Secure" && !a.starts_with("Domain")), "{cookie:?}");
    }
    let me: Me = market.anon().get("/me").header("cookie", sent(&set)).await.ok();
    assert_eq!(me.id, person.id);
    let body = json!({"email": person.email, "password": PASSWORD});
    market.anon().send("/auth/token", &body).await.status(200);
}

async fn cookies_from_another_site_change_nothing(market: Market) {
    let person = people::register(&market.anon(), shared::account::Role::Learner).await;
    let body = json!({"email": person.email, "password": PASSWORD});
    let answer = market.anon().send("/auth/login", &body).header("sec-fetch-site", "same-origin").await;
    let cookie = sent(&cookies(&answer));
    let change = |header: Option<(&'static str, &'static str)>| {
        let ask = market.anon().patch("/me", &json!({"name": "Dəyişdi"})).header("cookie", &cookie);
        header.map_or_else(
            || market.anon().patch("/me", &json!({"name": "Dəyişdi"})).header("cookie", &cookie),
            |(n, v)| ask.header(n, v),
        )
    };
    for from in [
        None,
        Some(("sec-fetch-site", "cross-site")),
        Some(("sec-fetch-site", "same-site")),
        Some(("sec-fetch-site", "none")),
    ] {
        change(from).await.refused(Code::CrossSite);
    }
    assert_eq!(person.caller.get("/me").await.ok::<Me>().name, "Aygün Məmmədova");
    for from in [("sec-fetch-site", "same-origin"), ("x-requested-with", "tests")] {
        let me: Me = change(Some(from)).await.ok();
        assert_eq!(me.name, "Dəyişdi");
    }
    market.anon().get("/me").header("cookie", &cookie).header("sec-fetch-site", "cross-site").await.status(200);
}

/// Sites behind a proxy's own sign-in send `Authorization: Basic` with everything.
async fn only_bearer_speaks_in_place_of_the_cookie(market: Market) {
    let person = people::register(&market.anon(), shared::account::Role::Learner).await;
    let body = json!({"email": person.email, "password": PASSWORD});
    let answer = market.anon().send("/auth/login", &body).header("sec-fetch-site", "same-origin").await;
    let cookie = sent(&cookies(&answer));
    let token = format!("bearer {}", person.tokens.access_token);
    for other in ["Basic dXNlcjpwYXNz", "Negotiate abc", "Digest username=\"x\"", "Basic"] {
        let me: Me = market.anon().get("/me").header("cookie", &cookie).header("authorization", other).await.ok();
        assert_eq!(me.id, person.id, "{other}");
        // Without a cookie there is nobody, also where nobody may ask.
        market.anon().get("/me").header("authorization", other).await.refused(Code::Unauthenticated);
        let offers = market.anon().get("/offers").header("authorization", other).await;
        assert_eq!(offers.status, 200, "{other}");
        let both = market.anon().get("/me").header("authorization", other).header("authorization", &token);
        assert_eq!(both.await.ok::<Me>().id, person.id, "{other}: on another line");
        // A cookie that came with it is still a cookie.
        let change = market.anon().patch("/me", &json!({"name": "Dəyişdi"})).header("cookie", &cookie);
        change.header("authorization", other).await.refused(Code::CrossSite);
    }
    for bad in ["Bearer x", "Bearer", "bearer  "] {
        let answer = market.anon().get("/me").header("cookie", &cookie).header("authorization", bad).await;
        assert_eq!(answer.status, 401, "{bad}: {}", answer.text());
    }
}

async fn wrong_passwords_and_unknown_addresses_look_alike(market: Market) {
    let person = people::register(&market.anon(), shared::account::Role::Learner).await;
    for path in ["/auth/login", "/auth/token"] {
        for (email, password) in [(person.email.as_str(), "not-this-one-9"), ("nobody@test.az", PASSWORD)] {
            let body = json!({"email": email, "password": password});
            let answer = market.anon().send(path, &body).header("sec-fetch-site", "same-origin").await;
            let problem = answer.refused(Code::InvalidCredentials);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            assert!(answer.header("set-cookie").is_none());
            assert!(problem.errors.is_empty() && problem.extra.is_empty(), "says no more: {problem:?}");
        }
    }
}

async fn over_https_cookies_are_secure(kind: Kind) {
    let place = Place::new(kind).await.with("PUBLIC_URL", "https://market.example");
    let market = Market::open(place).await;
    let body = json!({"email": "learner@demo.az", "password": people::DEMO_PASSWORD});
    let answer = market.anon().send("/auth/login", &body).header("sec-fetch-site", "same-origin").await;
    assert!(answer.status < 300, "{}", answer.text());
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000; includeSubDomains"));
    let set = cookies(&answer);
    let names: Vec<_> = set.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["__Host-vm_session", "__Secure-vm_refresh"]);
    assert!(set.iter().all(|c| c.attributes.iter().any(|a| a == "Secure")), "{set:?}");
    market.anon().get("/me").header("cookie", sent(&set)).await.status(200);
}

/// A Mac may send `ü` as two characters, and a telephone as one (RFC 8265 §4.2.2).
async fn a_password_is_the_same_however_its_letters_are_composed(market: Market) {
    let anon = market.anon();
    let spellings = |word: &str, mark: &str, letter: &str| [word.replace('*', mark), word.replace('*', letter)];
    let [apart, whole] = spellings("sakit-d*nya-47", "u\u{308}", "ü");
    let [new_apart, new_whole] = spellings("yeni-g*n-2027-x", "u\u{308}", "ü");
    let [last_apart, last_whole] = spellings("son-s*z-2028-y", "o\u{308}", "ö");
    for (registered, typed) in [(&apart, &whole), (&whole, &apart)] {
        let email = format!("{}@test.az", tests::people::unique("nfc"));
        let body = json!({"email": email, "password": registered, "name": "Aygün"});
        assert!(anon.send("/auth/register", &body).await.status < 300);
        let caller = anon.clone().bearer(&people::sign_in(&anon, &email, typed).await.access_token);
        let login = json!({"email": email, "password": typed});
        anon.send("/auth/login", &login).header("sec-fetch-site", "same-origin").await.status(200);
        caller.patch("/me", &json!({"new_password": new_apart, "current_password": typed})).await.status(200);
        people::sign_in(&anon, &email, &new_whole).await;

        anon.send("/auth/password/forgot", &json!({"email": email})).await;
        let mail = Mail::newest(&market.place, &email, "reset-password").await;
        let token = mail.token("reset-password").expect("a token");
        let reset = anon.send("/auth/password/reset", &json!({"token": token, "password": last_whole})).await;
        assert!(reset.status < 300, "{}", reset.text());
        let caller = anon.clone().bearer(&people::sign_in(&anon, &email, &last_apart).await.access_token);
        let gone = caller.ask(&reqwest::Method::DELETE, "/me").json(&json!({"current_password": last_apart})).await;
        assert!(gone.status < 300, "{}", gone.text());
    }
}
