//! The keys of a partner's programs.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    Code, FieldCode, Page,
    account::Role,
    offer::PartnerOffer,
    partner::{ApiKeyView, KeyMode, KeyState, MadeApiKey, PartnerProfile},
};
use tests::{Answer, Caller, Kind, Market, Offer, PASSWORD, Person, Place, eventually, offer::tag, on_both, people};

use super::applied;

on_both!(
    a_key_is_shown_once_and_works,
    a_key_names_its_scopes_and_a_wrong_wish_is_named,
    a_revoked_key_ends_at_once_in_every_process,
    two_keys_of_a_mode_are_live_at_most,
    a_rotated_key_goes_on_for_its_grace,
    a_key_tells_how_it_fares,
    a_test_key_sees_the_sandbox_alone,
    a_suspended_partner_revokes_but_makes_none,
    a_key_does_not_tell_hidden_partners_from_absent_ones,
);
on_both!(alone: a_key_ends_with_its_days, what_was_counted_outlives_a_stop, a_key_has_its_share_of_calls);

/// A partner that was let in, by its owner; it has no keys and no sandbox.
async fn joined(market: &Market) -> (Person, PartnerProfile) {
    let (person, made) = applied(market).await;
    market.admin().await.post(&format!("/admin/partners/{}/approve", made.id)).await.status(200);
    (person, made)
}

fn keys(partner: &PartnerProfile) -> String {
    format!("/partners/{}/api-keys", partner.slug)
}

fn offers(partner: &PartnerProfile) -> String {
    format!("/partners/{}/offers", partner.slug)
}

fn wish(mode: KeyMode, scopes: &[&str]) -> Value {
    json!({"name": "Yükləmə", "mode": mode, "scopes": scopes})
}

async fn make(owner: &Person, partner: &PartnerProfile, mode: KeyMode) -> MadeApiKey {
    owner.caller.send(&keys(partner), &wish(mode, &["offers:write"])).await.created()
}

fn program(market: &Market, key: &MadeApiKey) -> Caller {
    market.anon().bearer(&key.text)
}

async fn list(owner: &Person, partner: &PartnerProfile) -> Vec<ApiKeyView> {
    owner.caller.get(&keys(partner)).await.ok::<Page<ApiKeyView>>().items
}

async fn a_key_is_shown_once_and_works(market: Market) {
    let (owner, partner) = joined(&market).await;
    let answer: Answer = owner.caller.send(&keys(&partner), &wish(KeyMode::Live, &["offers:write"])).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let made: MadeApiKey = answer.created();
    assert!(made.text.starts_with(&format!("vm_live_{}_", made.key.id.0.simple())));
    assert_eq!(made.key.expires_at - made.key.created_at, TimeDelta::days(90));
    assert_eq!((made.key.state, made.key.created_by), (KeyState::Live, Some(owner.id)));
    program(&market, &made).get(&offers(&partner)).await.status(200);
    let listed = owner.caller.get(&keys(&partner)).await;
    let secret = made.text.split('_').nth(3).expect("a secret").to_owned();
    assert!(listed.text().contains(&made.key.id.to_string()) && !listed.text().contains(&secret));
    // The database has the hash alone, and the audit log no more than which key it was.
    let db = market.place.db().await;
    for (table, column) in [("audit", "detail"), ("idempotency", "body"), ("api_keys", "scopes")] {
        let sql = format!("SELECT count(*) FROM {table} WHERE CAST({column} AS TEXT) LIKE '%{secret}%'");
        assert_eq!(db.number(&sql).await, 0, "{table}");
    }
    let log: Page<Value> = market.admin().await.get("/admin/audit?limit=100").await.ok();
    let id = made.key.id.to_string();
    assert!(log.items.iter().any(|row| row["action"] == "key.create" && row["detail"]["key"] == id.as_str()));
    // Another partner's address is not this key's.
    let other = market.partner().await;
    program(&market, &made).get(&other.path("/offers")).await.refused(Code::Forbidden);
}

