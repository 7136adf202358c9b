//! Limits on guessing and on changes, on a server that has low ones.

use serde_json::json;
use shared::Code;
use tests::{Kind, Market, Offer, Place, on_both, people::DEMO_PASSWORD};

on_both!(alone: guessing_ends, a_trusted_proxy_speaks_for_others, changes_are_limited_for_each_person);

fn retry_after(answer: &tests::Answer) -> u32 {
    answer.header("retry-after").expect("Retry-After").parse().expect("seconds")
}

async fn guessing_ends(kind: Kind) {
    let place = Place::new(kind).await.with("RATE_CREDENTIALS", "12");
    let server = place.serve().await;
    let guess = |n: u32| {
        server.anon().send("/auth/token", &json!({"email": "learner@demo.az", "password": format!("a-guess-{n}")}))
    };
    let first = guess(0).await;
    first.refused(Code::InvalidCredentials);
    assert_eq!(first.header("ratelimit-policy"), Some("\"credentials\";q=12;w=60"));
    assert!(first.header("ratelimit").is_some_and(|r| r.starts_with("\"credentials\";r=")), "{:?}", first.headers);
    let mut refused = None;
    for n in 1..12 {
        let answer = guess(n).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.refused(Code::InvalidCredentials);
    }
    let refused = refused.expect("a limit");
    let problem = refused.refused(Code::RateLimited);
    assert!((1..=600).contains(&retry_after(&refused)));
    assert!(problem.detail.is_some_and(|d| d.contains(&retry_after(&refused).to_string())));
    let right = json!({"email": "learner@demo.az", "password": DEMO_PASSWORD});
    let locked = server.anon().send("/auth/token", &right).await;
    locked.refused(Code::RateLimited);
    server.anon().get("/offers").await.status(200);
    // An address that we do not trust as a proxy cannot speak for others.
    let spoofed = server.anon().send("/auth/token", &right).header("x-forwarded-for", "203.0.113.9").await;
    spoofed.refused(Code::RateLimited);
}

async fn a_trusted_proxy_speaks_for_others(kind: Kind) {
    let place = Place::new(kind).await.with("RATE_CREDENTIALS", "8").with("TRUSTED_PROXY", "127.0.0.1");
    let server = place.serve().await;
    let ask = |forwarded: &'static str| {
        let body = json!({"email": "nobody@test.az"});
        server.anon().send("/auth/password/forgot", &body).header("x-forwarded-for", forwarded)
    };
    for n in 0..20 {
        let answer = ask("203.0.113.9").await;
        if answer.status == 429 {
            assert!(n > 0);
            break;
        }
        assert!(n < 19, "a limit for the address behind the proxy");
    }
    ask("203.0.113.9").await.refused(Code::RateLimited);
    // What somebody wrote there themselves stands before what the proxy saw.
    ask("198.51.100.7, 203.0.113.9").await.refused(Code::RateLimited);
    ask("203.0.113.10").await.status(202);
}

async fn changes_are_limited_for_each_person(kind: Kind) {
    let place = Place::new(kind).await;
    let calm = Market::open(place).await;
    let offer = Offer::once().publish(&calm).await;
    let people = calm.educators(2).await;
    calm.server.stop();
    let Market { place, .. } = calm;
    let place = std::sync::Arc::into_inner(place).expect("the only one").with("RATE_CHANGES", "6");
    let server = place.serve().await;
    let [one, other] = [0, 1].map(|n| people[n].at(&server.url));
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let answer = one.claim(offer.id).await;
        statuses.push(answer.status);
        if answer.status == 429 {
            answer.refused(Code::RateLimited);
            assert!((1..=60).contains(&retry_after(&answer)));
        }
    }
    assert_eq!(statuses[..2], [201, 409], "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    other.claim(offer.id).await.status(201);
    one.get("/me/claims").await.status(200);
}
