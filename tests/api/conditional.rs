//! Entity tags that cover all that a body holds, and changes for the version that was read (RFC 9110 §8.8.3, §13.1).

use reqwest::Method;
use serde_json::json;
use shared::{
    Code, FieldCode, Lang,
    offer::{OfferState, PartnerOffer},
    webhook::WebhookSecret,
};
use tests::{Answer, Caller, Market, Offer, Partner, offer::tag, on_both, raw::Raw};

on_both!(
    a_tag_covers_what_stands_beside_a_version,
    a_change_compares_the_version_alone,
    an_answer_to_a_change_has_the_tag_of_a_read,
    a_tag_that_cannot_be_read_is_400,
    a_weak_tag_is_told_so,
    tags_on_several_lines_are_all_read,
);

/// A published offer of a partner's own, with its address at the desk.
async fn published(market: &Market) -> (Partner, PartnerOffer, String) {
    let partner = market.partner().await;
    let offer = Offer::once().quota(9).in_state_at(market, &partner.slug, OfferState::Published).await;
    let path = partner.path(&format!("/offers/{}", offer.id));
    (partner, offer, path)
}

fn tag_of(answer: &Answer) -> String {
    let tag = answer.header("etag").expect("a tag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "strong: {tag}");
    tag
}

async fn a_tag_covers_what_stands_beside_a_version(market: Market) {
    let (partner, offer, path) = published(&market).await;
    let admin = market.admin().await;
    let hook = partner.path("/webhooks");
    let body = json!({"url": "https://example.az/hook", "kinds": ["claim.created"]});
    let made: WebhookSecret = partner.owner.send(&hook, &body).await.created();
    let hook = format!("{hook}/{}", made.webhook.id);
    let review = format!("/admin/offers/{}", offer.id);
    let reads: [(&Caller, &str); 3] = [(&partner.owner, &path), (&admin, &review), (&partner.owner, &hook)];
    let mut before = Vec::new();
    for (caller, path) in reads {
        before.push(caller.get(path).await.status(200));
    }
    // A claim changes the counts of the offer and what waits for the webhook, and no version. It cannot be delivered.
    market.educator().await.claimed(offer.id).await;
    for ((caller, path), old) in reads.into_iter().zip(before) {
        let new = tests::eventually("the claim shows", || async {
            let new = caller.get(path).await.status(200);
            (new.body != old.body).then_some(new)
        })
        .await;
        let (old_tag, new_tag) = (tag_of(&old), tag_of(&new));
        assert_ne!(old_tag, new_tag, "{path}: another body has another tag");
        let version = |tag: &str| tag.split('.').next().expect("a version").to_owned();
        assert_eq!(version(&old_tag), version(&new_tag), "{path}: the version is the same");
        caller.get(path).header("if-none-match", &old_tag).await.status(200);
    }
    // What stays as it is has the same tag for everybody.
    for path in [&path, &review] {
        let (one, other) = (admin.get(path).await, admin.get(path).await);
        assert_eq!(tag_of(&one), tag_of(&other));
        admin.get(path).header("if-none-match", tag_of(&one)).await.status(304);
    }
}

async fn a_change_compares_the_version_alone(market: Market) {
    let (partner, offer, path) = published(&market).await;
    let read = tag_of(&partner.owner.get(&path).await);
    // A claim in between is no reason to refuse the partner's edit.
    market.educator().await.claimed(offer.id).await;
    let change =
        |tag: &str, days: u32| partner.owner.patch(&path, &json!({"claim_days": days})).header("if-match", tag);
    change(&read, 11).await.status(200);
    let stale = change(&read, 12).await.refused(Code::StaleVersion);
    assert_eq!(stale.extra["version"], json!(offer.version + 1));
    change(&format!("\"v{}\"", offer.version + 1), 12).await.status(200);
    change("\"v1.\", \"v999\"", 13).await.refused(Code::StaleVersion);
    change(&format!("\"v{}x\"", offer.version + 2), 13).await.refused(Code::StaleVersion);
}

async fn an_answer_to_a_change_has_the_tag_of_a_read(market: Market) {
    let (partner, _, path) = published(&market).await;
    let changed = partner.owner.patch(&path, &json!({"claim_days": 11})).header("if-match", "*").await.status(200);
    let read = partner.owner.get(&path).await.status(200);
    assert_eq!((tag_of(&changed), &changed.body), (tag_of(&read), &read.body));
    let profile = partner.path("/profile");
    let changed = partner.owner.patch(&profile, &json!({"website": "https://a.example.az"})).header("if-match", "*");
    let changed = changed.await.status(200);
    let read = partner.owner.get(&profile).await.status(200);
    assert_eq!((tag_of(&changed), &changed.body), (tag_of(&read), &read.body));
}

async fn a_tag_that_cannot_be_read_is_400(market: Market) {
    let (partner, offer, path) = published(&market).await;
    let version = offer.version;
    let named = partner.path("/offers/by-external-id/x-1");
    let hash = [format!("v{version}"), version.to_string(), format!("\"v{version}"), format!("'v{version}'")];
    for unread in hash.iter().map(String::as_str).chain(["", "w/\"v1\"", "\"v1\" \"v2\"", "*, \"v1\""]) {
        let asks = [
            partner.owner.patch(&path, &json!({"claim_days": 12})),
            partner.owner.delete(&path),
            partner.owner.ask(&Method::PUT, &named).json(&Offer::once().0),
        ];
        for ask in asks {
            let answer = ask.header("if-match", unread).await;
            answer.wrong_at(Code::MalformedRequest, &[("#If-Match", FieldCode::InvalidFormat)]);
        }
    }
    let answer = partner.owner.ask(&Method::PUT, &named).json(&Offer::once().0).header("if-none-match", "x").await;
    answer.wrong_at(Code::MalformedRequest, &[("#If-None-Match", FieldCode::InvalidFormat)]);
    assert_eq!(partner.owner.get(&path).await.ok::<PartnerOffer>().version, version);
    partner.owner.patch(&path, &json!({"claim_days": 12})).await.refused(Code::PreconditionRequired);
}

async fn a_weak_tag_is_told_so(market: Market) {
    let (partner, offer, path) = published(&market).await;
    for lang in Lang::ALL {
        let owner = partner.owner.clone().speaking(lang);
        let change = |tag: String| owner.patch(&path, &json!({"claim_days": 12})).header("if-match", tag);
        let weak = change(format!("W/{}", tag(&offer))).await.refused_in(Code::StaleVersion, lang);
        assert_eq!(weak.errors.len(), 1, "{weak:?}");
        assert_eq!((weak.errors[0].pointer.as_str(), weak.errors[0].code), ("#If-Match", FieldCode::WeakTag));
        let stale = change("\"v999\"".to_owned()).await.refused_in(Code::StaleVersion, lang);
        assert!(stale.errors.is_empty() && stale.detail != weak.detail, "{stale:?}");
    }
    // Proxies weaken tags when they compress: a read compares weakly all the same.
    let weak = format!("W/{}", tag_of(&partner.owner.get(&path).await));
    partner.owner.get(&path).header("if-none-match", weak).await.status(304);
}

async fn tags_on_several_lines_are_all_read(market: Market) {
    let (partner, offer, path) = published(&market).await;
    let change = |tags: [String; 2]| {
        let ask = partner.owner.patch(&path, &json!({"claim_days": 12}));
        tags.into_iter().fold(ask, |ask, tag| ask.header("if-match", tag))
    };
    let other = "\"a,b\", \"v999\"".to_owned();
    change([other.clone(), other.clone()]).await.refused(Code::StaleVersion);
    change([other.clone(), tag(&offer)]).await.status(200);
    change([tag(&offer), "v2".to_owned()]).await.refused(Code::MalformedRequest);
    let read = tag_of(&market.anon().get("/partners").await);
    let mut raw = Raw::open(&market.server.url).await;
    let lines = format!("If-None-Match: {other}\r\nIf-None-Match: {read}");
    raw.send(format!("GET /api/v1/partners HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n\r\n")).await;
    assert_eq!(raw.answer().await.status(), 304);
}
