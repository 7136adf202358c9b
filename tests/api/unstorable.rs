//! Characters that a database cannot store, wherever a request has room for text: refused, never a failure of ours.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Map, Value, json};
use shared::{Code, FieldCode};
use tests::{Caller, Market, on_both};

on_both!(
    no_operation_fails_for_a_nul,
    no_cursor_brings_a_nul_in,
    each_place_of_a_nul_is_named,
    no_upload_fails_for_a_nul
);

/// U+0000, which PostgreSQL has in no text.
const NUL: &str = "a\u{0}b";
/// The same in an address.
const NUL_IN_ADDRESS: &str = "a%00b";
/// An id of nothing.
const NOTHING: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

/// An operation of the document.
struct Operation<'a> {
    method: Method,
    path: &'a str,
    said: &'a Value,
}

impl<'a> Operation<'a> {
    fn all(document: &'a Value) -> impl Iterator<Item = Self> {
        let paths = document["paths"].as_object().expect("paths");
        paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().expect("a path item").iter();
            methods.filter_map(move |(name, said)| {
                let method = name.to_uppercase().parse().ok()?;
                said["responses"].is_object().then_some(Self { method, path, said })
            })
        })
    }

    /// The names of its parameters in the address or the query.
    fn parameters(&self, place: &str) -> Vec<&'a str> {
        let all = self.said["parameters"].as_array().into_iter().flatten();
        all.filter(|parameter| parameter["in"] == place).filter_map(|parameter| parameter["name"].as_str()).collect()
    }

    /// The address, with a NUL in the place of one parameter.
    fn address(&self, slug: &str, with_nul: Option<&str>) -> String {
        self.parameters("path").iter().fold(self.path.to_owned(), |path, name| {
            let value = match *name {
                name if Some(name) == with_nul => NUL_IN_ADDRESS,
                "slug" => slug,
                "version" => "1",
                "external_id" => "x-1",
                _ => NOTHING,
            };
            path.replace(&format!("{{{name}}}"), value)
        })
    }

    /// A JSON body as its schema asks for it. Files of rows are taken whatever is in them, and told about later.
    fn body(&self, document: &Value) -> Option<Value> {
        if self.path.contains("/imports") {
            return None;
        }
        let schema = &self.said["requestBody"]["content"]["application/json"]["schema"];
        schema.is_object().then(|| sample(document, schema, 0))
    }
}

/// Something that fits a schema, with all that it may have.
fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return sample(document, &document["components"]["schemas"][name], depth + 1);
    }
    let one_of = ["oneOf", "anyOf", "allOf"].iter().find_map(|name| schema[*name].as_array());
    if let Some(one) = one_of.and_then(|all| all.iter().find(|one| one["type"] != "null")) {
        return sample(document, one, depth + 1);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    match kinds.first().and_then(Value::as_str) {
        Some("object") | None if depth < 8 => {
            let all = schema["properties"].as_object().into_iter().flatten();
            Value::Object(all.map(|(name, inner)| (name.clone(), sample(document, inner, depth + 1))).collect())
        }
        Some("array") => json!([sample(document, &schema["items"], depth + 1)]),
        Some("integer" | "number") => schema["minimum"].as_i64().unwrap_or(1).into(),
        Some("boolean") => true.into(),
        _ if schema["format"] == "uuid" => NOTHING.into(),
        _ if schema["format"] == "date-time" => "2030-01-01T00:00:00Z".into(),
        _ => "az-text-12345".into(),
    }
}

/// The document once for each text in it, with a NUL there.
fn with_nul(document: &Value) -> Vec<Value> {
    match document {
        Value::String(_) => vec![NUL.into()],
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.flat_map(|(at, item)| {
                with_nul(item).into_iter().map(move |changed| {
                    let mut items = items.clone();
                    items[at] = changed;
                    Value::Array(items)
                })
            })
            .collect()
        }
        Value::Object(fields) => {
            let mut all: Vec<Value> = fields
                .iter()
                .flat_map(|(name, value)| {
                    with_nul(value).into_iter().map(move |changed| {
                        let mut fields = fields.clone();
                        fields.insert(name.clone(), changed);
                        Value::Object(fields)
                    })
                })
                .collect();
            let mut named: Map<String, Value> = fields.clone();
            named.insert(NUL.to_owned(), json!("x"));
            all.push(Value::Object(named));
            all
        }
        _ => Vec::new(),
    }
}

/// What is wrong with the answer to something unstorable.
fn complaint(who: &str, what: &str, answer: &tests::Answer) -> Option<String> {
    let refused = (400..500).contains(&answer.status);
    (!refused).then(|| format!("{what} by {who}: {} {}", answer.status, answer.text()))
}

