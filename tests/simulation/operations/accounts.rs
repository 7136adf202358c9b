//! Accounts that come, claim, leave and come again.

use serde_json::json;
use shared::account::Me;
use tests::{PASSWORD, people::unique};

use super::claims;
use crate::{
    chance::Chance,
    world::{Claimant, Heard, World, lock},
};

/// Somebody with a password.
#[derive(Clone, Debug)]
pub struct Newcomer {
    pub email: String,
    /// Nothing after they left.
    pub claimant: Option<Claimant>,
    /// Whether they can claim.
    pub is_verified: bool,
}

/// Somebody of a kind, who is then nobody else's.
fn one(world: &World, chance: &mut Chance, fits: fn(&Newcomer) -> bool) -> Option<Newcomer> {
    let mut newcomers = lock(&world.newcomers);
    let fitting: Vec<usize> = (0..newcomers.len()).filter(|at| fits(&newcomers[*at])).collect();
    let at = *fitting.get(chance.below(fitting.len()))?;
    Some(newcomers.swap_remove(at))
}

/// Somebody claims at one process while they leave at the other.
pub async fn claim_and_leave(world: &World, chance: &mut Chance) {
    let Some(newcomer) = one(world, chance, |newcomer| newcomer.is_verified) else { return };
    let Newcomer { email, claimant: Some(person), .. } = newcomer else { return };
    let urls = world.urls();
    for _ in 0..2 {
        claim(world, chance, &person, &urls[0]).await;
    }
    let ask = person.caller.at(&urls[1]).delete("/me").json(&json!({"current_password": PASSWORD}));
    let (heard, ()) = tokio::join!(world.ask(ask), claim(world, chance, &person, &urls[0]));
    world.count("leave", &heard);
    world.model().ledger.give_all_back(person.id, heard.span);
    match heard.answer.as_ref().map(|answer| answer.status) {
        Some(204) => lock(&world.newcomers).push(Newcomer { email, claimant: None, is_verified: false }),
        // Nobody knows whether they left: they are not met again.
        None => {}
        Some(_) => wrong(world, &heard),
    }
}

async fn claim(world: &World, chance: &mut Chance, person: &Claimant, url: &str) {
    let offer = world.offer(chance);
    let heard = world.ask(person.caller.at(url).claim(offer)).await;
    world.count("claim of a newcomer", &heard);
    // Once they have left, nobody knows them, nor what they are. Under an address that was left, the former claim may count.
    let code = heard.answer.as_ref().and_then(tests::Answer::code);
    if !matches!(code.as_deref(), Some("session_ended" | "unauthenticated" | "not_eligible" | "already_claimed")) {
        claims::hear(world, person, (offer, 1), heard.span, &heard);
    }
}

/// Somebody registers, with an address that was left or a new one; at the next quiet point they can claim.
pub async fn come_again(world: &World, chance: &mut Chance) {
    let email = one(world, chance, |newcomer| newcomer.claimant.is_none())
        .map_or_else(|| format!("{}@test.az", unique("gelen")), |left| left.email);
    let anon = world.market.anon().at(&world.url(chance));
    let body = json!({"email": email, "password": PASSWORD, "name": "Aygün Məmmədova", "role": "educator"});
    let heard = world.ask(anon.send("/auth/register", &body)).await;
    world.count("register", &heard);
    if heard.answer.as_ref().is_none_or(|answer| answer.status >= 300) {
        return wrong(world, &heard);
    }
    let heard = world.ask(anon.send("/auth/token", &json!({"email": email, "password": PASSWORD}))).await;
    let Some(answer) = heard.answer.as_ref().filter(|answer| answer.status == 200) else {
        return wrong(world, &heard);
    };
    let tokens: shared::account::Tokens = answer.json();
    let caller = anon.bearer(&tokens.access_token);
    let heard = world.ask(caller.get("/me")).await;
    if let Some(answer) = heard.answer.filter(|answer| answer.status == 200) {
        let me: Me = answer.json();
        let claimant = Some(Claimant { id: me.id.0, caller });
        lock(&world.newcomers).push(Newcomer { email, claimant, is_verified: false });
    }
}

fn wrong(world: &World, heard: &Heard) {
    if let Some(answer) = &heard.answer {
        world.wrong(format!("{}: {} {}", answer.what(), answer.status, answer.text()));
    }
}
