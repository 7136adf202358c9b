//! Reading what a client of the mail server says.

use base64::{Engine, engine::general_purpose::STANDARD};

/// The address between `<` and `>`.
pub fn path(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

/// The text of a body (RFC 2045 §6.7, §6.8).
pub fn decoded(head: &str, body: &str) -> String {
    let head = head.to_ascii_lowercase();
    let bytes = if head.contains("content-transfer-encoding: base64") {
        STANDARD.decode(body.replace("\r\n", "")).expect("base64")
    } else if head.contains("content-transfer-encoding: quoted-printable") {
        quoted_printable(body)
    } else {
        body.as_bytes().to_vec()
    };
    String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
}

fn quoted_printable(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

/// The password of `AUTH PLAIN` (RFC 4616).
pub fn password(line: &str) -> Option<String> {
    let text = STANDARD.decode(line.split(' ').nth(2)?).ok()?;
    Some(String::from_utf8_lossy(text.rsplit(|byte| *byte == 0).next()?).into_owned())
}
