//! `Idempotency-Key` for all operations: what belongs to a key, what is answered again, and what is never written.

use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use shared::{Code, OfferId, offer::PartnerOffer, partner::MemberRole};
use tests::{Answer, Caller, Kind, Market, Offer, Place, offer::act, on_both, people::unique, run_alone};

on_both!(
    headers_are_answered_again,
    query_and_media_type_belong_to_the_request,
    a_repeat_is_answered_before_other_checks,
    strangers_write_nothing,
    what_carries_secrets_is_not_kept_however_its_path_is_written,
    who_may_not_any_more_gets_no_earlier_answer,
    an_early_refusal_is_kept,
    one_effect_for_a_key_on_two_processes,
    a_lost_connection_leaves_a_key_that_works,
);
on_both!(alone: a_key_is_free_again_after_a_day);

#[test]
fn that_the_first_request_still_runs_is_no_answer_to_keep() {
    // SQLite has one writer, which nobody waits for so long.
    run_alone(Kind::Postgres, still_runs);
}

fn assert_again(again: &Answer, first: &Answer) {
    assert_eq!((again.status, again.text()), (first.status, first.text()));
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), (None, Some("true")));
}

async fn headers_are_answered_again(market: Market) {
    let (admin, key) = (market.admin().await, unique("key"));
    let draft = Offer::once().0;
    let create = || admin.send("/partners/azercell/offers", &draft).key(&key);
    let (first, again) = (create().await.status(201), create().await);
    assert_again(&again, &first);
    let offer: PartnerOffer = first.json();
    assert!(first.header("etag").is_some_and(|tag| tag.starts_with(&format!("\"v{}", offer.version))));
    let public = Offer::once().publish(&market).await;
    let person = market.educator().await;
    let claim = || person.claim(public.id).key(&key);
    let (claimed, once_more) = (claim().await.status(201), claim().await);
    assert_again(&once_more, &claimed);
    for name in ["etag", "location", "content-type", "ratelimit", "ratelimit-policy", "cache-control"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
        assert_eq!(once_more.header(name), claimed.header(name), "{name}");
    }
    assert!(claimed.header("ratelimit").is_some());
}

async fn query_and_media_type_belong_to_the_request(market: Market) {
    let partner = market.partner().await;
    let (editor, key) = (market.join(&partner, MemberRole::Editor).await, unique("key"));
    let body = json!([Offer::once().with(|o| o.external_id = Some(unique("own"))).0]);
    let upload = |query: &str| editor.send(&format!("/partners/{}/imports?{query}", partner.slug), &body).key(&key);
    let first = upload("dry_run=true").await.status(202);
    for other in ["dry_run=false", "dry_run=true&mode=patch", "dry_run=true&on_error=reject_all", ""] {
        upload(other).await.refused(Code::IdempotencyKeyReused);
    }
    assert_again(&upload("dry_run=true").await, &first);
    let path = format!("/partners/{}/imports?dry_run=true", partner.slug);
    let ndjson = editor.post(&path).header("content-type", "application/x-ndjson").body(body.to_string());
    ndjson.key(&key).await.refused(Code::IdempotencyKeyReused);
}

async fn a_repeat_is_answered_before_other_checks(market: Market) {
    let (admin, key) = (market.admin().await, unique("key"));
    let offer = Offer::once().publish(&market).await;
    let path = format!("/partners/azercell/offers/{}/pause", offer.id);
    let pause = || admin.post(&path).key(&key);
    let first = pause().await.status(200);
    // The state does not allow it any more, and then the offer is over.
    assert_again(&pause().await, &first);
    act(&admin, &market.managed(offer.id).await, "end").await.status(200);
    assert_again(&pause().await, &first);
    admin.post(&path).key(&unique("key")).await.refused(Code::StateConflict);
}

async fn kept(market: &Market) -> i64 {
    market.place.db().await.number("SELECT count(*) FROM idempotency").await
}

