//! The text of an API key: `vm_live_<id>_<secret>_<crc32>`. The check sum tells a slip of the pen from a wrong key
//! without asking the database, and lets scanners for leaked secrets be sure.

use std::fmt;

use sha2::{Digest, Sha256};
use shared::{ApiKeyId, partner::KeyMode};
use uuid::Uuid;

/// A key as its owner holds it. Its text is a secret: it is shown once and never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText {
    pub id: ApiKeyId,
    pub mode: KeyMode,
    text: String,
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyText").field("id", &self.id).field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl KeyText {
    /// A new key, with 160 random bits.
    pub fn generate(mode: KeyMode) -> Self {
        let id = Uuid::now_v7();
        let head = format!("vm_{}_{}_{}", mode.as_str(), id.simple(), hex::encode(rand::random::<[u8; 20]>()));
        let text = format!("{head}_{:08x}", crc32fast::hash(head.as_bytes()));
        Self { id: ApiKeyId(id), mode, text }
    }

    /// Reads a text; nothing where it is no key or was not copied whole.
    pub fn read(text: &str) -> Option<Self> {
        let (head, sum) = text.rsplit_once('_')?;
        if sum.len() != 8 || u32::from_str_radix(sum, 16).ok()? != crc32fast::hash(head.as_bytes()) {
            return None;
        }
        let mut parts = head.strip_prefix("vm_")?.split('_');
        let mode = KeyMode::from_name(parts.next()?)?;
        let id = Uuid::try_parse(parts.next()?).ok()?;
        Some(Self { id: ApiKeyId(id), mode, text: text.to_owned() })
    }

    /// Whether a bearer token means to be a key.
    pub fn is_meant(token: &str) -> bool {
        token.starts_with("vm_")
    }

    /// The text, to be shown once.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the database keeps. It has no salt: there is nothing to guess in 160 random bits.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.text.as_bytes()).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_a_slip_is_noticed() {
        for mode in [KeyMode::Live, KeyMode::Test] {
            let key = KeyText::generate(mode);
            assert_eq!(KeyText::read(key.text()), Some(key.clone()));
            for at in 0..key.text().len() {
                let mut slip = key.text().to_owned();
                let other = if &slip[at..=at] == "0" { "1" } else { "0" };
                slip.replace_range(at..=at, other);
                assert_eq!(KeyText::read(&slip), None, "{at}");
            }
            assert_eq!(KeyText::read(&key.text()[..key.text().len() - 1]), None);
        }
        for text in ["", "vm_", "vm_live", "vm_live___", "x", "vm_live_1_2_00000000", "vm_ə_ə_ə"] {
            assert_eq!(KeyText::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_keeps_its_secret_out_of_the_log() {
        let key = KeyText::generate(KeyMode::Live);
        let secret = key.text().split('_').nth(3).unwrap_or_default();
        assert!(!secret.is_empty() && !format!("{key:?}").contains(secret));
    }
}
