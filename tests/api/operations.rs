//! Health, metrics, the OpenAPI document, the page's fallback.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};
use shared::{Code, import::RowCode, offer::Kind, partner::Scope};
use tests::{Market, on_both};

on_both!(
    it_is_alive_and_ready,
    metrics_count_requests,
    the_document_is_served_as_it_is_printed,
    the_document_has_what_it_names,
    no_dotfile_is_served,
    no_path_leads_out
);

async fn it_is_alive_and_ready(market: Market) {
    let anon = market.anon().at_root();
    for path in ["/health/live", "/health/ready"] {
        let answer = anon.get(path).await.status(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.json::<Value>()["status"], "ok");
    }
}

async fn metrics_count_requests(market: Market) {
    let anon = market.anon().at_root();
    let count = |text: &str| -> u64 {
        let lines = text.lines().filter(|l| l.starts_with("http_request_seconds_count") && l.contains("4xx"));
        lines.filter_map(|l| l.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    };
    let before = count(anon.get("/metrics").await.status(200).text());
    market.anon().get("/nothing").await.refused(Code::NotFound);
    let after = count(anon.get("/metrics").await.status(200).text());
    assert!(after > before, "{before} → {after}");
}

async fn the_document_is_served_as_it_is_printed(market: Market) {
    let answer = market.anon().at_root().get("/openapi.json").await.status(200);
    let printed = market.place.succeed(&["openapi"]);
    assert_eq!(answer.text().trim(), printed.trim());
    let document: Value = answer.json();
    assert_eq!(document["openapi"].as_str().map(|v| &v[..3]), Some("3.1"));
    let code = &document["components"]["schemas"]["Code"]["enum"];
    let documented: Vec<&str> = code.as_array().expect("codes").iter().filter_map(Value::as_str).collect();
    let known: Vec<&str> = Code::ALL.iter().map(|c| c.as_str()).collect();
    assert_eq!(documented, known);
}

async fn no_dotfile_is_served(market: Market) {
    let anon = market.anon().at_root();
    for path in ["/.env", "/.git/config", "/data/market.db", "/..%2f..%2fetc%2fpasswd"] {
        anon.get(path).await.refused(Code::NotFound);
    }
}

/// Clients tidy paths up before they send them, so this speaks by itself.
async fn no_path_leads_out(market: Market) {
    let address = market.server.url.strip_prefix("http://").expect("plain http").to_owned();
    for path in [
        "/../Cargo.toml",
        "/../../../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/a/../../x.css",
    ] {
        let mut stream = TcpStream::connect(&address).expect("a connection");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.split(' ').nth(1);
        // What has no ending is an address of the page, whatever it is.
        let is_page = status == Some("200") && answer.to_lowercase().contains("<!doctype html>");
        assert!(is_page || status == Some("404") || status == Some("400"), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("[workspace]"), "{path}: {answer}");
    }
}

async fn the_document_has_what_it_names(market: Market) {
    let answer = market.anon().at_root().get("/openapi.json").await.status(200);
    let document: Value = answer.json();
    let schemas = &document["components"]["schemas"];
    // Closed lists stand there as they stand in JSON.
    assert_eq!(schemas["Kind"]["enum"], json!(Kind::ALL));
    assert_eq!(schemas["Scope"]["enum"], json!(Scope::ALL));
    assert_eq!(schemas["RowCode"]["enum"], json!(RowCode::ALL));
    for name in answer.text().split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(schemas[name].is_object(), "{name} is named and not there");
    }
}
