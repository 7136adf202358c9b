//! TLS for what this program asks of others: webhooks' receivers, and a platform that a file is uploaded to.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

/// Certificates are held against the roots that Mozilla trusts, which are built in: no system package is needed.
pub fn client() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let protocols = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let checked = protocols.with_safe_default_protocol_versions()?.with_root_certificates(roots);
    Ok(checked.with_no_client_auth())
}
