//! Taking an upload's body in: straight to the disk, so that memory stays flat at any size, and not slower than a slow
//! line is.

use std::{
    future::{Ready, ready},
    io,
    time::Duration,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use shared::{Code, FieldCode, ImportId, import::ImportFormat};
use tokio::{
    fs::OpenOptions,
    io::{AsyncWriteExt, BufWriter},
    time::{Instant, timeout},
};

use super::{
    Imports,
    spool::{Spool, Spooled},
};
use crate::{
    error::{Error, Result},
    private,
};

/// How slow an upload may be.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long nothing may arrive.
    pub silence: Duration,
    /// After this time `LEAST_RATE` must have come on the whole.
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { silence: Duration::from_secs(30), patience: Duration::from_mins(1) }
    }
}

/// So many bytes a second at least: 1 GiB may take 36 hours, but not for ever.
const LEAST_RATE: u64 = 8 * 1024;
/// What is written to the disk at once.
const PIECE: usize = 256 * 1024;
/// What is still read of an upload that is too large, so that its sender hears why.
const DRAIN: u64 = 4 * 1024 * 1024;

/// The body of an upload that has not been read yet: its type is one that is taken, and it is not said to be too large.
pub struct Upload {
    pub format: ImportFormat,
    pub charset: Option<String>,
    limit: u64,
    pace: Pace,
    payload: Payload,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Upload({:?})", self.format)
    }
}

impl FromRequest for Upload {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        ready(judge(request, payload))
    }
}

/// What the head says of the body.
fn judge(request: &HttpRequest, payload: Payload) -> Result<Upload> {
    let imports = request.app_data::<web::Data<Imports>>().ok_or(Code::Internal)?;
    let (limit, pace) = (imports.limit, imports.pace);
    let headers = request.headers();
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    let media = headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let (format, charset) = ImportFormat::of(media).filter(|_| !encoded).ok_or(Code::UnsupportedMediaType)?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    Ok(Upload { format, charset, limit, pace, payload })
}

fn too_large(limit: u64) -> Error {
    Error::new(Code::PayloadTooLarge).with("limit_bytes", limit)
}

/// An upload that has arrived. Its file is removed with this, unless it stays.
#[derive(Debug)]
pub struct Arrived {
    pub bytes: u64,
    pub digest: [u8; 32],
    pub file: Spooled,
}

impl Upload {
    /// Reads the body into the spool folder. It is on the disk when this answers; after an error, or when the connection
    /// breaks, nothing is left of it.
    pub async fn receive(mut self, spool: &Spool, id: ImportId) -> Result<Arrived> {
        let spooled = spool.hold(id);
        let file = OpenOptions::from(private::options()).open(spool.arriving(id)).await.map_err(failed)?;
        let mut file = BufWriter::with_capacity(PIECE, file);
        let (started, mut bytes, mut digest) = (Instant::now(), 0, Sha256::new());
        loop {
            let piece =
                timeout(self.pace.silence, self.payload.next()).await.map_err(|_| Error::new(Code::RequestTimeout))?;
            let Some(piece) = piece else { break };
            let piece = piece.map_err(|_| Error::new(Code::MalformedRequest))?;
            bytes += piece.len() as u64;
            if bytes > self.limit {
                self.drain().await;
                return Err(too_large(self.limit));
            }
            let waited = started.elapsed();
            if waited > self.pace.patience && bytes < waited.as_secs() * LEAST_RATE {
                return Err(Code::RequestTimeout.into());
            }
            digest.update(&piece);
            file.write_all(&piece).await.map_err(failed)?;
        }
        if bytes == 0 {
            return Err(Error::invalid_at("", FieldCode::Required));
        }
        file.flush().await.map_err(failed)?;
        file.into_inner().sync_all().await.map_err(failed)?;
        let spool = spool.clone();
        let named = tokio::task::spawn_blocking(move || spool.arrived(id)).await.map_err(Error::internal)?;
        named.map_err(failed)?;
        Ok(Arrived { bytes, digest: digest.finalize().into(), file: spooled })
    }

    /// Reads a little more and forgets it.
    async fn drain(&mut self) {
        let mut left = DRAIN;
        let reading = async {
            while let Some(Ok(piece)) = self.payload.next().await {
                left = left.saturating_sub(piece.len() as u64);
                if left == 0 {
                    return;
                }
            }
        };
        // Whoever is slower than that does not hear it.
        let _ = timeout(Duration::from_secs(5), reading).await;
    }
}

/// The disk is full or broken: the same upload can succeed later.
fn failed(error: io::Error) -> Error {
    Error { source: Some(Box::new(error)), ..Error::new(Code::StorageUnavailable) }
}
