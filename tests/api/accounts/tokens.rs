//! Access and refresh tokens, and the keys that others check them with.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::{Value, json};
use shared::{
    Code,
    account::{Me, Role, Tokens},
};
use tests::{Kind, Market, PASSWORD, Place, on_both, people};

on_both!(
    others_can_check_a_token,
    forged_tokens_are_refused,
    a_refresh_token_brings_the_next_one,
    cookies_are_renewed_too
);
on_both!(alone: a_copied_refresh_token_ends_the_session, an_access_token_is_good_for_ten_minutes);

async fn others_can_check_a_token(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let keys = market.anon().at_root().get("/.well-known/jwks.json").await.status(200);
    let keys: JwkSet = serde_json::from_slice(&keys.body).unwrap();
    let token = &person.tokens.access_token;
    let header = decode_header(token).unwrap();
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::EdDSA, Some("at+jwt")));
    let jwk = keys.find(header.kid.as_deref().unwrap()).expect("the key is published");
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&["virtual-market"]);
    validation.set_audience(&["virtual-market"]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Value>(token, &DecodingKey::from_jwk(jwk).unwrap(), &validation).unwrap().claims;
    assert_eq!(claims["sub"], json!(person.id));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert_eq!(claims["sid"].as_str().map(str::len), Some(36));
    let known: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(known, ["aud", "exp", "iat", "iss", "sid", "sub"], "a token tells no more than it must");
    assert_eq!((person.tokens.token_type.as_str(), person.tokens.expires_in), ("Bearer", 600));
    let private = serde_json::to_string(&keys).unwrap();
    assert!(!private.contains("\"d\""), "no private key is published");
}

async fn forged_tokens_are_refused(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let token = &person.tokens.access_token;
    let [head, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let mut other: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    other["sub"] = json!("0190163d-8694-739b-aea5-966c26f8ad91");
    let other = URL_SAFE_NO_PAD.encode(other.to_string());
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
    let hmac = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"at+jwt"}"#);
    for forged in [
        format!("{head}.{other}.{signature}"),
        format!("{none}.{claims}."),
        format!("{hmac}.{claims}.{signature}"),
        format!("{head}.{claims}."),
        person.tokens.refresh_token.clone(),
        String::new(),
    ] {
        let answer = market.anon().bearer(&forged).get("/me").await;
        answer.refused(Code::Unauthenticated);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    let basic = market.anon().with("authorization", "Basic bGVhcm5lcjpwYXJvbA==");
    basic.get("/me").await.refused(Code::Unauthenticated);
    market.anon().bearer("x").get("/offers").await.status(200);
}

async fn a_refresh_token_brings_the_next_one(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let mut tokens = person.tokens.clone();
    for _ in 0..3 {
        let next: Tokens =
            market.anon().send("/auth/refresh", &json!({"refresh_token": tokens.refresh_token})).await.ok();
        assert_ne!(next.refresh_token, tokens.refresh_token);
        let me: Me = market.anon().bearer(&next.access_token).get("/me").await.ok();
        assert_eq!((me.id, me.sessions.len()), (person.id, 1), "the same session goes on");
        tokens = next;
    }
    for wrong in [json!({"refresh_token": "x"}), json!({"refresh_token": tokens.access_token})] {
        market.anon().send("/auth/refresh", &wrong).await.refused(Code::SessionEnded);
    }
    let nothing = market.anon().send("/auth/refresh", &json!({})).await;
    assert_eq!(nothing.status, 401, "{}", nothing.text());
}

async fn cookies_are_renewed_too(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let anon = market.anon().with("sec-fetch-site", "same-origin");
    let answer = anon.send("/auth/login", &json!({"email": person.email, "password": PASSWORD})).await;
    let first = super::cookies(&answer);
    let answer = anon.send("/auth/refresh", &json!({})).header("cookie", super::sent(&first)).await;
    assert!(answer.status < 300, "{}", answer.text());
    assert!(!answer.text().contains("eyJ"), "the page never sees a token: {}", answer.text());
    let second = super::cookies(&answer);
    assert_eq!(second.len(), 2);
    assert_ne!(first[1].value, second[1].value);
    let me: Me = anon.get("/me").header("cookie", super::sent(&second)).await.ok();
    assert_eq!(me.id, person.id);
    let from_elsewhere = market.anon().with("sec-fetch-site", "cross-site");
    let answer = from_elsewhere.send("/auth/refresh", &json!({})).header("cookie", super::sent(&second)).await;
    answer.refused(Code::CrossSite);
}

/// A refresh token has a moment's grace for two tabs that wake up together, so the second use comes a minute later.
async fn a_copied_refresh_token_ends_the_session(kind: Kind) {
    let mut place = Place::new(kind).await;
    let now = place.serve().await;
    let person = people::register(&now.anon(), Role::Learner).await;
    let stolen = json!({"refresh_token": person.tokens.refresh_token});
    let next: Tokens = now.anon().send("/auth/refresh", &stolen).await.ok();
    now.stop();
    place.set("VM_TEST_CLOCK_OFFSET_SECONDS", "60");
    let later = place.serve().await;
    later.anon().bearer(&next.access_token).get("/me").await.status(200);
    later.anon().send("/auth/refresh", &stolen).await.refused(Code::SessionEnded);
    let owner = json!({"refresh_token": next.refresh_token});
    later.anon().send("/auth/refresh", &owner).await.refused(Code::SessionEnded);
    later.anon().bearer(&next.access_token).get("/me").await.refused(Code::SessionEnded);
}

async fn an_access_token_is_good_for_ten_minutes(kind: Kind) {
    let mut place = Place::new(kind).await;
    let now = place.serve().await;
    let person = people::register(&now.anon(), Role::Learner).await;
    now.stop();
    place.set("VM_TEST_CLOCK_OFFSET_SECONDS", "500");
    let soon = place.serve().await;
    person.caller.at(&soon.url).get("/me").await.status(200);
    soon.stop();
    place.set("VM_TEST_CLOCK_OFFSET_SECONDS", "601");
    let later = place.serve().await;
    person.caller.at(&later.url).get("/me").await.refused(Code::Unauthenticated);
    let refresh = json!({"refresh_token": person.tokens.refresh_token});
    let next: Tokens = later.anon().send("/auth/refresh", &refresh).await.ok();
    later.anon().bearer(&next.access_token).get("/me").await.status(200);
}
