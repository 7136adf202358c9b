//! `GET /redemptions`: what a partner's tills did.

use serde_json::json;
use shared::{
    Code, FieldCode, Page, RedemptionId,
    redemption::{RedemptionState, RedemptionView},
};
use tests::{Caller, Market, on_both};

use super::{claimed, done, shop};

on_both!(it_is_paged_and_filtered, it_is_the_partners_own, what_is_wrong_is_named);

async fn ids(at: &Caller, query: &str) -> Vec<RedemptionId> {
    let page: Page<RedemptionView> = at.get(&format!("/redemptions{query}")).await.ok();
    assert_eq!(page.next_cursor, None);
    page.items.into_iter().map(|item| item.id).collect()
}

async fn it_is_paged_and_filtered(market: Market) {
    let (partner, offer) = shop(&market).await;
    let mut made = Vec::new();
    for n in 0..7 {
        let (_, claim) = claimed(&market, &offer, 1).await;
        let what = if n % 3 == 0 { "hold" } else { "confirm" };
        made.push(done(&partner.cashier, what, json!({"code": claim.code, "reference": format!("N{n}")})).await);
    }
    made.reverse();
    let mut met = Vec::new();
    let mut path = "/redemptions?limit=3".to_owned();
    loop {
        let answer = partner.program.get(&path).await;
        let page: Page<RedemptionView> = answer.json();
        met.extend(page.items);
        let Some(cursor) = page.next_cursor else { break };
        assert!(answer.header("link").is_some_and(|link| link.contains(&cursor)));
        path = format!("/redemptions?limit=3&cursor={cursor}");
    }
    assert_eq!(met, made);
    let of = |state: RedemptionState| -> Vec<_> { made.iter().filter(|r| r.state == state).map(|r| r.id).collect() };
    for (name, state) in [("held", RedemptionState::Held), ("confirmed", RedemptionState::Confirmed)] {
        assert_eq!(ids(&partner.cashier, &format!("?state={name}")).await, of(state));
    }
    let all: Vec<_> = made.iter().map(|r| r.id).collect();
    assert_eq!(ids(&partner.cashier, &format!("?offer={}", offer.id)).await, all);
    assert_eq!(ids(&partner.cashier, "?offer=0190163d-8694-739b-aea5-966c26f8ad91").await, []);
    let at = made[3].created_at.format("%Y-%m-%dT%H:%M:%S%.3fZ");
    let since: Vec<_> = made.iter().filter(|r| r.created_at >= made[3].created_at).map(|r| r.id).collect();
    let before: Vec<_> = made.iter().filter(|r| r.created_at < made[3].created_at).map(|r| r.id).collect();
    assert_eq!(ids(&partner.cashier, &format!("?from={at}")).await, since);
    assert_eq!(ids(&partner.cashier, &format!("?to={at}")).await, before);
}

async fn it_is_the_partners_own(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (other, _) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    let used = done(&partner.cashier, "confirm", json!({"code": claim.code})).await;
    for at in [&partner.owner, &partner.editor, &partner.cashier, &partner.program] {
        assert_eq!(ids(at, "").await, [used.id]);
        assert_eq!(ids(at, &format!("?partner={}", partner.slug)).await, [used.id]);
        at.get(&format!("/redemptions?partner={}", other.slug)).await.refused(Code::Forbidden);
    }
    for stranger in [&other.owner, &other.program, &partner.sandbox] {
        assert_eq!(ids(stranger, "").await, []);
    }
    let admin = market.admin().await;
    assert_eq!(ids(&admin, &format!("?partner={}", partner.slug)).await, [used.id]);
    let all: Page<RedemptionView> = admin.get("/redemptions?limit=100").await.ok();
    assert!(!all.items.is_empty());
    admin.get("/redemptions?partner=nobody-at-all").await.refused(Code::NotFound);
    market.learner().await.get("/redemptions").await.refused(Code::Forbidden);
}

async fn what_is_wrong_is_named(market: Market) {
    let partner = market.partner().await;
    for (query, place, code) in [
        ("limit=0", "?limit", FieldCode::OutOfRange),
        ("state=used", "?state", FieldCode::UnknownValue),
        ("from=yesterday", "?from", FieldCode::InvalidFormat),
        ("offer=x", "?offer", FieldCode::InvalidFormat),
        ("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "?to", FieldCode::NotAfter),
        ("till=7", "?till", FieldCode::UnknownField),
    ] {
        let answer = partner.cashier.get(&format!("/redemptions?{query}")).await;
        answer.wrong_at(Code::InvalidQuery, &[(place, code)]);
    }
    let others: Page<shared::partner::PartnerView> = market.anon().get("/partners?limit=1").await.ok();
    let cursor = others.next_cursor.expect("more than one partner");
    partner.cashier.get(&format!("/redemptions?cursor={cursor}")).await.refused(Code::InvalidCursor);
}
