//! Making, changing and removing webhooks.

use serde_json::json;
use shared::{
    Code, FieldCode, Page,
    webhook::{DisabledReason, EventKind, Webhook, WebhookSecret},
};
use tests::{Market, offer::is_of_version, on_both};

use super::{change, listen, seen};

on_both!(
    one_is_made_read_changed_and_removed,
    a_stale_change_is_refused,
    mistakes_are_named,
    there_are_ten_at_most,
    others_do_not_see_it,
    the_sandbox_has_its_own,
    the_secret_is_shown_once_and_kept_encrypted
);

async fn one_is_made_read_changed_and_removed(market: Market) {
    let partner = market.partner().await;
    let body = json!({"url": "https://example.az/hook", "description": " Kassa ", "kinds": ["quota.warning", "claim.created"]});
    let answer = partner.owner.send(&partner.path("/webhooks"), &body).await.status(201);
    assert!(is_of_version(answer.header("etag").expect("a tag"), 1));
    let location = answer.header("location").expect("a location").to_owned();
    let made: WebhookSecret = answer.json();
    assert_eq!(location, format!("/api/v1{}", partner.path(&format!("/webhooks/{}", made.webhook.id))));
    assert!(made.secret.starts_with("whsec_"));
    let webhook = made.webhook;
    assert_eq!(webhook.url, "https://example.az/hook");
    assert_eq!(webhook.description.as_deref(), Some("Kassa"));
    assert_eq!(webhook.kinds, [EventKind::ClaimCreated, EventKind::QuotaWarning]);
    assert!(webhook.enabled && webhook.disabled_reason.is_none() && webhook.failing_since.is_none());
    assert_eq!(seen(&partner, webhook.id).await, webhook);
    let all = partner.editor.get(&partner.path("/webhooks")).await.ok::<Page<Webhook>>().items;
    assert_eq!(all, std::slice::from_ref(&webhook));

    let off =
        change(&partner, webhook.id, &json!({"enabled": false, "description": "", "kinds": ["claim.expired"]})).await;
    assert_eq!((off.enabled, off.disabled_reason, off.version), (false, Some(DisabledReason::ByHand), 2));
    assert!(off.disabled_at.is_some() && off.description.is_none());
    assert_eq!(off.kinds, [EventKind::ClaimExpired]);
    assert_eq!(off.url, webhook.url, "what is left out stays");
    partner.owner.post(&partner.path(&format!("/webhooks/{}/test", webhook.id))).await.refused(Code::StateConflict);
    let on = change(&partner, webhook.id, &json!({"enabled": true})).await;
    assert_eq!((on.enabled, on.disabled_reason, on.disabled_at, on.version), (true, None, None, 3));

    let path = partner.path(&format!("/webhooks/{}", webhook.id));
    partner.owner.delete(&path).await.refused(Code::PreconditionRequired);
    partner.owner.delete(&path).header("if-match", "\"v2\"").await.refused(Code::StaleVersion);
    partner.owner.delete(&path).header("if-match", "\"v3\"").await.done();
    partner.owner.get(&path).await.refused(Code::NotFound);
    let all = partner.owner.get(&partner.path("/webhooks")).await.ok::<Page<Webhook>>().items;
    assert_eq!(all, []);
}

async fn a_stale_change_is_refused(market: Market) {
    let partner = market.partner().await;
    let webhook = listen(&partner.program, &partner, "https://example.az/hook").await.webhook;
    let path = partner.path(&format!("/webhooks/{}", webhook.id));
    partner.owner.patch(&path, &json!({"enabled": false})).await.refused(Code::PreconditionRequired);
    change(&partner, webhook.id, &json!({"description": "x"})).await;
    let problem = partner
        .owner
        .patch(&path, &json!({"enabled": false}))
        .header("if-match", "\"v1\"")
        .await
        .refused(Code::StaleVersion);
    assert_eq!(problem.extra["version"], 2);
    assert!(seen(&partner, webhook.id).await.enabled, "nothing changed");
}

