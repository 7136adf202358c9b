//! Mails over SMTP, with a real server that sometimes refuses.

use serde_json::json;
use shared::account::{Me, Role};
use tests::{
    Kind, Market, Place, eventually, on_both, people,
    smtp::{Refusal, Smtp},
};

on_both!(alone: mails_arrive_and_what_is_refused_is_tried_again);

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
