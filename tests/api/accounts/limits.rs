//! Limits on guessing and on changes, on a server that has low ones.

use serde_json::json;
use shared::Code;
use tests::{Kind, Market, Offer, Place, on_both, people::DEMO_PASSWORD};

on_both!(
    alone: guessing_ends,
    passwords_at_once_are_all_counted,
    a_trusted_proxy_speaks_for_others,
    the_last_hop_counts_however_it_is_written,
    changes_are_limited_for_each_person,
);

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

/// So many wrong passwords are looked at as a third of the requests that an address has.
async fn passwords_at_once_are_all_counted(kind: Kind) {
    let place = Place::new(kind).await.with("RATE_CREDENTIALS", "60");
    let server = place.serve().await;
    let guess = |n: u32| {
        let body = json!({"email": "learner@demo.az", "password": format!("a-guess-{n}")});
        let anon = server.anon();
        async move { anon.send("/auth/token", &body).await }
    };
    let answers = futures_util::future::join_all((0..28).map(guess)).await;
    let judged = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!(judged, 20, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
}

/// The lines of the nth request of somebody who writes another address each time, behind a proxy that saw the second.
type Lines = fn(usize, &str) -> Vec<(&'static str, String)>;

/// Each line of a header as it comes to the server. What the client wrote stands before what the proxy adds.
async fn the_last_hop_counts_however_it_is_written(kind: Kind) {
    let place = Place::new(kind).await.with("RATE_CREDENTIALS", "8").with("TRUSTED_PROXY", "127.0.0.1");
    let server = place.serve().await;
    let ask = |lines: &[(&'static str, String)]| {
        let ask = server.anon().send("/auth/password/forgot", &json!({"email": "nobody@test.az"}));
        lines.iter().fold(ask, |ask, (name, value)| ask.header(name, value))
    };
    let ways: [(&str, Lines); 6] = [
        ("two lines", |n, seen| vec![("x-forwarded-for", format!("198.51.100.{n}")), ("x-forwarded-for", seen.into())]),
        ("an entry and a line", |n, seen| {
            vec![("x-forwarded-for", format!("198.51.100.{n}, 192.0.2.{n}")), ("x-forwarded-for", seen.into())]
        }),
        ("with a port", |n, seen| vec![("x-forwarded-for", format!("198.51.100.{n}, {seen}:4711"))]),
        ("RFC 7239", |n, seen| {
            vec![("forwarded", format!("for=198.51.100.{n}")), ("forwarded", format!("for={seen};proto=https;by=_p"))]
        }),
        ("RFC 7239 in one line", |n, seen| {
            vec![("forwarded", format!("For=\"198.51.100.{n}:99\", Proto=https; FOR=\"{seen}:4711\""))]
        }),
        // The proxy writes one of the two; who writes the other gains nothing by it.
        ("both", |n, seen| {
            vec![("forwarded", format!("for=198.51.100.{n}")), ("x-forwarded-for", format!("192.0.2.{n}, {seen}"))]
        }),
    ];
    for (at, (what, lines)) in ways.into_iter().enumerate() {
        let seen = format!("203.0.113.{}", at + 1);
        let mut statuses = Vec::new();
        for n in 0..20 {
            statuses.push(ask(&lines(n, &seen)).await.status);
        }
        assert!(statuses[0] == 202 && statuses.contains(&429), "{what}: {statuses:?}");
        let other = format!("203.0.113.{}", at + 101);
        let elsewhere = ask(&lines(1, &other)).await.status;
        assert!(elsewhere == 202 || what == "both", "{what}: somebody else has a share of their own");
    }
    let v6 = |last: &str| vec![("forwarded", format!("for=\"[2001:db8::{last}]:4711\""))];
    let mut statuses = Vec::new();
    for n in 0..20 {
        statuses.push(ask(&v6(&n.to_string())).await.status);
    }
    assert!(statuses.contains(&429), "one customer has a whole network: {statuses:?}");
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
