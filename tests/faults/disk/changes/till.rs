//! The till.

use serde_json::json;
use shared::{claim::ClaimView, redemption::RedemptionView};

use super::{Change, Fact, Scene};

async fn claimed(scene: &Scene) -> ClaimView {
    scene.market.educator().await.claimed(scene.offer.id).await
}

async fn held(scene: &Scene) -> RedemptionView {
    let code = claimed(scene).await.code;
    scene.partner.cashier.send("/redemptions/hold", &json!({"code": code})).await.ok()
}

fn change(scene: &Scene, step: &str, body: &serde_json::Value, condition: &str) -> Change {
    let ask = scene.partner.cashier.send(&format!("/redemptions/{step}"), body);
    Change { ask, fact: Fact::row("redemptions", condition) }
}

pub async fn hold(scene: &Scene) -> Change {
    let claim = claimed(scene).await;
    let id = scene.market.place.db().await.id(claim.id.0);
    // It ends by itself after some minutes, which may be over when it is looked for.
    change(scene, "hold", &json!({"code": claim.code}), &format!("claim_id = {id} AND state IN ('held', 'released')"))
}

pub async fn confirm(scene: &Scene) -> Change {
    let claim = claimed(scene).await;
    let id = scene.market.place.db().await.id(claim.id.0);
    change(scene, "confirm", &json!({"code": claim.code}), &format!("claim_id = {id} AND state = 'confirmed'"))
}

async fn of_held(scene: &Scene, step: &str, state: &str) -> Change {
    let held = held(scene).await;
    let id = scene.market.place.db().await.id(held.id.0);
    change(scene, step, &json!({"redemption_id": held.id}), &format!("id = {id} AND state = '{state}'"))
}

pub async fn confirm_what_is_held(scene: &Scene) -> Change {
    of_held(scene, "confirm", "confirmed").await
}

pub async fn release(scene: &Scene) -> Change {
    of_held(scene, "release", "released").await
}

pub async fn undo(scene: &Scene) -> Change {
    let code = claimed(scene).await.code;
    let done: RedemptionView = scene.partner.cashier.send("/redemptions/confirm", &json!({"code": code})).await.ok();
    let id = scene.market.place.db().await.id(done.id.0);
    change(scene, "undo", &json!({"redemption_id": done.id}), &format!("id = {id} AND state = 'undone'"))
}
