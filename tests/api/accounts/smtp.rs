//! Mails over SMTP, with a real server that sometimes refuses.

use std::time::Duration;

use serde_json::json;
use shared::account::{Me, Role};
use tests::{
    Kind, Market, Place, block_on,
    certificates::{Authority, Certificate},
    eventually, eventually_within, on_both, people,
    smtp::{Refusal, Security, Smtp},
};

on_both!(
    alone: mails_arrive_and_what_is_refused_is_tried_again,
    a_slow_server_gets_each_mail_once_from_two_processes,
);

async fn mails_arrive_and_what_is_refused_is_tried_again(kind: Kind) {
    let smtp = Smtp::start().await;
    let place = Place::new(kind).await.with("SMTP_URL", smtp.url()).with("MAIL_FROM", "Bazar <post@market.example>");
    let market = Market::open(place.with("PUBLIC_URL", "https://market.example")).await;

    let person = people::register(&market.anon(), Role::Learner).await;
    let [mail] = &smtp.wait_for(&person.email, 1).await[..] else { panic!("one mail") };
    assert_eq!(mail.from, "post@market.example");
    for field in
        ["From: Bazar <post@market.example>", &format!("To: {}", person.email), "MIME-Version: 1.0", "Message-ID:"]
    {
        assert!(mail.head.contains(field), "{field}: {}", mail.head);
    }
    assert!(mail.text.starts_with("Salam!\n") && mail.text.contains("ünvan"), "{}", mail.text);
    let token = mail.token("verify-email").expect("a link");
    assert!(market.anon().send("/auth/email/verify", &json!({"token": token})).await.status < 300);
    assert!(person.caller.get("/me").await.ok::<Me>().email_verified);

    // Each kind of refusal, and a server that goes away: all is sent in the end, and once.
    let address = |n: usize| format!("refused-{n}-{}", person.email);
    let refusals = [
        Refusal::Recipient(format!("451 4.2.1 <{}> is busy", address(0))),
        Refusal::Mail("452 4.3.1 the disk is full".to_owned()),
        Refusal::BreakOff,
    ];
    for (n, refusal) in refusals.into_iter().enumerate() {
        smtp.refuse_next([refusal]);
        let body = json!({"email": address(n), "password": people::PASSWORD, "name": "Aygün", "role": "learner"});
        assert!(market.anon().send("/auth/register", &body).await.status < 300);
        eventually("the mail is refused", || async { (smtp.refused() > n).then_some(()) }).await;
    }
    for n in 0..3 {
        let mails = smtp.wait_for(&address(n), 1).await;
        let token = mails[0].token("verify-email").expect("a link");
        assert!(market.anon().send("/auth/email/verify", &json!({"token": token})).await.status < 300);
    }
    let db = market.place.db().await;
    eventually("the outbox is empty", || async { (db.number("SELECT count(*) FROM mails").await == 0).then_some(()) })
        .await;
    assert!((0..3).all(|n| smtp.to(&address(n)).len() == 1));
    let log = market.server.log();
    assert_eq!(log.matches("mail.not_sent").count(), 3, "{log}");
    assert!(!log.contains(&person.email), "what a mail server says may name people: {log}");
}

/// Each mail is on its way for longer than the time for which others leave it alone, were they sent one after the other.
async fn a_slow_server_gets_each_mail_once_from_two_processes(kind: Kind) {
    let smtp = Smtp::start().await;
    smtp.delay(Duration::from_millis(700));
    let place = Place::new(kind).await.with("SMTP_URL", smtp.url()).with("VM_TEST_MAIL_LEASE_SECONDS", "3");
    let one = Market::open(place).await;
    let two = one.again().await;
    let addresses: Vec<String> = (0..24).map(|n| format!("{n}-{}@test.az", people::unique("slow"))).collect();
    for (n, address) in addresses.iter().enumerate() {
        let market = if n % 2 == 0 { &one } else { &two };
        let body = json!({"email": address, "password": people::PASSWORD, "name": "Aygün", "role": "learner"});
        assert!(market.anon().send("/auth/register", &body).await.status < 300);
    }
    let db = one.place.db().await;
    eventually_within(Duration::from_mins(1), "the outbox is empty", || async {
        (db.number("SELECT count(*) FROM mails").await == 0).then_some(())
    })
    .await;
    for address in &addresses {
        assert_eq!(smtp.to(address).len(), 1, "{address}");
    }
    for market in [&one, &two] {
        let log = market.server.log();
        assert!(log.contains("mail.sent") && !log.contains("mail.not_sent"), "both send, and in time: {log}");
    }
}

