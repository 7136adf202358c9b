//! Claims, with keys and without.

use serde_json::{Value, json};
use shared::{ClaimId, Code, OfferId, claim::ClaimView};
use tests::people::unique;

use crate::{
    chance::Chance,
    model::{Span, keys::Keyed, quotas::Exhausted},
    world::{Claimant, Heard, World},
};

/// Claims some units without a key.
pub async fn claim(world: &World, chance: &mut Chance) {
    let offer = world.offer(chance);
    claim_of(world, chance, offer).await;
}

/// The same of an offer.
pub async fn claim_of(world: &World, chance: &mut Chance, offer: OfferId) {
    let (person, units) = (world.person(chance), units(chance));
    let ask = world.people[person].caller.at(&world.url(chance)).send(&path(offer), &json!({"quantity": units}));
    let heard = world.ask(ask).await;
    world.count("claim", &heard);
    hear(world, &world.people[person], (offer, units), heard.span, &heard);
}

fn units(chance: &mut Chance) -> u32 {
    if chance.percent(15) { 2 } else { 1 }
}

fn path(offer: OfferId) -> String {
    format!("/offers/{offer}/claims")
}

/// Claims with a key that nobody has used.
pub async fn claim_with_a_key(world: &World, chance: &mut Chance) {
    let keyed = fresh(world, chance);
    send(world, &keyed, &world.url(chance)).await;
}

/// Claims again with a key that was used before.
pub async fn repeat_a_key(world: &World, chance: &mut Chance) {
    let known = world.model().keys.any(chance.below(usize::MAX));
    if let Some(keyed) = known {
        send(world, &keyed, &world.url(chance)).await;
    }
}

/// Claims with one key at both processes at once.
pub async fn one_key_at_both_processes(world: &World, chance: &mut Chance) {
    let (keyed, urls) = (fresh(world, chance), world.urls());
    tokio::join!(send(world, &keyed, &urls[0]), send(world, &keyed, &urls[1]));
}

/// Claims with one key and two bodies, one after the other or at both processes at once.
pub async fn one_key_with_two_bodies(world: &World, chance: &mut Chance) {
    let (keyed, urls) = (fresh(world, chance), world.urls());
    let other = Keyed { body: json!({"quantity": 3}).to_string(), ..keyed.clone() };
    if chance.percent(50) {
        tokio::join!(send(world, &keyed, &urls[0]), send(world, &other, &urls[1]));
    } else {
        send(world, &keyed, &urls[0]).await;
        send(world, &other, &urls[1]).await;
    }
}

fn fresh(world: &World, chance: &mut Chance) -> Keyed {
    let (person, offer) = (world.person(chance), world.offer(chance));
    let body = json!({"quantity": units(chance)}).to_string();
    Keyed { key: unique("storm"), person, path: path(offer), body, offer }
}

/// Sends a claim with a key, and compares the answer with what the key was answered before.
pub async fn send(world: &World, keyed: &Keyed, url: &str) -> Heard {
    let person = &world.people[keyed.person];
    let ask = person.caller.at(url).post(&keyed.path).header("content-type", "application/json");
    world.model().keys.send(keyed, world.clock.tick());
    let heard = world.ask(ask.key(&keyed.key).body(keyed.body.clone())).await;
    world.count("claim with a key", &heard);
    let (wrong, first) = world.model().keys.answered(keyed, &heard);
    world.wrongs(wrong);
    if let Some(since) = first {
        let body: Value = serde_json::from_str(&keyed.body).unwrap_or_default();
        let units = body["quantity"].as_u64().and_then(|units| u32::try_from(units).ok()).unwrap_or(1);
        hear(world, person, (keyed.offer, units), Span { sent: since, ..heard.span }, &heard);
    }
    heard
}

/// Writes down what somebody was told of a claim.
pub fn hear(world: &World, person: &Claimant, (offer, units): (OfferId, u32), span: Span, heard: &Heard) {
    let Some(answer) = &heard.answer else { return };
    if answer.status == 201 {
        return world.model().ledger.grant(&answer.json::<ClaimView>(), person.id, span);
    }
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let mut model = world.model();
    match serde_json::from_value(problem["code"].clone()) {
        Ok(Code::QuotaExhausted) => model.ledger.exhausted.push((offer, Exhausted { span, units })),
        Ok(Code::AlreadyClaimed) => match serde_json::from_value::<ClaimId>(problem["claim_id"].clone()) {
            Ok(claim) => model.ledger.named.push((claim, offer, person.id)),
            Err(_) => world.wrong(format!("it names no claim: {}", answer.text())),
        },
        // Too many units at once, or an offer that is not open.
        Ok(
            Code::InvalidInput
            | Code::OfferNotOpen
            | Code::NotFound
            | Code::IdempotencyInProgress
            | Code::IdempotencyKeyReused,
        ) => {}
        _ => world.wrong(format!("{}: {} {}", answer.what(), answer.status, answer.text())),
    }
}

/// Gives a claim back.
pub async fn cancel(world: &World, chance: &mut Chance) {
    let Some((claim, person)) = held(world, chance) else { return };
    let ask = world.people[person].caller.at(&world.url(chance)).post(&format!("/claims/{claim}/cancel"));
    let heard = world.ask(ask).await;
    world.count("cancel", &heard);
    let done = heard.answer.as_ref().is_none_or(|answer| answer.status == 200);
    if done {
        world.model().ledger.give_back(claim, heard.span);
    }
}

/// A claim of somebody who stays.
fn held(world: &World, chance: &mut Chance) -> Option<(ClaimId, usize)> {
    let model = world.model();
    let mut open: Vec<_> = model.ledger.granted.values().filter(|g| g.grant.returned.is_empty()).collect();
    open.sort_unstable_by_key(|granted| granted.grant.claim);
    let granted = open.get(chance.below(open.len()))?;
    let person = world.people.iter().position(|person| person.id == granted.claimant)?;
    Some((granted.grant.claim, person))
}
