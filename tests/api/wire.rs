//! What reaches the server otherwise than it should: too long, too large, too slow, or broken off.

use std::time::Duration;

use shared::Code;
use tests::{
    Market, on_both,
    raw::{Raw, RawAnswer, chunk},
};

on_both!(
    an_address_has_its_bounds,
    a_head_has_its_bounds,
    a_body_without_a_length_has_its_bounds,
    what_does_not_arrive_is_given_up,
    whoever_is_refused_does_not_keep_the_connection,
    what_is_no_request_is_refused,
);

const CLOSE: &str = "Host: x\r\nConnection: close\r\n";

/// Sends bytes and reads the answer.
async fn asked(market: &Market, bytes: impl AsRef<[u8]>) -> RawAnswer {
    let mut raw = Raw::open(&market.server.url).await;
    raw.send(bytes).await;
    raw.answer().await
}

/// The head of a request with a JSON body whose length it does not tell.
fn chunked_head() -> String {
    format!(
        "POST /api/v1/auth/token HTTP/1.1\r\n{CLOSE}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
}

async fn an_address_has_its_bounds(market: Market) {
    let path = |length: usize| format!("/offers?q={}", "a".repeat(length));
    market.anon().get(&path(8000)).await.refused(Code::InvalidQuery);
    market.anon().get(&path(9000)).await.refused(Code::UriTooLong);
    market.anon().at_root().get(&format!("/{}", "a".repeat(60_000))).await.refused(Code::UriTooLong);
}

async fn a_head_has_its_bounds(market: Market) {
    let with = |length: usize| market.anon().get("/offers").header("x-large", "a".repeat(length));
    with(20_000).await.status(200);
    with(40_000).await.refused(Code::HeadersTooLarge);
    // Beyond this it does not become a request at all.
    for fields in ["X: a\r\n".repeat(200), format!("X: {}\r\n", "a".repeat(200_000))] {
        let mut raw = Raw::open(&market.server.url).await;
        raw.send(format!("GET /api/v1/offers HTTP/1.1\r\n{CLOSE}")).await;
        let answer = raw.answer_while(vec![fields.into_bytes(), b"\r\n".to_vec()], Duration::ZERO).await;
        // A sender that is cut off in the middle may not see the answer.
        assert!([431, 0].contains(&answer.status()), "{answer:?}");
    }
    market.anon().get("/offers").await.status(200);
}

async fn a_body_without_a_length_has_its_bounds(market: Market) {
    let pieces = |count: usize| {
        let mut pieces = vec![chunked_head().into_bytes()];
        pieces.extend(vec![chunk(&vec![b' '; 64 * 1024]); count]);
        pieces.push(b"0\r\n\r\n".to_vec());
        pieces
    };
    let send = async |count| Raw::open(&market.server.url).await.answer_while(pieces(count), Duration::ZERO).await;
    assert_eq!(send(3).await.problem().code, Code::MalformedRequest, "blanks are no JSON");
    assert_eq!(send(5).await.problem().code, Code::PayloadTooLarge);
}

async fn what_does_not_arrive_is_given_up(market: Market) {
    let json = format!("POST /api/v1/auth/token HTTP/1.1\r\n{CLOSE}Content-Type: application/json\r\n");
    let (body, chunks, head) = tokio::join!(
        asked(&market, format!("{json}Content-Length: 100\r\n\r\n{{\"email\"")),
        asked(&market, format!("{}5\r\n{{\"ema\r\n", chunked_head())),
        asked(&market, "GET /api/v1/offers HTTP/1.1\r\nHost: x\r\n"),
    );
    for answer in [body, chunks] {
        assert_eq!(answer.problem().code, Code::RequestTimeout);
    }
    assert_eq!(head.status(), 408, "a head that does not end is no request yet: {head:?}");
}

async fn whoever_is_refused_does_not_keep_the_connection(market: Market) {
    // The body goes on for far longer than anybody waits; the answers are there when the server closes.
    let endless = || vec![chunk(b" "); 2400];
    let mut refused = Raw::open(&market.server.url).await;
    refused.send(chunked_head().replace("application/json", "text/plain")).await;
    let answer = refused.answer_while(endless(), Duration::from_millis(100));
    let answer = tokio::time::timeout(Duration::from_mins(1), answer).await.expect("the server closes");
    assert_eq!(answer.problem().code, Code::UnsupportedMediaType);

    // Silence after the refusal is no way either.
    let silent = asked(&market, chunked_head().replace("/auth/token", "/nowhere"));
    let silent = tokio::time::timeout(Duration::from_mins(1), silent).await.expect("the server closes");
    assert_eq!(silent.problem().code, Code::NotFound);
}

async fn what_is_no_request_is_refused(market: Market) {
    for bytes in ["nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"] {
        assert_eq!(asked(&market, bytes).await.status(), 400, "{bytes}");
    }
    let broken = asked(&market, format!("{}zz\r\n", chunked_head())).await;
    assert_eq!(broken.problem().code, Code::MalformedRequest);
    let path = asked(&market, format!("GET /api/v1/offers/%ff%00 HTTP/1.1\r\n{CLOSE}\r\n")).await;
    assert_eq!(path.problem().code, Code::NotFound);
}
