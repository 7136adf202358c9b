//! Opaque tokens, for refreshing and for links in mails: 256 random bits, of which the database keeps only the SHA-256.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A new token and its hash.
pub fn generate() -> (String, Vec<u8>) {
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let hash = hash(&token);
    (token, hash)
}

/// What the database knows of a token. It has no salt: there is nothing to guess in 256 random bits.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_found_again() {
        let (one, hash_of_one) = generate();
        let (other, _) = generate();
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert_eq!(hash(&one), hash_of_one);
    }
}
