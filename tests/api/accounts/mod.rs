//! Accounts: from signing up to deleting.

mod again;
mod delete;
mod export;
mod limits;
mod login;
mod logout;
mod me;
mod register;
mod reset;
mod smtp;
mod tokens;

use tests::Answer;

/// A cookie as an answer sets it.
#[derive(Clone, Debug)]
struct SetCookie {
    name: String,
    value: String,
    attributes: Vec<String>,
}

/// The cookies that an answer sets.
fn cookies(answer: &Answer) -> Vec<SetCookie> {
    let parse = |text: &str| {
        let mut parts = text.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let attributes = parts.map(ToOwned::to_owned).collect();
        Some(SetCookie { name: name.to_owned(), value: value.to_owned(), attributes })
    };
    answer.all_headers("set-cookie").into_iter().map(|text| parse(text).expect(text)).collect()
}

/// As a browser sends them back.
fn sent(cookies: &[SetCookie]) -> String {
    cookies.iter().map(|c| format!("{}={}", c.name, c.value)).collect::<Vec<_>>().join("; ")
}
