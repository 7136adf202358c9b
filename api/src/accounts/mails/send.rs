//! Sending one mail: over SMTP, or as a file that a person can open.

use std::{
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use lettre::{
    AsyncTransport, Message,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType, MIME_VERSION_1_0},
    },
};

use super::smtp::{self, Smtp};
use crate::{config::ServeConfig, private, store::entities::mails};

/// Where mails go.
#[derive(Debug)]
pub struct Sender {
    from: Mailbox,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Smtp(Smtp),
    Folder(PathBuf),
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    #[error("the mail cannot be written down")]
    Mail,
    #[error("the mail server took too long")]
    Slow,
    #[error("the process ends")]
    Stopped,
    #[error(transparent)]
    Smtp(#[from] lettre::transport::smtp::Error),
    #[error(transparent)]
    File(#[from] std::io::Error),
}

impl NotSent {
    /// Without anything that a mail server said.
    pub fn reason(&self) -> String {
        match self {
            Self::Mail => "bad mail".to_owned(),
            Self::Slow => "timeout".to_owned(),
            Self::Stopped => "stopped".to_owned(),
            Self::File(error) => error.kind().to_string(),
            Self::Smtp(error) if error.is_timeout() => "timeout".to_owned(),
            Self::Smtp(error) if error.is_tls() || is_handshake(error) => "no TLS with a valid certificate".to_owned(),
            Self::Smtp(error) if error.is_client() => "the server lacks what is needed, such as STARTTLS".to_owned(),
            Self::Smtp(error) => error.status().map_or_else(|| "no connection".to_owned(), |code| code.to_string()),
        }
    }
}

/// Whether the TLS handshake failed, which the library counts among the failures to connect.
fn is_handshake(error: &lettre::transport::smtp::Error) -> bool {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>()?.get_ref())
        .any(|cause| cause.downcast_ref::<rustls::Error>().is_some())
}

impl Sender {
    /// As the settings say.
    pub fn open(config: &ServeConfig) -> anyhow::Result<Self> {
        let from = config.mail_from.parse().with_context(|| {
            format!(
                "MAIL_FROM must be an address such as `Virtual market <no-reply@market.az>`, not `{}`",
                config.mail_from
            )
        })?;
        let way = if let Some(url) = &config.smtp_url {
            Way::Smtp(smtp::open(url, config.smtp_ca.as_deref())?)
        } else {
            let folder = config.data.data_dir.join("mails");
            tracing::info!(folder = %folder.display(), "without SMTP_URL, mails are written to a folder");
            Way::Folder(folder)
        };
        Ok(Self { from, way })
    }

    /// Sends a mail.
    pub async fn send(&self, mail: &mails::Model) -> Result<(), NotSent> {
        match &self.way {
            Way::Smtp(smtp) => {
                smtp.send(self.message(mail, Body::new(mail.body.clone()))?).await?;
                tracing::info!(kind = mail.kind, "mail.sent");
            }
            Way::Folder(folder) => {
                // Not encoded, though lines are long: whoever opens the file must be able to follow the link in it.
                let lines = mail.body.replace('\n', "\r\n").into_bytes();
                let body = Body::dangerous_pre_encoded(lines, ContentTransferEncoding::EightBit);
                let message = self.message(mail, body)?.formatted();
                // A mail that is tried again has the same name, so there is one file of it.
                let file = folder.join(format!("{}.eml", mail.id));
                let (folder, written) = (folder.clone(), file.clone());
                let writing = tokio::task::spawn_blocking(move || write_whole(&folder, &written, &message));
                writing.await.map_err(std::io::Error::other)??;
                tracing::info!(kind = mail.kind, file = %file.display(), "mail.written");
            }
        }
        Ok(())
    }

    fn message(&self, mail: &mails::Model, body: Body) -> Result<Message, NotSent> {
        let to = Mailbox::new(None, mail.recipient.parse().map_err(|_| NotSent::Mail)?);
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject.clone())
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .body(body)
            .map_err(|_| NotSent::Mail)
    }
}

/// Writes a file that appears whole, readable by its owner alone: it holds a token.
fn write_whole(folder: &Path, file: &Path, content: &[u8]) -> std::io::Result<()> {
    private::create_folder(folder)?;
    let draft = file.with_extension("new");
    let mut opened = private::create(&draft)?;
    opened.write_all(content)?;
    opened.sync_all()?;
    fs::rename(&draft, file)
}
