//! HTTP by hand: what a well-made client does not send, or not as slowly.

use std::time::Duration;

use shared::Problem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection on which bytes are sent as they are.
#[derive(Debug)]
pub struct Raw(TcpStream);

/// What was answered, read to the end of the connection.
#[derive(Clone, Debug)]
pub struct RawAnswer {
    pub head: String,
    pub body: String,
}

impl Raw {
    /// Connects to a server.
    pub async fn open(url: &str) -> Self {
        let address = url.strip_prefix("http://").expect("plain http");
        Self(TcpStream::connect(address).await.expect("a connection"))
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.expect("sent");
    }

    /// The answer, when the server closes the connection.
    pub async fn answer(self) -> RawAnswer {
        self.answer_while(Vec::new(), Duration::ZERO).await
    }

    /// The same while pieces are still sent with pauses between: an answer may come before their end.
    pub async fn answer_while(self, pieces: Vec<Vec<u8>>, pause: Duration) -> RawAnswer {
        let (mut reading, mut writing) = self.0.into_split();
        let sending = tokio::spawn(async move {
            for piece in pieces {
                if writing.write_all(&piece).await.is_err() {
                    break;
                }
                tokio::time::sleep(pause).await;
            }
            // Kept open: a client that waits for its answer does not close.
            writing
        });
        let mut read = Vec::new();
        // A server that closes on somebody who still sends may reset the connection after its answer.
        let _ = reading.read_to_end(&mut read).await;
        sending.abort();
        let text = String::from_utf8(read).expect("UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        RawAnswer { head: head.to_ascii_lowercase(), body: body.to_owned() }
    }
}

impl RawAnswer {
    /// The status; 0 where there was no answer.
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The problem document of a refusal.
    pub fn problem(&self) -> Problem {
        assert!(self.head.contains("content-type: application/problem+json"), "{self:?}");
        let problem: Problem = serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"));
        assert_eq!(problem.status, self.status(), "{self:?}");
        problem
    }
}

/// A piece of a body whose length the head does not tell (RFC 9112 §7.1).
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}