async fn a_key_names_its_scopes_and_a_wrong_wish_is_named(market: Market) {
    let (owner, partner) = joined(&market).await;
    let body = wish(KeyMode::Live, &["offers:read"]);
    let made: MadeApiKey = owner.caller.send(&keys(&partner), &body).await.created();
    let reader = program(&market, &made);
    reader.get(&offers(&partner)).await.status(200);
    let problem = reader.send(&offers(&partner), &Offer::once().0).await.refused(Code::Forbidden);
    assert_eq!(problem.extra["scope"], "offers:write");
    for (field, value, pointer, code) in [
        ("name", json!(" "), "/name", FieldCode::Required),
        ("scopes", json!([]), "/scopes", FieldCode::Required),
        ("scopes", json!(["stats:read", "stats:read"]), "/scopes/1", FieldCode::Duplicate),
        ("scopes", json!(["all"]), "/scopes/0", FieldCode::UnknownValue),
        ("mode", json!("prod"), "/mode", FieldCode::UnknownValue),
        ("expires_in_days", json!(366), "/expires_in_days", FieldCode::OutOfRange),
    ] {
        let mut body = body.clone();
        body[field] = value;
        owner.caller.send(&keys(&partner), &body).await.wrong_at(Code::InvalidInput, &[(pointer, code)]);
    }
}

async fn a_revoked_key_ends_at_once_in_every_process(market: Market) {
    let (owner, partner) = joined(&market).await;
    let made = make(&owner, &partner, KeyMode::Live).await;
    let other = market.again().await;
    let (here, there) = (program(&market, &made), program(&other, &made));
    here.get(&offers(&partner)).await.status(200);
    there.get(&offers(&partner)).await.status(200);
    let path = format!("{}/{}", keys(&partner), made.key.id);
    owner.caller.delete(&path).await.done();
    here.get(&offers(&partner)).await.refused(Code::Unauthenticated);
    there.get(&offers(&partner)).await.refused(Code::Unauthenticated);
    owner.caller.delete(&path).await.done();
    let listed = &list(&owner, &partner).await[0];
    assert_eq!(listed.state, KeyState::Revoked);
    let rotate = owner.caller.send(&format!("{path}/rotate"), &json!({})).await;
    assert_eq!(rotate.refused(Code::StateConflict).extra["state"], "revoked");
    let strangers = market.partner().await;
    let theirs = strangers.path(&format!("/api-keys/{}", made.key.id));
    strangers.owner.delete(&theirs).await.refused(Code::NotFound);
}

async fn two_keys_of_a_mode_are_live_at_most(market: Market) {
    let (owner, partner) = joined(&market).await;
    let body = wish(KeyMode::Live, &["stats:read"]);
    let at_once = (0..6).map(|_| async { owner.caller.send(&keys(&partner), &body).await });
    let answers = futures_util::future::join_all(at_once).await;
    let made: Vec<MadeApiKey> = answers.iter().filter(|a| a.status == 201).map(Answer::json).collect();
    assert_eq!(made.len(), 2, "also when all come at once");
    for refused in answers.iter().filter(|a| a.status != 201) {
        assert_eq!(refused.refused(Code::TooManyKeys).extra["mode"], "live");
    }
    make(&owner, &partner, KeyMode::Test).await;
    let path = format!("{}/{}", keys(&partner), made[0].key.id);
    owner.caller.send(&format!("{path}/rotate"), &json!({})).await.refused(Code::TooManyKeys);
    // Without a grace the old one makes room.
    let without = json!({"grace_hours": 0});
    let rotated: MadeApiKey = owner.caller.send(&format!("{path}/rotate"), &without).await.created();
    program(&market, &made[0]).get(&offers(&partner)).await.refused(Code::Unauthenticated);
    let problem = program(&market, &rotated).get(&offers(&partner)).await.refused(Code::Forbidden);
    assert_eq!(problem.extra["scope"], "offers:read", "it has the scopes of the old one");
}

async fn a_rotated_key_goes_on_for_its_grace(market: Market) {
    let (owner, partner) = joined(&market).await;
    let old = make(&owner, &partner, KeyMode::Live).await;
    let path = format!("{}/{}/rotate", keys(&partner), old.key.id);
    let wrong = owner.caller.send(&path, &json!({"grace_hours": 73})).await;
    wrong.wrong_at(Code::InvalidInput, &[("/grace_hours", FieldCode::OutOfRange)]);
    let new: MadeApiKey = owner.caller.send(&path, &json!({"expires_in_days": 365})).await.created();
    assert_eq!((&new.key.name, &new.key.scopes, new.key.mode), (&old.key.name, &old.key.scopes, old.key.mode));
    assert_eq!(new.key.expires_at - new.key.created_at, TimeDelta::days(365));
    for key in [&old, &new] {
        program(&market, key).get(&offers(&partner)).await.status(200);
    }
    let listed = list(&owner, &partner).await;
    let [first, second] = &listed[..] else { panic!("two keys: {listed:?}") };
    assert_eq!((first.id, first.state), (new.key.id, KeyState::Live));
    assert_eq!((second.id, second.state), (old.key.id, KeyState::Ending));
    let until = second.revoked_at.expect("a time") - first.created_at;
    assert_eq!(until, TimeDelta::hours(24));
    // It is not rotated twice, and both count.
    assert_eq!(owner.caller.send(&path, &json!({})).await.refused(Code::StateConflict).extra["state"], "ending");
    let body = wish(KeyMode::Live, &["offers:write"]);
    owner.caller.send(&keys(&partner), &body).await.refused(Code::TooManyKeys);
    // The grace can be cut short.
    owner.caller.delete(&format!("{}/{}", keys(&partner), old.key.id)).await.done();
    program(&market, &old).get(&offers(&partner)).await.refused(Code::Unauthenticated);
    program(&market, &new).get(&offers(&partner)).await.status(200);
}

