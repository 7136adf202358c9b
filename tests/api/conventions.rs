//! What holds for every endpoint: problem documents, headers, entity tags, paging's bounds.

use reqwest::Method;
use serde_json::json;
use shared::{
    Code::{
        InvalidCursor, InvalidInput, InvalidQuery, MalformedRequest, MethodNotAllowed, NotFound, PayloadTooLarge,
        UnsupportedMediaType,
    },
    FieldCode, Lang,
};
use tests::{Market, on_both};

on_both!(
    absent_addresses_are_404,
    a_wrong_method_is_405_and_names_the_right_ones,
    what_cannot_be_read_is_400,
    what_is_too_large_is_413,
    other_formats_are_415,
    each_wrong_field_is_named,
    each_wrong_parameter_is_named,
    problems_speak_three_languages,
    every_answer_has_a_request_id,
    every_answer_has_security_headers,
    reads_have_entity_tags,
    entity_tags_do_not_depend_on_who_asks,
    head_is_get_without_a_body,
    no_cursor_of_another_list_is_taken,
);

async fn absent_addresses_are_404(market: Market) {
    let anon = market.anon();
    for path in
        ["/", "/offer", "/offers/", "/offers/not-an-id", "/offers/0190163d-8694-739b-aea5-966c26f8ad91", "/a/b/c"]
    {
        anon.get(path).await.refused(NotFound);
    }
    anon.post("/nothing").await.refused(NotFound);
}

async fn a_wrong_method_is_405_and_names_the_right_ones(market: Market) {
    let anon = market.anon();
    for (method, path, allow) in [
        (Method::PUT, "/offers", "GET, HEAD"),
        (Method::DELETE, "/stats/summary", "GET, HEAD"),
        (Method::GET, "/auth/token", "POST"),
        (Method::POST, "/me", "GET, HEAD, DELETE, PATCH"),
    ] {
        let answer = anon.ask(&method, path).await;
        answer.refused(MethodNotAllowed);
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
}

async fn what_cannot_be_read_is_400(market: Market) {
    let anon = market.anon();
    for body in [
        &b"{"[..],
        b"",
        b"{\"email\": \"a@b.az\", }",
        b"{\"email\": \"\xff\"}",
        b"{\"email\": \"a@b.az\", \"password\": \"x\"} {}",
        b"nonsense",
    ] {
        let ask = anon.post("/auth/token").header("content-type", "application/json").body(body);
        ask.await.refused(MalformedRequest);
    }
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let answer = anon.post("/auth/token").header("content-type", "application/json").body(deep).await;
    assert!([400, 422].contains(&answer.status), "depth is bounded: {}", answer.text());
    anon.get("/offers?q=%ff").await.refused(MalformedRequest);
    anon.get("/offers?q=%00").await.wrong_at(InvalidQuery, &[("?q", FieldCode::InvalidFormat)]);
}

async fn what_is_too_large_is_413(market: Market) {
    let body = json!({"email": "a@b.az", "password": "x".repeat(300 * 1024)});
    market.anon().send("/auth/token", &body).await.refused(PayloadTooLarge);
}

async fn other_formats_are_415(market: Market) {
    let anon = market.anon();
    let body = r#"{"email": "a@b.az", "password": "x"}"#;
    for media in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "json"] {
        anon.post("/auth/token").header("content-type", media).body(body).await.refused(UnsupportedMediaType);
    }
    anon.post("/auth/token").body(body).await.refused(UnsupportedMediaType);
    let packed = anon.send("/auth/token", &json!({})).header("content-encoding", "gzip");
    packed.await.refused(UnsupportedMediaType);
}

async fn each_wrong_field_is_named(market: Market) {
    let anon = market.anon();
    let wrong = |body, places| {
        let anon = anon.clone();
        async move { anon.send("/auth/register", &body).await.wrong_at(InvalidInput, places) }
    };
    let good = || json!({"email": "kim@test.az", "password": tests::PASSWORD, "name": "Kim"});
    let with = |name: &str, value| {
        let mut body = good();
        body[name] = value;
        body
    };
    wrong(json!({}), &[("/email", FieldCode::Required)]).await;
    wrong(with("colour", json!("red")), &[("/colour", FieldCode::UnknownField)]).await;
    wrong(with("name", json!(7)), &[("/name", FieldCode::WrongType)]).await;
    wrong(with("role", json!("king")), &[("/role", FieldCode::UnknownValue)]).await;
    wrong(with("role", json!("admin")), &[("/role", FieldCode::NotAllowed)]).await;
    wrong(with("password", json!("short")), &[("/password", FieldCode::TooShort)]).await;
    wrong(with("password", json!("parol123456789")), &[("/password", FieldCode::WeakPassword)]).await;
    wrong(with("name", json!("a\u{0}b")), &[("/name", FieldCode::InvalidFormat)]).await;
    wrong(
        json!({"email": "nobody", "password": "short", "name": " "}),
        &[("/email", FieldCode::InvalidEmail), ("/password", FieldCode::TooShort), ("/name", FieldCode::Required)],
    )
    .await;
}