/// Registers somebody at a server that sends mails to `url`, and waits until the mail is sent or given up on for now.
async fn outcome(url: &str, authority: &Authority) -> (bool, String) {
    let place = Place::new(Kind::Sqlite).await;
    let file = place.folder.path().join("authority.pem");
    std::fs::write(&file, authority.pem()).expect("the file is written");
    let market = Market::open(place.with("SMTP_URL", url).with("SMTP_CA", file.to_string_lossy())).await;
    people::register(&market.anon(), Role::Learner).await;
    eventually("the mail is sent or not", || async {
        let log = market.server.log();
        let line = log.lines().find(|line| line.contains("mail.sent") || line.contains("mail.not_sent"))?;
        Some((line.contains("mail.sent"), line.to_owned()))
    })
    .await
}

/// An address that is not one of loopback, and leads to this machine all the same.
const ELSEWHERE: &str = "0.0.0.0";

#[test]
fn a_password_goes_over_checked_tls_alone() {
    block_on(async {
        let authority = Authority::new();
        for certificate in [Certificate::Good, Certificate::Expired, Certificate::OtherHost] {
            let tls = authority.server(ELSEWHERE, certificate);
            for (scheme, security) in [("smtp", Security::StartTls(tls.clone())), ("smtps", Security::Always(tls))] {
                let smtp = Smtp::start_with(security).await;
                let url = format!("{scheme}://kim:very%20secret@{ELSEWHERE}:{}", smtp.port());
                let (sent, line) = outcome(&url, &authority).await;
                let what = format!("{scheme} {certificate:?}: {line}");
                assert_eq!(sent, certificate == Certificate::Good, "{what}");
                let passwords: &[(String, bool)] = if sent { &[("very secret".to_owned(), true)] } else { &[] };
                assert_eq!((smtp.passwords().as_slice(), smtp.count()), (passwords, usize::from(sent)), "{what}");
                assert!(sent || line.contains("TLS"), "the log says why: {what}");
            }
        }
    });
}

#[test]
fn a_password_is_not_sent_where_there_is_no_tls() {
    block_on(async {
        let (smtp, authority) = (Smtp::start().await, Authority::new());
        let (sent, line) = outcome(&format!("smtp://kim:secret@{ELSEWHERE}:{}", smtp.port()), &authority).await;
        assert!(!sent && line.contains("STARTTLS"), "{line}");
        assert_eq!((smtp.passwords(), smtp.count()), (Vec::new(), 0));
        // On this machine it may be.
        let (sent, line) = outcome(&format!("smtp://kim:secret@127.0.0.1:{}", smtp.port()), &authority).await;
        assert!(sent, "{line}");
        assert_eq!(smtp.passwords(), [("secret".to_owned(), false)]);
        // Not even when it is asked for.
        let place = Place::new(Kind::Sqlite).await;
        let address = format!("smtp://kim:secret@{ELSEWHERE}:{}?tls=opportunistic", smtp.port());
        let output = place.command(&["serve", "--smtp-url", &address]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("TLS") && !said.contains("secret"), "{said}");
    });
}

#[test]
fn without_a_password_tls_is_used_where_it_is_offered() {
    block_on(async {
        let authority = Authority::new();
        let offers = Security::StartTls(authority.server(ELSEWHERE, Certificate::Good));
        for (security, encrypted) in [(offers, true), (Security::Plain, false)] {
            let smtp = Smtp::start_with(security).await;
            let (sent, line) = outcome(&format!("smtp://{ELSEWHERE}:{}", smtp.port()), &authority).await;
            assert!(sent, "{line}");
            assert_eq!(smtp.all().iter().map(|mail| mail.encrypted).collect::<Vec<_>>(), [encrypted]);
        }
    });
}
