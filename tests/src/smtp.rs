//! A mail server as a provider would run one: real SMTP on a port of its own (RFC 5321), which keeps what it got, and
//! refuses as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::eventually_within;

/// A mail as it was handed over.
#[derive(Clone, Debug)]
pub struct Delivered {
    pub from: String,
    pub to: String,
    /// Its header fields as they are.
    pub head: String,
    /// Its text, decoded.
    pub text: String,
}

impl Delivered {
    /// The token in the link to `page`.
    pub fn token(&self, page: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(&format!("/{page}?token="))?;
        rest.split_whitespace().next()
    }
}

/// What the server does instead of taking a mail.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Answers a recipient with this line.
    Recipient(String),
    /// Answers the whole mail with this line.
    Mail(String),
    /// Breaks the connection off when a mail begins.
    BreakOff,
}

#[derive(Debug, Default)]
struct State {
    delivered: Vec<Delivered>,
    refusals: VecDeque<Refusal>,
    refused: usize,
}

/// A running server; gone when dropped.
#[derive(Debug)]
pub struct Smtp {
    port: u16,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Smtp {
    /// One that takes every mail unless told otherwise.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { port, state, task }
    }

    /// Its address, for `SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Refuses the next mails like this, one after the other.
    pub fn refuse_next(&self, refusals: impl IntoIterator<Item = Refusal>) {
        lock(&self.state).refusals.extend(refusals);
    }

    /// How many were refused.
    pub fn refused(&self) -> usize {
        lock(&self.state).refused
    }

    /// The mails to an address so far, in order.
    pub fn to(&self, address: &str) -> Vec<Delivered> {
        lock(&self.state).delivered.iter().filter(|mail| mail.to == address).cloned().collect()
    }

    /// The mails to an address, once there are so many; a second try comes after a pause.
    pub async fn wait_for(&self, address: &str, count: usize) -> Vec<Delivered> {
        eventually_within(std::time::Duration::from_mins(1), &format!("{count} mails to {address}"), || async {
            let mails = self.to(address);
            (mails.len() >= count).then_some(mails)
        })
        .await
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Speaks with one client until it leaves.
async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut stream = BufReader::new(stream);
    let (mut from, mut to, mut refusal) = (String::new(), String::new(), None);
    if say(&mut stream, "220 mail.example ESMTP").await.is_none() {
        return;
    }
    while let Some(line) = line(&mut stream).await {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-mail.example\r\n250 8BITMIME".to_owned(),
            "HELO" | "RSET" | "NOOP" => "250 OK".to_owned(),
            "MAIL" => {
                from = path(&line);
                refusal = lock(&state).refusals.pop_front();
                lock(&state).refused += usize::from(refusal.is_some());
                if matches!(refusal, Some(Refusal::BreakOff)) {
                    return;
                }
                "250 OK".to_owned()
            }
            "RCPT" => {
                to = path(&line);
                match &refusal {
                    Some(Refusal::Recipient(answer)) => answer.clone(),
                    _ => "250 OK".to_owned(),
                }
            }
            "DATA" => {
                let Some(()) = say(&mut stream, "354 go on").await else { return };
                let Some(content) = content(&mut stream).await else { return };
                if let Some(Refusal::Mail(answer)) = refusal.take() {
                    answer
                } else {
                    let (head, body) = content.split_once("\r\n\r\n").unwrap_or((&content, ""));
                    let text = decoded(head, body);
                    let mail = Delivered { from: from.clone(), to: to.clone(), head: head.to_owned(), text };
                    lock(&state).delivered.push(mail);
                    "250 OK".to_owned()
                }
            }
            "QUIT" => {
                say(&mut stream, "221 bye").await;
                return;
            }
            _ => "500 what?".to_owned(),
        };
        if say(&mut stream, &answer).await.is_none() {
            return;
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> Option<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

/// The mail up to the line with a dot alone; other dots at the beginning of lines are doubled (§4.5.2).
async fn content(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut content = String::new();
    loop {
        let line = line(stream).await?;
        if line == "." {
            return Some(content);
        }
        content.push_str(line.strip_prefix('.').unwrap_or(&line));
        content.push_str("\r\n");
    }
}

/// The address between `<` and `>`.
fn path(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

/// The text of a body (RFC 2045 §6.7, §6.8).
fn decoded(head: &str, body: &str) -> String {
    let head = head.to_ascii_lowercase();
    let bytes = if head.contains("content-transfer-encoding: base64") {
        STANDARD.decode(body.replace("\r\n", "")).expect("base64")
    } else if head.contains("content-transfer-encoding: quoted-printable") {
        quoted_printable(body)
    } else {
        body.as_bytes().to_vec()
    };
    String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
}

fn quoted_printable(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}