async fn no_operation_fails_for_a_nul(market: Market) {
    let document: Value = market.anon().at_root().get("/openapi.json").await.ok();
    let partner = market.partner().await;
    let callers: [(&str, Caller); 5] = [
        ("nobody", market.anon()),
        ("an educator", market.educator().await),
        ("the ministry", market.admin().await),
        ("the owner", partner.owner.clone()),
        ("the program", partner.program.clone()),
    ];
    let mut wrong = Vec::new();
    let mut asked = 0;
    for operation in Operation::all(&document) {
        let plain = operation.address(&partner.slug, None);
        let mut asks: Vec<(String, Option<Value>)> = Vec::new();
        for name in operation.parameters("path") {
            asks.push((operation.address(&partner.slug, Some(name)), operation.body(&document)));
        }
        for name in operation.parameters("query").into_iter().chain(["unknown"]) {
            asks.push((format!("{plain}?{name}={NUL_IN_ADDRESS}"), operation.body(&document)));
        }
        let bodies = operation.body(&document).as_ref().map(with_nul).unwrap_or_default();
        asks.extend(bodies.into_iter().map(|body| (plain.clone(), Some(body))));
        for (who, caller) in &callers {
            for (address, body) in &asks {
                let ask = caller.clone().at_root().ask(&operation.method, address).header("if-match", "*");
                let ask = body.iter().fold(ask, tests::client::Ask::json);
                let what = format!("{} {address} {}", operation.method, body.as_ref().unwrap_or(&Value::Null));
                wrong.extend(complaint(who, &what, &ask.await));
                asked += 1;
            }
        }
    }
    assert!(asked > 1000, "{asked} requests");
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

async fn no_cursor_brings_a_nul_in(market: Market) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    let mut wrong = Vec::new();
    for n in 0..2 {
        tests::Offer::once().title(&format!("Başlıq {n}")).publish_at(&market, &partner.slug).await;
    }
    for (caller, path) in [
        (&admin, "/partners?limit=1".to_owned()),
        (&admin, "/offers?limit=1&sort=title".to_owned()),
        (&admin, "/admin/partners?limit=1".to_owned()),
        (&admin, "/admin/users?limit=1".to_owned()),
        (&admin, "/admin/offers?limit=1&sort=title".to_owned()),
        (&partner.owner, partner.path("/offers?limit=1&sort=title")),
        (&partner.owner, partner.path("/members?limit=1")),
    ] {
        let page: Value = caller.get(&path).await.ok();
        let cursor = page["next_cursor"].as_str().unwrap_or_else(|| panic!("{path} has a second page"));
        let place: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).expect("base64")).expect("JSON");
        for forged in with_nul(&place) {
            let cursor = URL_SAFE_NO_PAD.encode(forged.to_string());
            let answer = caller.get(&format!("{path}&cursor={cursor}")).await;
            if answer.status == 400 {
                answer.refused(Code::InvalidCursor);
            } else {
                wrong.push(format!("{path} with {forged}: {} {}", answer.status, answer.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn each_place_of_a_nul_is_named(market: Market) {
    let anon = market.anon();
    anon.get("/partners/a%00b").await.refused(Code::NotFound);
    market.admin().await.get("/partners/a%00b/offers").await.refused(Code::NotFound);
    market.partner().await.program.get("/partners/a%00b/offers").await.refused(Code::NotFound);
    anon.get("/offers?partner=a%00b").await.wrong_at(Code::InvalidQuery, &[("?partner", FieldCode::InvalidFormat)]);
    anon.get("/offers?a%00b=1").await.refused(Code::InvalidQuery);
    let body = json!({"email": NUL, "password": NUL});
    anon.send("/auth/token", &body)
        .await
        .wrong_at(Code::InvalidInput, &[("/email", FieldCode::InvalidFormat), ("/password", FieldCode::InvalidFormat)]);
}

async fn no_upload_fails_for_a_nul(market: Market) {
    let partner = market.partner().await;
    let offer = crate::codes::pool().in_state_at(&market, &partner.slug, shared::offer::OfferState::Published).await;
    let codes = partner.path(&format!("/offers/{}/codes", offer.id));
    for (media, body) in [("text/plain", "A\u{0}1\nA-2"), ("text/csv", "code\nA\u{0}1"), ("text/plain", "\u{0}")] {
        let answer = partner.program.post(&codes).header("content-type", media).body(body).await;
        assert!((400..500).contains(&answer.status), "{body:?}: {} {}", answer.status, answer.text());
    }
    let row = crate::imports::row("nul-1", |row| row["title"] = json!({"az": NUL}));
    let view = crate::imports::done(&partner, "", &[row]).await;
    assert_eq!((view.counts.created, view.counts.failed), (0, 1), "{view:?}");
    let table = "external_id,kind,area,title_az\nnul-2,course,art,a\u{0}b\n";
    let view = crate::imports::send(&partner.program, &partner, "", "text/csv", table).await.status(202).json();
    let view = crate::imports::over(&partner, &view).await;
    assert_eq!(view.counts.created, 0, "{view:?}");
    assert!(view.failure.is_none_or(|failure| failure.code != shared::import::FileCode::Internal));
}
