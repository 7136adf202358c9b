//! Keeping the secrets of webhooks: they must be read again to sign, so they lie in the database encrypted, with a key
//! that does not.

use std::{fs, path::Path};

use anyhow::Context;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    private,
    store::starting::IfMissing,
};

/// The key's file, beside the keys that sign access tokens.
const FILE: &str = "webhooks.key";
/// AES-256.
const KEY_BYTES: usize = 32;
/// Stands before what is sealed, so that another way of sealing can be told from this one.
const FORM: u8 = 1;

/// Seals and opens secrets.
pub struct Vault(RandomizedNonceKey);

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Reads the key of a folder. Processes that serve together share the folder.
    ///
    /// # Errors
    /// Where the key is missing and must not be.
    pub fn open(dir: &Path, missing: IfMissing) -> anyhow::Result<Self> {
        let file = dir.join(FILE);
        if !file.exists() {
            missing.check(&format!("the key that seals webhooks' secrets, {},", file.display()))?;
            private::create_folder(dir).with_context(|| format!("cannot make the key folder {}", dir.display()))?;
            let key = rand::random::<[u8; KEY_BYTES]>();
            private::write_once(&file, &key).with_context(|| format!("cannot write {}", file.display()))?;
        }
        let key = fs::read(&file).with_context(|| format!("cannot read the key {}", file.display()))?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &key)
            .map_err(|_| anyhow::anyhow!("{} must have {KEY_BYTES} bytes", file.display()))?;
        Ok(Self(key))
    }

    /// Seals a webhook's secret. What is sealed for one webhook does not open for another.
    pub fn seal(&self, webhook: Uuid, secret: &[u8]) -> Result<Vec<u8>> {
        let mut text = secret.to_vec();
        let nonce =
            self.0.seal_in_place_append_tag(Aad::from(webhook.as_bytes()), &mut text).map_err(Error::internal)?;
        Ok([&[FORM], nonce.as_ref().as_slice(), &text].concat())
    }

    /// Opens what was sealed for a webhook.
    pub fn unseal(&self, webhook: Uuid, sealed: &[u8]) -> Result<Vec<u8>> {
        let parts = sealed.strip_prefix(&[FORM]).and_then(|rest| rest.split_first_chunk::<NONCE_LEN>());
        let (nonce, text) = parts.ok_or_else(|| Error::internal("a webhook's secret is not sealed as it should be"))?;
        let (nonce, mut text) = (Nonce::assume_unique_for_key(*nonce), text.to_vec());
        let secret = self.0.open_in_place(nonce, Aad::from(webhook.as_bytes()), &mut text).map_err(Error::internal)?;
        Ok(secret.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_webhook_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (webhook, other) = (Uuid::now_v7(), Uuid::now_v7());
        let vault = Vault::open(dir.path(), IfMissing::Make).unwrap();
        let sealed = vault.seal(webhook, b"secret").unwrap();
        assert_ne!(sealed, vault.seal(webhook, b"secret").unwrap());
        assert!(!sealed.windows(6).any(|w| w == b"secret"));
        // The key is there again after a restart.
        let vault = Vault::open(dir.path(), IfMissing::Make).unwrap();
        assert_eq!(vault.unseal(webhook, &sealed).unwrap(), b"secret");
        assert!(vault.unseal(other, &sealed).is_err());
        let mut broken = sealed.clone();
        *broken.last_mut().unwrap() ^= 1;
        assert!(vault.unseal(webhook, &broken).is_err());
        assert!(vault.unseal(webhook, &sealed[..5]).is_err());
        assert!(vault.unseal(webhook, &[]).is_err());
        let elsewhere = tempfile::tempdir().unwrap();
        let refused = Vault::open(elsewhere.path(), IfMissing::Refuse).unwrap_err().to_string();
        assert!(refused.contains("webhooks.key"), "{refused}");
        assert!(Vault::open(elsewhere.path(), IfMissing::Make).unwrap().unseal(webhook, &sealed).is_err());
    }
}