async fn mistakes_are_named(market: Market) {
    let partner = market.partner().await;
    let (path, owner) = (partner.path("/webhooks"), &partner.owner);
    let wrong = async |body: serde_json::Value, places: &[(&str, FieldCode)]| {
        owner.send(&path, &body).await.wrong_at(Code::InvalidInput, places);
    };
    wrong(json!({"url": "https://a.az", "kinds": []}), &[("/kinds", FieldCode::Required)]).await;
    wrong(json!({"url": "https://a.az", "kinds": ["test"]}), &[("/kinds/0", FieldCode::NotAllowed)]).await;
    wrong(json!({"url": "https://a.az", "kinds": ["claim.lost"]}), &[("/kinds/0", FieldCode::UnknownValue)]).await;
    wrong(json!({"url": "ftp://a.az", "kinds": ["claim.created"]}), &[("/url", FieldCode::InvalidFormat)]).await;
    wrong(json!({"url": "https://k:p@a.az", "kinds": ["claim.created"]}), &[("/url", FieldCode::InvalidFormat)]).await;
    wrong(json!({"url": "https://[::1", "kinds": ["claim.created"]}), &[("/url", FieldCode::InvalidFormat)]).await;
    wrong(json!({"kinds": ["claim.created"]}), &[("/url", FieldCode::Required)]).await;
    let webhook = listen(owner, &partner, "https://example.az/").await.webhook;
    let rotate = partner.path(&format!("/webhooks/{}/rotate-secret", webhook.id));
    owner
        .send(&rotate, &json!({"grace_hours": 73}))
        .await
        .wrong_at(Code::InvalidInput, &[("/grace_hours", FieldCode::OutOfRange)]);
    owner
        .get(&partner.path(&format!("/webhooks/{}/deliveries?cursor=x", webhook.id)))
        .await
        .refused(Code::InvalidCursor);
    owner
        .get(&partner.path(&format!("/webhooks/{}/deliveries?state=lost", webhook.id)))
        .await
        .wrong_at(Code::InvalidQuery, &[("?state", FieldCode::UnknownValue)]);
}

async fn there_are_ten_at_most(market: Market) {
    let partner = market.partner().await;
    let body = json!({"url": "https://example.az/", "kinds": ["claim.created"]});
    let path = partner.path("/webhooks");
    // At once, so that two may meet.
    let asks = (0..14).map(|_| std::future::IntoFuture::into_future(partner.owner.send(&path, &body)));
    let answers = futures_util::future::join_all(asks).await;
    assert_eq!(answers.iter().filter(|a| a.status == 201).count(), 10);
    let refused = answers.iter().find(|a| a.status != 201).expect("a refusal");
    assert_eq!(refused.refused(Code::LimitReached).extra["max"], 10);
    let all = partner.owner.get(&path).await.ok::<Page<Webhook>>().items;
    assert_eq!(all.len(), 10);
}

async fn others_do_not_see_it(market: Market) {
    let (partner, other) = (market.partner().await, market.partner().await);
    let webhook = listen(&partner.owner, &partner, "https://example.az/").await.webhook;
    let foreign = other.path(&format!("/webhooks/{}", webhook.id));
    for rest in ["", "/deliveries"] {
        other.owner.get(&format!("{foreign}{rest}")).await.refused(Code::NotFound);
    }
    other.owner.patch(&foreign, &json!({"enabled": false})).header("if-match", "*").await.refused(Code::NotFound);
    other.owner.delete(&foreign).header("if-match", "*").await.refused(Code::NotFound);
    other.owner.post(&format!("{foreign}/test")).await.refused(Code::NotFound);
    other.owner.send(&format!("{foreign}/rotate-secret"), &json!({})).await.refused(Code::NotFound);
    assert!(seen(&partner, webhook.id).await.enabled);
}

async fn the_sandbox_has_its_own(market: Market) {
    let partner = market.partner().await;
    let live = listen(&partner.program, &partner, "https://example.az/live").await.webhook;
    let test = listen(&partner.sandbox, &partner, "https://example.az/test").await.webhook;
    let of_live = partner.owner.get(&partner.path("/webhooks")).await.ok::<Page<Webhook>>().items;
    let of_test = partner.sandbox.get(&partner.path("/webhooks")).await.ok::<Page<Webhook>>().items;
    assert_eq!((of_live, of_test), (vec![live.clone()], vec![test]));
    partner.sandbox.get(&partner.path(&format!("/webhooks/{}", live.id))).await.refused(Code::NotFound);
}

async fn the_secret_is_shown_once_and_kept_encrypted(market: Market) {
    let partner = market.partner().await;
    let path = partner.path("/webhooks");
    let body = json!({"url": "https://example.az/", "kinds": ["claim.created"]});
    let key = format!("webhook-{}", partner.slug);
    let first = partner.owner.send(&path, &body).key(&key).await.status(201);
    let made: WebhookSecret = first.json();
    let secret = made.secret.strip_prefix("whsec_").expect("the form").to_owned();
    let [one, all, log] = ["", "s", "/deliveries"].map(|rest| match rest {
        "s" => path.clone(),
        rest => format!("{path}/{}{rest}", made.webhook.id),
    });
    for place in [one, all, log] {
        assert!(!partner.owner.get(&place).await.text().contains(&secret), "{place}");
    }
    let again = partner.owner.send(&path, &body).key(&key).await;
    assert!(!again.text().contains(&secret), "the answer is not kept");
    let raw = hex::encode(base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &secret).expect("base64"));
    let db = market.place.db().await;
    let id = db.id(made.webhook.id.0);
    let kept = db.rows(&format!("SELECT secret FROM webhooks WHERE id = {id}")).await;
    let kept: Vec<u8> = kept[0].try_get_by_index(0).expect("bytes");
    assert!(kept.len() > 40 && !hex::encode(kept).contains(&raw), "it lies there encrypted");
}
