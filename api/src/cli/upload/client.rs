//! The uploader's side of the REST interface.

use std::{path::Path, time::Duration};

use futures_util::stream;
use indicatif::ProgressBar;
use reqwest::{
    Method, RequestBuilder, Response, Url,
    header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use shared::{
    Lang, Page, Problem,
    import::{ImportFormat, ImportMode, ImportView, OnError, RowError},
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt},
    time::sleep,
};

/// How often a request is tried that found no server, or one that was busy.
const TRIES: u32 = 6;
/// The longest pause between two tries.
const PAUSE_MAX: Duration = Duration::from_mins(1);
/// How much of the file is read at once.
const PIECE: usize = 64 * 1024;

/// How the file is to be treated.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub format: ImportFormat,
    pub charset: Option<String>,
    pub mode: ImportMode,
    pub on_error: OnError,
    pub dry_run: bool,
    pub submit: bool,
    pub max_delete_percent: Option<u8>,
}

/// Why nothing came of it.
#[derive(Debug)]
pub enum Failure {
    /// The address is none, or would carry the key in the open.
    Address(String),
    /// The file's name does not tell its format.
    UnknownFormat,
    /// A file cannot be read or written.
    File(String),
    /// The server said no.
    Refused(Box<Problem>),
    /// The server said something that we do not understand.
    Answer(String),
    /// No server, or a busy one for too long.
    Unreachable(String),
}

impl Failure {
    /// A file that cannot be used.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::File(format!("{}: {error}", path.display()))
    }

    /// The exit code, as the command's help lists them.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Address(_) | Self::UnknownFormat | Self::File(_) => 2,
            Self::Refused(_) | Self::Answer(_) => 3,
            Self::Unreachable(_) => 4,
        }
    }
}

/// A partner's program at its desk.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    imports: Url,
    key: String,
    lang: Lang,
}