async fn a_key_tells_how_it_fares(market: Market) {
    let (owner, partner) = joined(&market).await;
    let made = make(&owner, &partner, KeyMode::Live).await;
    let other = market.again().await;
    assert_eq!((made.key.calls, made.key.last_used_at), (0, None));
    for at in [&market, &other] {
        let program = program(at, &made);
        program.get(&offers(&partner)).await.status(200);
        program.get(&format!("{}/not-an-id", offers(&partner))).await.refused(Code::NotFound);
        program.send(&offers(&partner), &json!({"kind": 1})).await.refused(Code::InvalidInput);
        program.get(&format!("{}?colour=red", offers(&partner))).await.refused(Code::InvalidQuery);
    }
    let fares = eventually("all calls of both processes are counted", || async {
        let key = list(&owner, &partner).await.remove(0);
        (key.calls == 8).then_some(key)
    })
    .await;
    assert_eq!((fares.refusals, fares.last_errors.len()), (6, 5));
    assert!(fares.last_used_at.is_some_and(|at| at >= made.key.created_at));
    assert!(fares.last_errors.is_sorted_by(|newer, older| newer.at >= older.at), "the newest first");
    let operations: Vec<_> = fares.last_errors.iter().map(|e| (e.operation.as_str(), e.status, e.code)).collect();
    for (operation, code) in [
        ("GET /api/v1/partners/{slug}/offers", Code::InvalidQuery),
        ("POST /api/v1/partners/{slug}/offers", Code::InvalidInput),
        ("GET /api/v1/partners/{slug}/offers/{id}", Code::NotFound),
    ] {
        assert!(operations.contains(&(operation, code.status(), code)), "{operation}: {operations:?}");
    }
    // What a key is refused after its end is told, too.
    owner.caller.delete(&format!("{}/{}", keys(&partner), made.key.id)).await.done();
    program(&market, &made).get(&offers(&partner)).await.refused(Code::Unauthenticated);
    eventually("the call of a dead key is told", || async {
        let key = list(&owner, &partner).await.remove(0);
        (key.calls == 9 && key.last_errors[0].code == Code::Unauthenticated).then_some(())
    })
    .await;
}