async fn strangers_write_nothing(market: Market) {
    let before = kept(&market).await;
    let anon = market.anon();
    let paths = ["/nowhere", "/partners/azercell/offers", "/auth/password/forgot", "/redemptions/check"];
    let asks = (0..40).map(|n| {
        let body = json!({"email": format!("{}@example.az", unique("stranger"))});
        let ask = anon.send(paths[n % paths.len()], &body).key(&unique("stranger"));
        async { ask.await.status }
    });
    for status in join_all(asks).await {
        assert!(status < 500, "{status}");
    }
    let person = market.learner().await;
    person.send("/nowhere", &json!({})).key(&unique("key")).await.refused(Code::NotFound);
    let other = market.place.db().await.number("SELECT count(*) FROM idempotency WHERE status = 404").await;
    let rows = "SELECT count(*) FROM idempotency WHERE headers LIKE '%nowhere%'";
    assert_eq!(market.place.db().await.number(rows).await, 0);
    // Other tests keep answers of their own meanwhile, but none of a hundred strangers' is among them.
    assert!(kept(&market).await - before < 40 || other == 0);
}

async fn what_carries_secrets_is_not_kept_however_its_path_is_written(market: Market) {
    let partner = market.partner().await;
    let owner = market.join(&partner, MemberRole::Owner).await;
    let body = json!({"name": "Kassa", "mode": "test", "scopes": ["offers:read"]});
    for path in ["api-keys", "%61pi-keys", "api%2Dkeys"] {
        let path = format!("/partners/{}/{path}", partner.slug);
        let answer = owner.send(&path, &body).key(&unique("secret")).await;
        assert!([201, 404, 409].contains(&answer.status), "{}", answer.text());
    }
    let hook = json!({"url": "https://hooks.example.az/x", "kinds": ["claim.created"]});
    owner.send(&format!("/partners/{}/web%68ooks", partner.slug), &hook).key(&unique("secret")).await.status(201);
    let db = market.place.db().await;
    let bodies = if market.is_sqlite() { "CAST(body AS TEXT)" } else { "convert_from(body, 'UTF8')" };
    for secret in ["vm_test_", "whsec_", "refresh_token"] {
        let sql = format!("SELECT count(*) FROM idempotency WHERE {bodies} LIKE '%{secret}%'");
        assert_eq!(db.number(&sql).await, 0, "{secret}");
    }
}

async fn who_may_not_any_more_gets_no_earlier_answer(market: Market) {
    let partner = market.partner().await;
    let (editor, key) = (market.join(&partner, MemberRole::Editor).await, unique("key"));
    let create = || editor.send(&format!("/partners/{}/offers", partner.slug), &Offer::once().0);
    let draft = Offer::once().0;
    let path = format!("/partners/{}/offers", partner.slug);
    let first = editor.send(&path, &draft).key(&key).await.status(201);
    assert_again(&editor.send(&path, &draft).key(&key).await, &first);
    let me: shared::account::Me = editor.get("/me").await.ok();
    let owner = market.join(&partner, MemberRole::Owner).await;
    owner.delete(&format!("/partners/{}/members/{}", partner.slug, me.id)).await.done();
    editor.send(&path, &draft).key(&key).await.refused(Code::Forbidden);
    create().await.refused(Code::Forbidden);
}

/// With a server of its own: it makes all that is kept older.
async fn a_key_is_free_again_after_a_day(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let (admin, key, db) = (market.admin().await, unique("key"), market.place.db().await);
    let [one, two] = [Offer::once().0, Offer::once().0];
    let create = |draft| admin.send("/partners/azercell/offers", draft).key(&key);
    let first: Value = create(&one).await.status(201).json();
    create(&two).await.refused(Code::IdempotencyKeyReused);
    let (offer, person) = (Offer::once().publish(&market).await, market.educator().await);
    let claim = || person.claim(offer.id).key(&key);
    claim().await.status(201);
    db.run("UPDATE idempotency SET created_at = created_at - 86400001").await;
    let second = create(&two).await.status(201);
    assert_ne!(second.json::<Value>()["id"], first["id"]);
    let again = create(&two).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"), "kept again from now on");
    let late = claim().await;
    late.refused(Code::AlreadyClaimed);
    assert_again(&claim().await, &late);
}

