//! Small request helpers: who calls, what they ask, what they get.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::LazyLock,
    time::Duration,
};

use bytes::Bytes;
use reqwest::{Client, Method, header::HeaderMap};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{Code, Lang, Problem};

/// One client for all tests of a process; it follows no redirects and keeps no cookies.
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_mins(1))
        // The server closes a connection that nobody used for five seconds; a request sent at that moment gets no answer.
        .pool_idle_timeout(Duration::from_secs(3))
        .build()
        .expect("a client")
});

/// Somebody who calls a server.
#[derive(Clone, Debug)]
pub struct Caller {
    url: String,
    prefix: &'static str,
    headers: Vec<(String, String)>,
}

impl Caller {
    /// Somebody who is not signed in.
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), prefix: "/api/v1", headers: Vec::new() }
    }

    /// The same with a header in every request.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same with an access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// The same in a language.
    #[must_use]
    pub fn speaking(self, lang: Lang) -> Self {
        self.with("accept-language", lang.tag())
    }

    /// The same with whole paths, not those below `/api/v1`.
    #[must_use]
    pub fn at_root(mut self) -> Self {
        self.prefix = "";
        self
    }

    /// The same person at another server.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// The address of the server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks with a method.
    pub fn ask(&self, method: &Method, path: &str) -> Ask {
        let path = format!("{}{path}", self.prefix);
        let mut request = CLIENT.request(method.clone(), format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Ask { what: format!("{method} {path}"), path, request }
    }

    /// GET
    pub fn get(&self, path: &str) -> Ask {
        self.ask(&Method::GET, path)
    }

    /// POST without a body.
    pub fn post(&self, path: &str) -> Ask {
        self.ask(&Method::POST, path)
    }

    /// POST with a JSON body.
    pub fn send(&self, path: &str, body: &impl Serialize) -> Ask {
        self.post(path).json(body)
    }

    /// PATCH with a JSON body.
    pub fn patch(&self, path: &str, body: &impl Serialize) -> Ask {
        self.ask(&Method::PATCH, path).json(body)
    }

    /// DELETE
    pub fn delete(&self, path: &str) -> Ask {
        self.ask(&Method::DELETE, path)
    }
}

/// A request that can be awaited.
#[derive(Debug)]
pub struct Ask {
    what: String,
    path: String,
    request: reqwest::RequestBuilder,
}

impl Ask {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.request = self.request.header(name, value.as_ref());
        self
    }

    /// Adds an `Idempotency-Key`.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Adds a JSON body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Adds a body as it is.
    #[must_use]
    pub fn body(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.body(body);
        self
    }

    /// The same once more.
    #[must_use]
    pub fn again(&self) -> Self {
        let request = self.request.try_clone().expect("a body in memory");
        Self { what: self.what.clone(), path: self.path.clone(), request }
    }

    /// The same at another server.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        let mut request = self.again().request.build().expect("a request");
        let there: reqwest::Url = url.parse().expect("an address");
        request.url_mut().set_port(there.port()).expect("a port");
        let request = reqwest::RequestBuilder::from_parts(CLIENT.clone(), request);
        Self { what: self.what.clone(), path: self.path.clone(), request }
    }

    /// Sends it; an error is a connection that broke or an answer that did not come.
    pub async fn attempt(self) -> reqwest::Result<Answer> {
        let response = self.request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?;
        Ok(Answer { what: self.what, path: self.path, status, headers, body })
    }
}

impl IntoFuture for Ask {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let what = self.what.clone();
        Box::pin(async move { self.attempt().await.unwrap_or_else(|e| panic!("{what}: {e:?}")) })
    }
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    what: String,
    path: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// A header, if there is one.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().expect("a readable header"))
    }

    /// All headers of a name.
    pub fn all_headers(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|v| v.to_str().expect("a readable header")).collect()
    }

    /// Stops the test unless the status is this one.
    #[track_caller]
    pub fn status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text());
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.header("content-type"), Some("application/json"), "{}", self.what);
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{}: {e}: {}", self.what, self.text()))
    }

    /// The body of a 200.
    #[track_caller]
    pub fn ok<T: DeserializeOwned>(self) -> T {
        self.status(200).json()
    }

    /// The body of a 201.
    #[track_caller]
    pub fn created<T: DeserializeOwned>(self) -> T {
        self.status(201).json()
    }

    /// Any JSON of a 200.
    #[track_caller]
    pub fn value(self) -> Value {
        self.ok()
    }

    /// Done, with nothing to say.
    #[track_caller]
    pub fn done(self) -> Self {
        let answer = self.status(204);
        assert!(answer.body.is_empty(), "{}: 204 has no body", answer.what);
        answer
    }

    /// What was asked: method and path.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The code of a refusal in words, which this crate need not know; nothing where it is no refusal.
    pub fn code(&self) -> Option<String> {
        let problem: Value = serde_json::from_slice(&self.body).ok()?;
        problem["code"].as_str().filter(|_| self.status >= 400).map(ToOwned::to_owned)
    }

    /// The code of a refusal.
    #[track_caller]
    pub fn json_code(&self) -> Code {
        let problem: Problem =
            serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{}: {e}: {}", self.what, self.text()));
        problem.code
    }

    /// A refusal with this code: the whole problem document must be as the contract says (RFC 9457).
    #[track_caller]
    pub fn refused(&self, code: Code) -> Problem {
        self.refused_in(code, Lang::Az)
    }

    /// As `refused`, in a language.
    #[track_caller]
    pub fn refused_in(&self, code: Code, lang: Lang) -> Problem {
        assert_eq!(self.status, code.status(), "{} should be {code:?}: {}", self.what, self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.what);
        let problem: Problem =
            serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{}: {e}: {}", self.what, self.text()));
        assert_eq!(problem.code, code, "{}: {}", self.what, self.text());
        assert_eq!(problem.status, self.status, "{}", self.what);
        assert_eq!(problem.kind, format!("/problems/{}", code.as_str()), "{}", self.what);
        assert_eq!(problem.title, code.title(lang), "{}", self.what);
        assert_eq!(Some(problem.instance.as_str()), self.path.split('?').next(), "{}", self.what);
        if self.header("idempotent-replayed").is_none() {
            assert_eq!(Some(problem.request_id.as_str()), self.header("x-request-id"), "{}", self.what);
        }
        problem
    }

    /// A refusal of input: each wrong place with its code.
    #[track_caller]
    pub fn wrong_at(&self, code: Code, places: &[(&str, shared::FieldCode)]) {
        let problem = self.refused(code);
        let mut found: Vec<_> = problem.errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str_of())).collect();
        let mut expected: Vec<_> = places.iter().map(|(pointer, code)| (*pointer, code.as_str_of())).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{}: {}", self.what, self.text());
        assert!(problem.errors.iter().all(|e| !e.message.is_empty() && !e.message.contains('{')), "{}", self.text());
    }
}

/// A code as it stands in JSON, for comparing and sorting.
trait AsStrOf {
    fn as_str_of(&self) -> String;
}

impl AsStrOf for shared::FieldCode {
    fn as_str_of(&self) -> String {
        serde_json::to_value(self).map(|v| v.as_str().unwrap_or_default().to_owned()).unwrap_or_default()
    }
}
