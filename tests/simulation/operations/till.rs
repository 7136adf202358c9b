//! The till.

use serde_json::{Value, json};
use shared::{
    ClaimId, RedemptionId,
    redemption::{RedemptionState, RedemptionView},
};

use crate::{chance::Chance, world::World};

/// Some claim's code; from now on it may be used.
fn code(world: &World, chance: &mut Chance) -> Option<(ClaimId, String)> {
    let mut model = world.model();
    let mut ids: Vec<ClaimId> = model.ledger.granted.keys().copied().collect();
    ids.sort_unstable();
    let lately = &ids[ids.len().saturating_sub(150)..];
    let granted = model.ledger.granted.get_mut(lately.get(chance.below(lately.len()))?)?;
    granted.grant.is_used = true;
    Some((granted.grant.claim, granted.code.clone()))
}

/// One step; the newest state is what the till was told.
async fn step(world: &World, chance: &mut Chance, what: &'static str, body: Value) -> Option<RedemptionView> {
    let who = if chance.percent(50) { &world.partner.cashier } else { &world.partner.program };
    let heard = world.ask(who.at(&world.url(chance)).send(&format!("/redemptions/{what}"), &body)).await;
    world.count(what, &heard);
    let answer = heard.answer?;
    match answer.status {
        200 => {
            let view: RedemptionView = answer.json();
            world.model().ledger.redeem(&view);
            Some(view)
        }
        409 | 422 => None,
        _ => {
            world.wrong(format!("{what}: {} {}", answer.status, answer.text()));
            None
        }
    }
}

/// A later step of a redemption: until its answer, nobody knows how it stands.
async fn next(world: &World, chance: &mut Chance, what: &'static str, id: RedemptionId) -> Option<RedemptionView> {
    world.model().ledger.in_doubt.insert(id);
    step(world, chance, what, json!({"redemption_id": id})).await
}

/// Uses a code, or a unit of it.
pub async fn redeem(world: &World, chance: &mut Chance) {
    let Some((_, code)) = code(world, chance) else { return };
    let body = if chance.percent(50) { json!({"code": code}) } else { json!({"code": code, "quantity": 1}) };
    step(world, chance, "confirm", body).await;
}

async fn hold(world: &World, chance: &mut Chance) -> Option<RedemptionView> {
    let (_, code) = code(world, chance)?;
    step(world, chance, "hold", json!({"code": code, "ttl_seconds": 30})).await
}

pub async fn hold_and_confirm(world: &World, chance: &mut Chance) {
    if let Some(held) = hold(world, chance).await {
        next(world, chance, "confirm", held.id).await;
    }
}

pub async fn hold_and_release(world: &World, chance: &mut Chance) {
    if let Some(held) = hold(world, chance).await {
        next(world, chance, "release", held.id).await;
    }
}

/// Takes back what was used.
pub async fn undo(world: &World, chance: &mut Chance) {
    let id = {
        let model = world.model();
        let confirmed = model.ledger.redemptions.iter().filter(|(_, (_, s))| *s == RedemptionState::Confirmed);
        let mut ids: Vec<RedemptionId> = confirmed.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.get(chance.below(ids.len())).copied()
    };
    if let Some(id) = id {
        next(world, chance, "undo", id).await;
    }
}