impl Client {
    /// For the partner `slug` at a server. The key only goes over TLS, or stays on this machine.
    pub fn new(url: &str, slug: &str, key: &str, lang: Lang) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::Address(format!("{url}: {why}"));
        let mut imports = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
        let local = matches!(imports.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if imports.scheme() != "https" && !(imports.scheme() == "http" && local) {
            return Err(wrong("https://"));
        }
        imports
            .path_segments_mut()
            .map_err(|()| wrong("https://"))?
            .pop_if_empty()
            .extend(["api", "v1", "partners", slug, "imports"]);
        let tls = crate::tls::client().map_err(|error| Failure::Unreachable(error.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("virtual-market/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_mins(2))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Failure::Unreachable(error.to_string()))?;
        Ok(Self { http, imports, key: key.to_owned(), lang })
    }

    /// Sends the file. Tried again where no answer came: the same key makes it one upload, whatever arrived before.
    pub async fn send(&self, path: &Path, wanted: &Wanted, bar: &ProgressBar) -> Result<ImportView, Failure> {
        let mut url = self.imports.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("mode", wanted.mode.as_str()).append_pair("on_error", wanted.on_error.as_str());
            query.append_pair("dry_run", if wanted.dry_run { "true" } else { "false" });
            query.append_pair("submit", if wanted.submit { "true" } else { "false" });
            if let Some(percent) = wanted.max_delete_percent {
                query.append_pair("max_delete_percent", &percent.to_string());
            }
        }
        let mut media_type = wanted.format.media_type().to_owned();
        if let Some(charset) = &wanted.charset {
            media_type = format!("{media_type}; charset={charset}");
        }
        let once = uuid::Uuid::new_v4().to_string();
        let answer = self
            .persist(async || {
                let file = File::open(path).await.map_err(|error| Failure::file(path, &error))?;
                let size = file.metadata().await.map_err(|error| Failure::file(path, &error))?.len();
                bar.set_position(0);
                Ok(self
                    .ask(Method::POST, url.clone())
                    .header(CONTENT_TYPE, &media_type)
                    .header(CONTENT_LENGTH, size)
                    .header("idempotency-key", &once)
                    .body(body(file, bar.clone())))
            })
            .await?;
        read(answer).await
    }

    /// How far an upload is.
    pub async fn read(&self, import: &ImportView) -> Result<ImportView, Failure> {
        let url = self.address(import, &[]);
        read(self.persist(async || Ok(self.ask(Method::GET, url.clone()))).await?).await
    }

    /// The first `limit` errors of an upload.
    pub async fn errors(&self, import: &ImportView, limit: usize) -> Result<Vec<RowError>, Failure> {
        let mut errors = Vec::new();
        let mut cursor: Option<String> = None;
        while errors.len() < limit && import.errors > 0 {
            let mut url = self.address(import, &["errors"]);
            url.query_pairs_mut().append_pair("limit", "100").extend_pairs(cursor.iter().map(|c| ("cursor", c)));
            let page: Page<RowError> =
                read(self.persist(async || Ok(self.ask(Method::GET, url.clone()))).await?).await?;
            errors.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        errors.truncate(limit);
        Ok(errors)
    }

    /// Saves the refused rows with what is wrong as CSV.
    pub async fn save_errors(&self, import: &ImportView, path: &Path) -> Result<(), Failure> {
        let url = self.address(import, &["errors"]);
        let ask = async || Ok(self.ask(Method::GET, url.clone()).header(ACCEPT, "text/csv"));
        let mut answer = self.persist(ask).await?;
        let mut file = File::create(path).await.map_err(|error| Failure::file(path, &error))?;
        while let Some(piece) = answer.chunk().await.map_err(|error| Failure::Unreachable(error.to_string()))? {
            file.write_all(&piece).await.map_err(|error| Failure::file(path, &error))?;
        }
        file.flush().await.map_err(|error| Failure::file(path, &error))
    }

    fn address(&self, import: &ImportView, rest: &[&str]) -> Url {
        let mut url = self.imports.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.push(&import.id.to_string()).extend(rest);
        }
        url
    }

    fn ask(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url).bearer_auth(&self.key).header(ACCEPT_LANGUAGE, self.lang.tag())
    }

    /// Asks until there is an answer that another try would not better.
    async fn persist(&self, make: impl AsyncFn() -> Result<RequestBuilder, Failure>) -> Result<Response, Failure> {
        let mut pause = Duration::from_secs(1);
        for tried in 1.. {
            let (why, wait) = match make().await?.send().await {
                Ok(answer) if answer.status().is_success() => return Ok(answer),
                Ok(answer) => {
                    let wait = answer.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
                    let busy = answer.status().is_server_error() || answer.status() == 429;
                    let failure = refusal(answer).await;
                    if !busy || tried == TRIES {
                        return Err(failure);
                    }
                    (None, wait.map(Duration::from_secs))
                }
                Err(error) => (Some(error), None),
            };
            if let Some(error) = why
                && tried == TRIES
            {
                return Err(Failure::Unreachable(chain(&error)));
            }
            sleep(wait.unwrap_or(pause).min(PAUSE_MAX)).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        Err(Failure::Unreachable(String::new()))
    }
}

/// The file as a body that moves the bar.
fn body(file: File, bar: ProgressBar) -> reqwest::Body {
    reqwest::Body::wrap_stream(stream::try_unfold((file, bar), |(mut file, bar)| async move {
        let mut piece = vec![0; PIECE];
        let length = file.read(&mut piece).await?;
        piece.truncate(length);
        bar.inc(length as u64);
        Ok::<_, std::io::Error>((length > 0).then_some((piece, (file, bar))))
    }))
}

async fn read<T: DeserializeOwned>(answer: Response) -> Result<T, Failure> {
    let body = answer.bytes().await.map_err(|error| Failure::Unreachable(chain(&error)))?;
    serde_json::from_slice(&body).map_err(|error| Failure::Answer(error.to_string()))
}

/// What the server says is wrong.
async fn refusal(answer: Response) -> Failure {
    let status = answer.status();
    let body = answer.bytes().await.unwrap_or_default();
    match serde_json::from_slice(&body) {
        Ok(problem) => Failure::Refused(Box::new(problem)),
        Err(_) => Failure::Answer(status.to_string()),
    }
}

/// An error with its causes, since the outermost says little: `connection refused` is at the bottom.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
