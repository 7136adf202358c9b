//! Sending one message once.

use std::{error::Error as StdError, io, sync::Arc, time::Duration};

use anyhow::Context;
use chrono::{DateTime, Utc};
use reqwest::{Client, Response, redirect};
use shared::webhook::{ANSWER_MAX, AttemptFailure, SentHeader};
use tokio::time::{Instant, timeout};

use super::{
    address::{self, NoAddress, NotPublic, PublicResolver, Unfit},
    signature::signatures,
};
use crate::tls;

/// The whole of an attempt, from looking up the name to the end of what is read of the answer.
const ATTEMPT_TIME: Duration = Duration::from_secs(15);
/// Looking up the name, the connection, and TLS.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// What receivers see of us.
const USER_AGENT: &str = "Virtual-Market-Webhooks/1.0";

/// Sends messages.
#[derive(Clone, Debug)]
pub struct Sender {
    client: Client,
    allow_private: bool,
}

/// A message to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    pub url: String,
    /// The secrets that sign, the present one first.
    pub secrets: Vec<Vec<u8>>,
    pub message_id: String,
    pub body: String,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Attempted {
    pub duration_ms: u32,
    pub signature: String,
    pub status: Option<u16>,
    pub answer: Option<String>,
    pub failure: Option<AttemptFailure>,
}

impl Attempted {
    /// Nothing could be sent.
    pub fn unsent(failure: AttemptFailure) -> Self {
        Self { duration_ms: 0, signature: String::new(), status: None, answer: None, failure: Some(failure) }
    }
}

impl Sender {
    /// A client that connects to the public internet alone, follows no redirect and asks no proxy.
    pub fn open(allow_private: bool) -> anyhow::Result<Self> {
        let tls = tls::client().context("cannot set up TLS")?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(PublicResolver { allow_private }))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIME)
            .timeout(ATTEMPT_TIME)
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_max_idle_per_host(2)
            .build()
            .context("cannot make the client for webhooks")?;
        Ok(Self { client, allow_private })
    }

    /// Sends a message; the time is the one that it is signed with.
    pub async fn send(&self, letter: &Letter, at: DateTime<Utc>) -> Attempted {
        let start = Instant::now();
        let signature = signatures(&letter.secrets, &letter.message_id, at.timestamp(), &letter.body);
        let sent = timeout(ATTEMPT_TIME, self.post(letter, at, &signature)).await;
        let (status, answer, failure) = match sent {
            Err(_) => (None, None, Some(AttemptFailure::Timeout)),
            Ok(Err(failure)) => (None, None, Some(failure)),
            Ok(Ok(response)) => {
                let status = response.status();
                let left = ATTEMPT_TIME.saturating_sub(start.elapsed());
                let answer = read_head(response, left).await;
                (Some(status.as_u16()), Some(answer), (!status.is_success()).then_some(AttemptFailure::Status))
            }
        };
        let duration_ms = u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX);
        Attempted { duration_ms, signature, status, answer, failure }
    }

    async fn post(&self, letter: &Letter, at: DateTime<Utc>, signature: &str) -> Result<Response, AttemptFailure> {
        // A number in the address is not looked up, so the resolver does not see it.
        let url = address::read(&letter.url, self.allow_private).map_err(|unfit| match unfit {
            Unfit::Private => AttemptFailure::PrivateAddress,
            Unfit::Form | Unfit::Plain => AttemptFailure::NoAddress,
        })?;
        let mut request = self.client.post(url).body(letter.body.clone());
        for header in headers(&letter.message_id, at, signature) {
            request = request.header(header.name, header.value);
        }
        request.send().await.map_err(|error| reason(&error))
    }
}

/// The headers of a message.
pub fn headers(message_id: &str, at: DateTime<Utc>, signature: &str) -> Vec<SentHeader> {
    let header = |name: &str, value: &str| SentHeader { name: name.to_owned(), value: value.to_owned() };
    vec![
        header("content-type", "application/json"),
        header("user-agent", USER_AGENT),
        header("webhook-id", message_id),
        header("webhook-timestamp", &at.timestamp().to_string()),
        header("webhook-signature", signature),
    ]
}

/// The beginning of an answer, as far as it comes in time; what is no text is shown as `�`.
async fn read_head(mut response: Response, left: Duration) -> String {
    let mut head: Vec<u8> = Vec::new();
    let reading = async {
        while head.len() < ANSWER_MAX {
            let Ok(Some(chunk)) = response.chunk().await else { break };
            let room = ANSWER_MAX - head.len();
            head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
    };
    // The status has been answered: that the rest is slow or breaks changes nothing.
    timeout(left, reading).await.ok();
    // PostgreSQL has no text with a zero in it.
    String::from_utf8_lossy(&head).replace('\0', "\u{fffd}")
}

/// Why there was no answer.
fn reason(error: &reqwest::Error) -> AttemptFailure {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotPublic>() {
            return AttemptFailure::PrivateAddress;
        }
        if error.is::<NoAddress>() {
            return AttemptFailure::NoAddress;
        }
        if is_tls(error) {
            return AttemptFailure::Tls;
        }
        cause = error.source();
    }
    if error.is_timeout() { AttemptFailure::Timeout } else { AttemptFailure::NoConnection }
}

/// Whether TLS failed: its error lies within errors of reading and writing, which do not name it as their source.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls(inner))
}