async fn still_runs(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let (admin, key, db) = (market.admin().await, unique("key"), market.place.db().await);
    let draft = Offer::once().0;
    let create = || admin.send("/partners/azercell/offers", &draft).key(&key);
    // As if the first request held the key's row for longer than it is waited for, which is four seconds.
    db.run("BEGIN").await;
    db.run("LOCK TABLE idempotency IN EXCLUSIVE MODE").await;
    let (answer, ()) = join(async { create().await }, async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        db.run("ROLLBACK").await;
    })
    .await;
    answer.refused(Code::IdempotencyInProgress);
    create().await.status(201);
}

async fn an_early_refusal_is_kept(market: Market) {
    let (person, key) = (market.educator().await, unique("key"));
    let draft = Offer::once().draft(&market).await;
    let first = person.claim(draft.id).key(&key).await;
    first.refused(Code::NotFound);
    let mut offer = draft;
    for action in ["submit", "approve"] {
        offer = act(&market.admin().await, &offer, action).await.ok();
    }
    let again = person.claim(offer.id).key(&key).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (404, Some("true")));
    person.claim(offer.id).key(&unique("key")).await.status(201);
}

/// The same request with the same key at two processes at once: one effect, and one answer for both.
async fn one_effect_for_a_key_on_two_processes(market: Market) {
    let other = market.again().await;
    let offer = Offer::once().quota(1000).publish(&market).await;
    let people = market.educators(60).await;
    let pair = |one: &Caller, id: OfferId| {
        let (two, key) = (one.at(&other.server.url), unique("pair"));
        let asks = [one.claim(id).key(&key), two.claim(id).key(&key)];
        async move { join_all(asks.map(IntoFuture::into_future)).await }
    };
    for answers in join_all(people.iter().map(|person| pair(person, offer.id))).await {
        assert_eq!(answers[0].text(), answers[1].text());
        assert_eq!((answers[0].status, answers[1].status), (201, 201));
        let again = answers.iter().filter(|answer| answer.header("idempotent-replayed").is_some()).count();
        assert_eq!(again, 1, "one of them was first");
    }
    assert_eq!(market.managed(offer.id).await.claimed, 60);
    let admin = market.admin().await;
    let (there, path) = (admin.at(&other.server.url), "/partners/azercell/offers");
    for _ in 0..20 {
        let (key, draft) = (unique("pair"), Offer::once().0);
        let asks = [admin.send(path, &draft).key(&key), there.send(path, &draft).key(&key)];
        let answers = join_all(asks.map(IntoFuture::into_future)).await;
        assert_eq!((answers[0].status, answers[0].text()), (201, answers[1].text()));
    }
    market.place.db().await.check_ledger().await;
}

/// A client that hangs up a few milliseconds after sending, and sends the same again: what was asked happens once.
async fn a_lost_connection_leaves_a_key_that_works(market: Market) {
    let admin = market.admin().await;
    for trial in 0..48_u64 {
        let (key, title) = (unique("lost"), unique("lost"));
        let draft = Offer::once().title(&title).0;
        let send = || admin.send("/partners/azercell/offers", &draft).key(&key);
        let pause = std::time::Duration::from_micros(250 * trial);
        tokio::time::timeout(pause, send().attempt()).await.ok();
        send().await.status(201);
        let sql = format!("SELECT count(*) FROM offers WHERE CAST(draft AS TEXT) LIKE '%{title}%'");
        assert_eq!(market.place.db().await.number(&sql).await, 1, "after {pause:?}");
    }
}
