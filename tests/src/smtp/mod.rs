//! A mail server as a provider would run one: real SMTP on a port of its own (RFC 5321), which keeps what it got, and
//! refuses as it is told. With a certificate it speaks TLS, from the first byte or by STARTTLS (RFC 3207).

mod read;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use self::read::{decoded, password, path};
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
    /// Whether it came over TLS.
    pub encrypted: bool,
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

/// Whether the server speaks TLS.
#[derive(Clone, Default)]
pub enum Security {
    /// Never.
    #[default]
    Plain,
    /// When it is asked to.
    StartTls(TlsAcceptor),
    /// From the first byte.
    Always(TlsAcceptor),
}

#[derive(Debug, Default)]
struct State {
    delivered: Vec<Delivered>,
    /// Passwords that came, and whether over TLS.
    passwords: Vec<(String, bool)>,
    /// How long each recipient takes.
    delay: Duration,
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
        Self::start_with(Security::Plain).await
    }

    /// The same with TLS.
    pub async fn start_with(security: Security) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(greet(stream, security.clone(), shared.clone()));
            }
        });
        Self { port, state, task }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Takes so long for each recipient from now on.
    pub fn delay(&self, time: Duration) {
        lock(&self.state).delay = time;
    }

    /// The passwords that came so far, each with whether it came over TLS.
    pub fn passwords(&self) -> Vec<(String, bool)> {
        lock(&self.state).passwords.clone()
    }

    /// All mails so far, in order.
    pub fn all(&self) -> Vec<Delivered> {
        lock(&self.state).delivered.clone()
    }

    /// How many mails have come.
    pub fn count(&self) -> usize {
        self.all().len()
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
        eventually_within(Duration::from_mins(1), &format!("{count} mails to {address}"), || async {
            let mails = self.to(address);
            (mails.len() >= count).then_some(mails)
        })
        .await
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

type Connection = BufReader<Box<dyn Stream>>;

/// Takes a connection, encrypts it where that is to be, and speaks with the client until it leaves.
async fn greet(stream: impl Stream + 'static, security: Security, state: Arc<Mutex<State>>) -> Option<()> {
    match security {
        Security::Plain => {
            say_hello_and_serve(Box::new(stream), None, false, state).await;
        }
        Security::Always(tls) => {
            let stream = tls.accept(stream).await.ok()?;
            say_hello_and_serve(Box::new(stream), None, true, state).await;
        }
        Security::StartTls(tls) => {
            let plain = say_hello_and_serve(Box::new(stream), Some(&tls), false, state.clone()).await?;
            let stream = tls.accept(plain.into_inner()).await.ok()?;
            serve(BufReader::new(Box::new(stream)), None, true, state).await;
        }
    }
    Some(())
}

async fn say_hello_and_serve(
    stream: Box<dyn Stream>,
    tls: Option<&TlsAcceptor>,
    encrypted: bool,
    state: Arc<Mutex<State>>,
) -> Option<Connection> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 mail.example ESMTP").await?;
    serve(stream, tls, encrypted, state).await
}

/// Speaks with one client until it leaves, or until it wants TLS: then the connection is given back.
async fn serve(
    mut stream: Connection,
    tls: Option<&TlsAcceptor>,
    encrypted: bool,
    state: Arc<Mutex<State>>,
) -> Option<Connection> {
    let (mut from, mut to, mut refusal) = (String::new(), String::new(), None);
    loop {
        let line = line(&mut stream).await?;
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" if tls.is_some() => {
                "250-mail.example\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME".to_owned()
            }
            "EHLO" => "250-mail.example\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME".to_owned(),
            "STAR" if tls.is_some() => {
                say(&mut stream, "220 go on").await?;
                return Some(stream);
            }
            "AUTH" => {
                let password = password(&line).unwrap_or_default();
                lock(&state).passwords.push((password, encrypted));
                "235 welcome".to_owned()
            }
            "HELO" | "RSET" | "NOOP" => "250 OK".to_owned(),
            "MAIL" => {
                from = path(&line);
                refusal = lock(&state).refusals.pop_front();
                lock(&state).refused += usize::from(refusal.is_some());
                if matches!(refusal, Some(Refusal::BreakOff)) {
                    return None;
                }
                "250 OK".to_owned()
            }
            "RCPT" => {
                to = path(&line);
                let delay = lock(&state).delay;
                tokio::time::sleep(delay).await;
                match &refusal {
                    Some(Refusal::Recipient(answer)) => answer.clone(),
                    _ => "250 OK".to_owned(),
                }
            }
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                let content = content(&mut stream).await?;
                if let Some(Refusal::Mail(answer)) = refusal.take() {
                    answer
                } else {
                    let (head, body) = content.split_once("\r\n\r\n").unwrap_or((&content, ""));
                    let text = decoded(head, body);
                    let mail = Delivered { from: from.clone(), to: to.clone(), head: head.to_owned(), text, encrypted };
                    lock(&state).delivered.push(mail);
                    "250 OK".to_owned()
                }
            }
            "QUIT" => {
                say(&mut stream, "221 bye").await?;
                return None;
            }
            _ => "500 what?".to_owned(),
        };
        say(&mut stream, &answer).await?;
    }
}

async fn say(stream: &mut Connection, line: &str) -> Option<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

async fn line(stream: &mut Connection) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

/// The mail up to the line with a dot alone; other dots at the beginning of lines are doubled (§4.5.2).
async fn content(stream: &mut Connection) -> Option<String> {
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
