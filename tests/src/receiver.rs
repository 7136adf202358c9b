//! A receiver of webhooks as a partner would run one: a real HTTP server on a port of its own, which keeps what it got,
//! checks signatures with the reference library, and answers as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use shared::webhook::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::eventually;

/// A message as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path of the address.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The status that it was answered with.
    pub status: u16,
}

impl Received {
    /// A header, which must be there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().expect("a readable header")
    }

    /// What it says.
    pub fn message(&self) -> Message {
        serde_json::from_slice(&self.body).expect("a message")
    }

    /// Whether a secret (`whsec_…`) signed it, by the reference library of the specification.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let webhook = standardwebhooks::Webhook::new(secret).expect("a secret that the library reads");
        webhook.verify(&self.body, &self.headers).is_ok()
    }
}

/// How the receiver answers.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    /// How long it takes.
    pub after: Duration,
    pub body: String,
    /// Further header lines.
    pub headers: String,
}

impl Reply {
    /// At once, with a status.
    pub fn status(status: u16) -> Self {
        Self { status, after: Duration::ZERO, body: format!("answered {status}"), headers: String::new() }
    }
}

type Rule = Box<dyn Fn(&Received) -> Reply + Send>;

struct State {
    received: Vec<Received>,
    next: VecDeque<Reply>,
    rule: Rule,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Receiver on {}", self.port)
    }
}

/// A running receiver; gone when dropped.
pub struct Receiver {
    port: u16,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// One that answers 204 unless told otherwise.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State {
            received: Vec::new(),
            next: VecDeque::new(),
            rule: Box::new(|_| Reply::status(204)),
        }));
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { port, state, task }
    }

    /// Its address with a path: `url("/hook")`.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers the next messages like this, one after the other.
    pub fn answer_next(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state().next.extend(replies);
    }

    /// Answers all other messages by a rule.
    pub fn answer_by(&self, rule: impl Fn(&Received) -> Reply + Send + 'static) {
        self.state().rule = Box::new(rule);
    }

    /// What has arrived so far, in order.
    pub fn received(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    /// What has arrived, once it is so many.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        eventually(&format!("{count} messages arrive"), || async {
            let received = self.received();
            (received.len() >= count).then_some(received)
        })
        .await
    }

    /// The data of what arrived with a 2xx, once it is so many.
    pub async fn wait_for_data(&self, count: usize) -> Vec<Value> {
        let through = || self.received().into_iter().filter(|r| (200..300).contains(&r.status));
        eventually(&format!("{count} messages get through"), || async {
            let data: Vec<Value> = through().map(|r| r.message().data).collect();
            (data.len() >= count).then_some(data)
        })
        .await
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves one connection, request after request.
async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut buffer = Vec::new();
    while let Some(mut received) = read(&mut stream, &mut buffer).await {
        let reply = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let reply = match state.next.pop_front() {
                Some(reply) => reply,
                None => (state.rule)(&received),
            };
            received.status = reply.status;
            state.received.push(received);
            reply
        };
        tokio::time::sleep(reply.after).await;
        let (status, length) = (reply.status, reply.body.len());
        // 204 has no body (RFC 9110 §15.3.5).
        let text = if status == 204 {
            format!("HTTP/1.1 204 No Content\r\n{}\r\n", reply.headers)
        } else {
            format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\n{}\r\n{}", reply.headers, reply.body)
        };
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Reads one request; none when the other side has closed.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer[..head_end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.append(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value.trim()).ok()?);
    }
    let length: usize = headers.get("content-length").and_then(|v| v.to_str().ok()?.parse().ok()).unwrap_or(0);
    let end = head_end + 4 + length;
    while buffer.len() < end {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = Bytes::copy_from_slice(&buffer[head_end + 4..end]);
    buffer.drain(..end);
    Some(Received { path, headers, body, status: 0 })
}