async fn each_wrong_parameter_is_named(market: Market) {
    let anon = market.anon();
    for (query, place, code) in [
        ("colour=red", "?colour", FieldCode::UnknownField),
        ("limit=0", "?limit", FieldCode::OutOfRange),
        ("limit=101", "?limit", FieldCode::OutOfRange),
        ("limit=many", "?limit", FieldCode::InvalidFormat),
        ("limit=5&limit=6", "?limit", FieldCode::Duplicate),
        ("sort=price", "?sort", FieldCode::UnknownValue),
        ("kind=gift", "?kind", FieldCode::UnknownValue),
    ] {
        anon.get(&format!("/offers?{query}")).await.wrong_at(InvalidQuery, &[(place, code)]);
    }
    anon.get("/stats/summary?colour=red").await.wrong_at(InvalidQuery, &[("?colour", FieldCode::UnknownField)]);
}

async fn problems_speak_three_languages(market: Market) {
    for lang in Lang::ALL {
        let anon = market.anon().speaking(lang);
        anon.get("/nothing").await.refused_in(NotFound, lang);
        let problem = anon.send("/auth/register", &json!({})).await.refused_in(InvalidInput, lang);
        let needed = lang.pick("Bu sahəni doldurun", "Fill in this field", "Заполните это поле");
        assert!(!problem.errors[0].message.is_empty());
        assert_eq!(problem.errors[0].message.is_ascii(), lang == Lang::En, "{needed}: {problem:?}");
    }
    for (accepted, lang) in
        [("ru-RU,ru;q=0.9,en;q=0.8", Lang::Ru), ("de, en;q=0.5, az;q=0.1", Lang::En), ("fr", Lang::Az)]
    {
        market.anon().with("accept-language", accepted).get("/nothing").await.refused_in(NotFound, lang);
    }
}

async fn every_answer_has_a_request_id(market: Market) {
    let anon = market.anon();
    let own = anon.get("/offers").await;
    let id = own.header("x-request-id").expect("an id").to_owned();
    assert!(id.len() >= 8);
    assert_ne!(anon.get("/offers").await.header("x-request-id"), Some(id.as_str()), "each request has its own");
    let given = anon.get("/nothing").header("x-request-id", "abc-DEF-12345678").await;
    assert_eq!(given.refused(NotFound).request_id, "abc-DEF-12345678");
    for bad in ["short", "with blank 123456", &"x".repeat(65), "<script>alert(1)</script>"] {
        let answer = anon.get("/offers").header("x-request-id", bad).await;
        assert_ne!(answer.header("x-request-id"), Some(bad), "is not echoed");
    }
}

async fn every_answer_has_security_headers(market: Market) {
    let anon = market.anon();
    for answer in [
        anon.get("/offers").await,
        anon.get("/nothing").await,
        anon.get("/me").await,
        anon.clone().at_root().get("/health/live").await,
    ] {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
        assert_eq!(answer.header("referrer-policy"), Some("strict-origin-when-cross-origin"));
        assert_eq!(answer.all_headers("x-request-id").len(), 1);
        assert_eq!(answer.header("server"), None, "says nothing about its make");
    }
}

async fn reads_have_entity_tags(market: Market) {
    let anon = market.anon();
    let educator = market.educator().await;
    for (caller, path) in [
        (&anon, "/offers?limit=3"),
        (&anon, "/partners"),
        (&anon, "/partners/azercell"),
        (&educator, "/me/claims"),
        (&educator, "/me/allowances"),
    ] {
        let answer = caller.get(path).await.status(200);
        let tag = answer.header("etag").unwrap_or_else(|| panic!("{path} has a tag")).to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10, "{path}: strong: {tag}");
        let list = format!("\"other\", {tag}");
        for known in [tag.as_str(), &format!("W/{tag}"), &list, "*"] {
            let again = caller.get(path).header("if-none-match", known).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path} with {known}");
            assert_eq!(again.header("etag"), Some(tag.as_str()));
        }
        let other = caller.get(path).header("if-none-match", "\"other\"").await.status(200);
        assert_eq!(other.body, answer.body, "{path}");
    }
}

async fn entity_tags_do_not_depend_on_who_asks(market: Market) {
    let offer = tests::Offer::once().publish(&market).await;
    let path = format!("/offers/{}", offer.id);
    let anon = market.anon().get(&path).await.status(200);
    let educator = market.educator().await.get(&path).await.status(200);
    assert_eq!(anon.header("etag"), educator.header("etag"));
    assert_eq!(anon.body, educator.body);
}

async fn head_is_get_without_a_body(market: Market) {
    let anon = market.anon();
    let get = anon.get("/partners").await.status(200);
    let head = anon.ask(&Method::HEAD, "/partners").await.status(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("etag"), get.header("etag"));
}

async fn no_cursor_of_another_list_is_taken(market: Market) {
    let anon = market.anon();
    for cursor in ["x", "bm90aGluZw", "%20", &"A".repeat(2000)] {
        anon.get(&format!("/offers?cursor={cursor}")).await.refused(InvalidCursor);
    }
    let by_title: serde_json::Value = anon.get("/offers?limit=1&sort=title").await.ok();
    let cursor = by_title["next_cursor"].as_str().expect("more than one offer");
    anon.get(&format!("/offers?limit=1&sort=title&cursor={cursor}")).await.status(200);
    anon.get(&format!("/offers?limit=1&sort=ends_at&cursor={cursor}")).await.refused(InvalidCursor);
    market.educator().await.get(&format!("/me/claims?cursor={cursor}")).await.refused(InvalidCursor);
}
