//! The way to a mail server: what `SMTP_URL` says, and when TLS is a must.

use std::{net::IpAddr, path::Path, time::Duration};

use anyhow::{Context, ensure};
use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    transport::smtp::{
        SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// A mail server that is silent for so long is given up on until the next try.
const SILENCE: Duration = Duration::from_secs(20);
/// What is said about an address that cannot be used.
const FORM: &str = "SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host";

/// A way to a mail server.
pub type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// When a connection is encrypted. Where it is, the server's certificate is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    /// From its first byte (RFC 8314 §3.3).
    Always,
    /// By STARTTLS (RFC 3207); without it nothing is sent.
    Required,
    /// By STARTTLS where the server offers it.
    Offered,
    /// Never: the connection does not leave the machine.
    Never,
}

/// Opens the way that an address names. `authorities` is a PEM file of certificate authorities to be trusted besides
/// those that are built in.
///
/// # Errors
/// Where the address cannot be read, or says that a password is to be sent without TLS to another machine.
pub fn open(address: &str, authorities: Option<&Path>) -> anyhow::Result<Smtp> {
    let url = Url::parse(address).ok().context(FORM)?;
    let host = url.host_str().context(FORM)?;
    let encryption = encryption(&url)?;
    let tls = || parameters(host, authorities);
    let (tls, usual_port) = match encryption {
        Encryption::Always => (Tls::Wrapper(tls()?), SUBMISSIONS_PORT),
        Encryption::Required => (Tls::Required(tls()?), SUBMISSION_PORT),
        Encryption::Offered => (Tls::Opportunistic(tls()?), SMTP_PORT),
        Encryption::Never => (Tls::None, SMTP_PORT),
    };
    let mut smtp = Smtp::builder_dangerous(host).tls(tls).port(url.port().unwrap_or(usual_port)).timeout(Some(SILENCE));
    if let Some(password) = url.password() {
        let plain = |text: &str| percent_decode_str(text).decode_utf8().ok().map(String::from).context(FORM);
        smtp = smtp.credentials(Credentials::new(plain(url.username())?, plain(password)?));
    }
    let name = url.path().trim_matches('/');
    if !name.is_empty() {
        smtp = smtp.hello_name(ClientId::Domain(name.to_owned()));
    }
    Ok(smtp.build())
}

/// Returns when the connection is encrypted: a password never leaves the machine in clear.
fn encryption(url: &Url) -> anyhow::Result<Encryption> {
    let asked = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    let in_clear = url.password().is_none() || is_loopback(url);
    match (url.scheme(), asked.as_deref()) {
        ("smtps", None) => Ok(Encryption::Always),
        ("smtp", Some("opportunistic")) => {
            ensure!(in_clear, "SMTP_URL has a password, which is sent with TLS alone: leave out tls=opportunistic");
            Ok(Encryption::Offered)
        }
        ("smtp", None) if is_loopback(url) => Ok(Encryption::Never),
        ("smtp", None) if in_clear => Ok(Encryption::Offered),
        ("smtp", None | Some("required")) => Ok(Encryption::Required),
        _ => anyhow::bail!(FORM),
    }
}

/// Whether the server runs on this machine. Hosts of such addresses are not read as numbers by the library.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain("localhost")) => true,
        Some(Host::Domain(name)) => name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn parameters(host: &str, authorities: Option<&Path>) -> anyhow::Result<TlsParameters> {
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(file) = authorities {
        let read = || -> anyhow::Result<Certificate> { Ok(Certificate::from_pem(&std::fs::read(file)?)?) };
        tls = tls.add_root_certificate(
            read().with_context(|| format!("SMTP_CA must be a PEM file of certificates, not {}", file.display()))?,
        );
    }
    tls.build().context("cannot set up TLS for SMTP_URL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_leaves_the_machine_with_tls_alone() {
        let of = |address: &str| Url::parse(address).map_err(Into::into).and_then(|url| encryption(&url)).ok();
        for (address, expected) in [
            ("smtp://kim:pass@mail.example:587", Some(Encryption::Required)),
            ("smtp://kim:pass@mail.example?tls=required", Some(Encryption::Required)),
            ("smtp://kim:pass@mail.example?tls=opportunistic", None),
            ("smtp://kim:pass@mail.example?tls=none", None),
            ("smtp://kim:pass@10.0.0.1:25", Some(Encryption::Required)),
            ("smtps://kim:pass@mail.example", Some(Encryption::Always)),
            ("smtp://mail.example", Some(Encryption::Offered)),
            ("smtp://mail.example?tls=required", Some(Encryption::Required)),
            ("smtp://kim:pass@127.0.0.1:25", Some(Encryption::Never)),
            ("smtp://kim:pass@[::1]:25", Some(Encryption::Never)),
            ("smtp://kim:pass@localhost", Some(Encryption::Never)),
            ("smtp://kim:pass@127.0.0.1?tls=required", Some(Encryption::Required)),
            ("smtp://kim:pass@localhost.example", Some(Encryption::Required)),
            ("smtp://kim:pass@127.0.0.1.example", Some(Encryption::Required)),
            ("http://mail.example", None),
        ] {
            assert_eq!(of(address), expected, "{address}");
        }
    }
}
