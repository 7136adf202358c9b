//! Messages never go to private addresses: not on making a webhook, and not when it is sent to.

use serde_json::json;
use shared::{
    Code, FieldCode,
    webhook::{AttemptFailure, DeliveryState},
};
use tests::{Kind, Market, Place, Receiver, on_both};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{listen, test_button};

on_both!(alone: private_addresses_are_refused, what_was_public_once_is_judged_at_each_connect);
on_both!(failures_have_names);

async fn strict(kind: Kind) -> Place {
    Place::new(kind).await.with("WEBHOOKS_ALLOW_PRIVATE", "false")
}

async fn private_addresses_are_refused(kind: Kind) {
    let market = Market::open(strict(kind).await).await;
    let partner = market.partner().await;
    let made = async |url: &str| {
        let body = json!({"url": url, "kinds": ["claim.created"]});
        partner.owner.send(&partner.path("/webhooks"), &body).await
    };
    for private in [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://10.1.2.3/",
        "https://192.168.1.1/",
        "https://172.16.0.1/",
        "https://169.254.169.254/latest/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://db.internal/",
        "https://intranet/",
    ] {
        made(private).await.wrong_at(Code::InvalidInput, &[("/url", FieldCode::PrivateAddress)]);
    }
    made("http://example.az/").await.wrong_at(Code::InvalidInput, &[("/url", FieldCode::HttpsOnly)]);
    made("https://example.az/").await.status(201);
}

async fn what_was_public_once_is_judged_at_each_connect(kind: Kind) {
    let loose = Market::open(Place::new(kind).await).await;
    let (partner, receiver) = (loose.partner().await, Receiver::start().await);
    let number = listen(&partner.owner, &partner, &receiver.url("/")).await.webhook;
    // A name that leads to loopback, as after DNS rebinding: only whoever looks it up can see it.
    let name = format!("https://localhost:{}/", receiver.port());
    let name = listen(&partner.owner, &partner, &name).await.webhook;
    assert_eq!(test_button(&partner, number.id).await.state, DeliveryState::Delivered);
    loose.server.stop();
    let (id, db) = (partner.id, loose.place.db().await);
    assert_eq!(db.number(&format!("SELECT count(*) FROM webhooks WHERE partner_id = {}", db.id(id.0))).await, 2);
    // Both pass the look at their text, so that what judges them is the connect.
    db.run(&format!(
        "UPDATE webhooks SET url = replace(url, 'http://127.0.0.1', 'https://127.0.0.1') WHERE id = {}",
        db.id(number.id.0)
    ))
    .await;
    db.run(&format!(
        "UPDATE webhooks SET url = replace(url, 'localhost', 'localhost.localdomain') WHERE id = {}",
        db.id(name.id.0)
    ))
    .await;
    drop(db);
    let place = std::sync::Arc::into_inner(loose.place).expect("the only one");
    let strict = Market::open(place.with("WEBHOOKS_ALLOW_PRIVATE", "false")).await;
    let owner = partner.owner.at(&strict.server.url);
    let partner = tests::Partner { owner, ..partner };
    for webhook in [number.id, name.id] {
        let delivery = test_button(&partner, webhook).await;
        let failure = delivery.attempts[0].failure.expect("a failure");
        // Where the machine does not know the name at all, nothing is reached either.
        let refused =
            failure == AttemptFailure::PrivateAddress || (webhook == name.id && failure == AttemptFailure::NoAddress);
        assert!(refused, "{failure:?}");
        assert_eq!((delivery.state, delivery.attempts[0].status), (DeliveryState::Failed, None));
    }
    assert_eq!(receiver.received().len(), 1, "nothing more arrived");
}

async fn failures_have_names(market: Market) {
    let partner = market.partner().await;
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    // Answers every greeting with what is no TLS.
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = plain.local_addr().expect("an address").port();
    let task = tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            // Read first: a connection that is closed with something unread is reset.
            if let Ok(1..) = stream.read(&mut [0; 4096]).await {
                stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.ok();
            }
        }
    });
    for (url, expected) in [
        (format!("http://127.0.0.1:{closed}/"), AttemptFailure::NoConnection),
        (format!("https://127.0.0.1:{port}/"), AttemptFailure::Tls),
        ("https://no-such-name.invalid/".to_owned(), AttemptFailure::NoAddress),
    ] {
        let webhook = listen(&partner.owner, &partner, &url).await.webhook;
        let delivery = test_button(&partner, webhook.id).await;
        assert_eq!(delivery.attempts[0].failure, Some(expected), "{url}");
        assert_eq!(delivery.attempts[0].status, None);
    }
    task.abort();
}
