//! Secrets and signatures, as the Standard Webhooks specification has them: HMAC-SHA256 over `id.timestamp.body`.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};

/// A secret is so many random bytes.
pub const SECRET_BYTES: usize = 32;

/// A new secret.
pub fn new_secret() -> [u8; SECRET_BYTES] {
    rand::random()
}

/// A secret as it is shown and as libraries take it.
pub fn secret_text(secret: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

/// The header `webhook-signature`: a signature by each of the secrets, so that a receiver that knows one of them is
/// content.
pub fn signatures(secrets: &[Vec<u8>], id: &str, timestamp: i64, body: &str) -> String {
    let text = format!("{id}.{timestamp}.{body}");
    let one = |secret: &Vec<u8>| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message is the specification's example; the signature was reckoned with Python's `hmac`.
    #[test]
    fn a_signature_is_as_the_specification_says() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let [id, body] = ["msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#];
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signatures(std::slice::from_ref(&secret), id, 1_614_265_330, body), one);
        let two = signatures(&[secret, vec![1; 32]], id, 1_614_265_330, body);
        assert!(two.starts_with(one) && two.len() > 2 * one.len(), "{two}");
    }

    #[test]
    fn secrets_are_shown_in_the_form_that_libraries_read() {
        let (one, other) = (new_secret(), new_secret());
        assert_ne!(one, other);
        let text = secret_text(&one);
        assert_eq!(STANDARD.decode(text.strip_prefix("whsec_").unwrap()).unwrap(), one);
    }
}