async fn a_test_key_sees_the_sandbox_alone(market: Market) {
    let (owner, partner) = joined(&market).await;
    let real: PartnerOffer = owner.caller.send(&offers(&partner), &Offer::once().0).await.created();
    let test = program(&market, &make(&owner, &partner, KeyMode::Test).await);
    let live = program(&market, &make(&owner, &partner, KeyMode::Live).await);
    // The second test key finds the sandbox of the first.
    let second = program(&market, &make(&owner, &partner, KeyMode::Test).await);
    let tried: PartnerOffer = test.send(&offers(&partner), &Offer::once().0).await.created();
    let seen = |caller: Caller| {
        let path = offers(&partner);
        async move {
            let page: Page<PartnerOffer> = caller.get(&path).await.ok();
            page.items.into_iter().map(|offer| offer.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(seen(test.clone()).await, [tried.id]);
    assert_eq!(seen(second).await, [tried.id]);
    assert_eq!(seen(live.clone()).await, [real.id]);
    assert_eq!(seen(owner.caller.clone()).await, [real.id]);
    let path = |id| format!("{}/{id}", offers(&partner));
    test.get(&path(real.id)).await.refused(Code::NotFound);
    live.get(&path(tried.id)).await.refused(Code::NotFound);
    test.delete(&path(tried.id)).header("if-match", tag(&tried)).await.done();
    // A sandbox is nobody's to see.
    let sandbox = format!("{}.sandbox", partner.slug);
    market.anon().get(&format!("/partners/{sandbox}")).await.refused(Code::NotFound);
    owner.caller.get(&format!("/partners/{sandbox}/offers")).await.refused(Code::NotFound);
}

async fn a_suspended_partner_revokes_but_makes_none(market: Market) {
    let (owner, partner) = joined(&market).await;
    let made = make(&owner, &partner, KeyMode::Live).await;
    let reason = json!({"reason": "Yoxlama."});
    let admin = market.admin().await;
    admin.send(&format!("/admin/partners/{}/suspend", partner.id), &reason).await.status(200);
    let body = wish(KeyMode::Live, &["offers:write"]);
    owner.caller.send(&keys(&partner), &body).await.refused(Code::PartnerNotActive);
    owner.caller.delete(&format!("{}/{}", keys(&partner), made.key.id)).await.done();
    program(&market, &made).get(&offers(&partner)).await.refused(Code::Unauthenticated);
}

async fn a_key_ends_with_its_days(kind: Kind) {
    let now = Market::open(Place::new(kind).await).await;
    let (owner, partner) = joined(&now).await;
    let body = json!({"name": "Qısa", "mode": "live", "scopes": ["offers:read"], "expires_in_days": 1});
    let made: MadeApiKey = owner.caller.send(&keys(&partner), &body).await.created();
    program(&now, &made).get(&offers(&partner)).await.status(200);
    now.server.stop();
    let Market { place, .. } = now;
    let place = std::sync::Arc::into_inner(place).expect("the only one");
    let ahead = (TimeDelta::days(1) + TimeDelta::minutes(1)).num_seconds().to_string();
    let later = Market::open(place.with("VM_TEST_CLOCK_OFFSET_SECONDS", ahead)).await;
    program(&later, &made).get(&offers(&partner)).await.refused(Code::Unauthenticated);
    let tokens = people::sign_in(&later.anon(), &owner.email, PASSWORD).await;
    let owner = Person { caller: later.anon().bearer(&tokens.access_token), ..owner };
    assert_eq!(list(&owner, &partner).await[0].state, KeyState::Expired);
    // It makes room.
    for _ in 0..2 {
        make(&owner, &partner, KeyMode::Live).await;
    }
}

async fn what_was_counted_outlives_a_stop(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let (owner, partner) = joined(&market).await;
    let made = make(&owner, &partner, KeyMode::Live).await;
    for _ in 0..7 {
        program(&market, &made).get(&offers(&partner)).await.status(200);
    }
    assert!(market.server.stop().success());
    let db = market.place.db().await;
    let id = db.id(made.key.id.0);
    assert_eq!(db.number(&format!("SELECT calls FROM key_counts WHERE key_id = {id}")).await, 7);
}

async fn a_key_has_its_share_of_calls(kind: Kind) {
    let market = Market::open(Place::new(kind).await.with("RATE_KEYS", "6")).await;
    let (owner, partner) = joined(&market).await;
    let (made, other) = (make(&owner, &partner, KeyMode::Live).await, make(&owner, &partner, KeyMode::Test).await);
    let first = program(&market, &made).get(&offers(&partner)).await.status(200);
    assert_eq!(first.header("ratelimit-policy"), Some("\"keys\";q=6;w=60"));
    assert_eq!(first.header("ratelimit"), Some("\"keys\";r=2;t=60"));
    for _ in 0..2 {
        program(&market, &made).get(&offers(&partner)).await.status(200);
    }
    let refused = program(&market, &made).get(&offers(&partner)).await;
    refused.refused(Code::RateLimited);
    assert!(refused.header("retry-after").is_some());
    program(&market, &other).get(&offers(&partner)).await.status(200);
    // Its people are not held up by their program.
    owner.caller.get(&offers(&partner)).await.status(200);
    assert_eq!(market.signed_up(Role::Learner).await.caller.get("/me").await.status, 200);
}

async fn a_key_does_not_tell_hidden_partners_from_absent_ones(market: Market) {
    let (partner, person) = (market.partner().await, market.signed_up(Role::Learner).await);
    let (_, hidden) = applied(&market).await;
    for caller in [&partner.program, &partner.sandbox, &person.caller] {
        for rest in ["offers", "webhooks", "imports"] {
            let refused = caller.get(&format!("/partners/{}/{rest}", hidden.slug)).await.refused(Code::NotFound);
            let absent = caller.get(&format!("/partners/nobody-at-all/{rest}")).await.refused(Code::NotFound);
            assert_eq!((refused.title, refused.detail, refused.extra), (absent.title, absent.detail, absent.extra));
            caller.get(&format!("/partners/azercell/{rest}")).await.refused(Code::Forbidden);
        }
    }
}
