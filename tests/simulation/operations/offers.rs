//! Offers: edits, actions, and periods that turn there and back.

use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    OfferId,
    offer::{Action, OfferState, PartnerOffer, Period},
};
use tests::{Caller, Offer, client::Ask, offer::tag, people::unique};

use super::claims;
use crate::{
    chance::Chance,
    model::Span,
    world::{Heard, World},
};

/// An offer with a small quota, so that it runs out.
pub fn any(chance: &mut Chance) -> Offer {
    let offer = if chance.percent(60) { Offer::once() } else { Offer::monthly() };
    let offer = offer.with(|o| o.max_quantity = 2);
    if chance.percent(20) { offer } else { offer.quota(chance.within(1..30)) }
}

/// The offer as its partner sees it now.
async fn present(world: &World, url: &str, offer: OfferId) -> Option<PartnerOffer> {
    let heard = world.ask(world.admin.at(url).get(&world.partner.path(&format!("/offers/{offer}")))).await;
    heard.answer.filter(|answer| answer.status == 200).map(|answer| answer.json())
}

/// Asks for a change of an offer, and writes down the version that was acknowledged.
async fn change(world: &World, what: &'static str, ask: Ask) -> Option<PartnerOffer> {
    let heard = world.ask(ask).await;
    world.count(what, &heard);
    acknowledged(world, &heard)
}

fn acknowledged(world: &World, heard: &Heard) -> Option<PartnerOffer> {
    let answer = heard.answer.as_ref()?;
    match answer.status {
        200 | 201 => {
            let offer: PartnerOffer = answer.json();
            world.changed(&offer, heard.span);
            Some(offer)
        }
        // Somebody else was faster, or it is not allowed now.
        409 | 412 | 422 => None,
        _ => {
            world.wrong(format!("{}: {} {}", answer.what(), answer.status, answer.text()));
            None
        }
    }
}

fn patch(world: &World, who: &Caller, url: &str, offer: &PartnerOffer, body: &Value) -> Ask {
    let path = world.partner.path(&format!("/offers/{}", offer.id));
    let ask = who.at(url).ask(&Method::PATCH, &path).header("content-type", "application/merge-patch+json");
    ask.header("if-match", tag(offer)).body(body.to_string())
}

async fn edit(world: &World, chance: &mut Chance, what: &'static str, body: impl Fn(&PartnerOffer) -> Value) {
    let (url, id) = (world.url(chance), world.offer(chance));
    if let Some(offer) = present(world, &url, id).await {
        change(world, what, patch(world, &world.admin, &url, &offer, &body(&offer))).await;
    }
}

/// Up, down, to what is claimed just now, or away.
pub async fn change_the_quota(world: &World, chance: &mut Chance) {
    let (way, units) = (chance.below(4), chance.within(1..30));
    edit(world, chance, "change the quota", |offer| match way {
        0 => json!({"quota": null}),
        1 => json!({"quota": offer.claimed.max(1)}),
        2 => json!({"quota": offer.claimed + units}),
        _ => json!({"quota": units}),
    })
    .await;
}

pub async fn change_the_text(world: &World, chance: &mut Chance) {
    let days = chance.within(20..90);
    edit(world, chance, "change the text", |_| json!({"claim_days": days})).await;
}

/// Allowed as long as nothing was claimed.
pub async fn change_the_period(world: &World, chance: &mut Chance) {
    edit(world, chance, "change the period", |offer| match offer.offer.period {
        Period::Once => json!({"period": "monthly"}),
        Period::Monthly => json!({"period": "once"}),
    })
    .await;
}

async fn act(world: &World, url: &str, id: OfferId, action: &'static str) -> Option<PartnerOffer> {
    let path = match action {
        "approve" | "announce" | "open" => format!("/admin/offers/{id}/{action}"),
        _ => world.partner.path(&format!("/offers/{id}/{action}")),
    };
    change(world, action, world.admin.at(url).post(&path)).await
}

async fn act_on_any(world: &World, chance: &mut Chance, action: &'static str) {
    let (url, id) = (world.url(chance), world.offer(chance));
    act(world, &url, id, action).await;
}

pub async fn pause(world: &World, chance: &mut Chance) {
    act_on_any(world, chance, "pause").await;
}

pub async fn resume(world: &World, chance: &mut Chance) {
    act_on_any(world, chance, "resume").await;
}

pub async fn end(world: &World, chance: &mut Chance) {
    act_on_any(world, chance, "end").await;
}

/// Makes a draft and hands it in.
async fn submitted(world: &World, url: &str, offer: &Offer) -> Option<PartnerOffer> {
    let ask = world.admin.at(url).send(&world.partner.path("/offers"), &offer.0);
    let draft = change(world, "create", ask).await?;
    act(world, url, draft.id, "submit").await
}

async fn published(world: &World, url: &str, offer: &Offer) -> Option<PartnerOffer> {
    let waiting = submitted(world, url, offer).await?;
    act(world, url, waiting.id, "approve").await.filter(|offer| offer.state == OfferState::Published)
}

pub async fn publish_another(world: &World, chance: &mut Chance) {
    let (url, offer) = (world.url(chance), any(chance));
    if let Some(published) = published(world, &url, &offer).await {
        world.know(published.id);
    }
}

/// An offer that is seen, claimed in vain, and opened.
pub async fn announce_and_open(world: &World, chance: &mut Chance) {
    let (url, offer) = (world.url(chance), any(chance));
    let Some(waiting) = submitted(world, &url, &offer).await else { return };
    if act(world, &url, waiting.id, "announce").await.is_some() {
        world.know(waiting.id);
        claims::claim_of(world, chance, waiting.id).await;
        act(world, &url, waiting.id, "open").await;
    }
}

/// The period turns there and back before anything is claimed, with another quota each time; then many claim at once,
/// some while the last edit is under way.
pub async fn turn_the_period_there_and_back(world: &World, chance: &mut Chance) {
    let (url, once) = (world.url(chance), chance.percent(50));
    let offer = if once { Offer::once() } else { Offer::monthly() };
    let Some(mut now) = published(world, &url, &offer.with(|o| o.max_quantity = 2).quota(50)).await else { return };
    // Refused: three units at once are too many.
    let refused = world.people[world.person(chance)].caller.at(&url);
    world.ask(refused.send(&format!("/offers/{}/claims", now.id), &json!({"quantity": 3}))).await;
    let (there, back) = if once { ("monthly", "once") } else { ("once", "monthly") };
    let turn = json!({"period": there, "quota": 2});
    match change(world, "turn the period", patch(world, &world.admin, &url, &now, &turn)).await {
        Some(turned) => now = turned,
        None => return,
    }
    let last = patch(world, &world.admin, &url, &now, &json!({"period": back}));
    let mut chances: Vec<Chance> = (0..8).map(|who| Chance::of(u64::from(chance.within(0..u32::MAX)), who)).collect();
    let (first, rest) = chances.split_at_mut(3);
    let racing = futures_util::future::join_all(first.iter_mut().map(|c| claims::claim_of(world, c, now.id)));
    tokio::join!(change(world, "turn the period", last), racing);
    futures_util::future::join_all(rest.iter_mut().map(|c| claims::claim_of(world, c, now.id))).await;
    world.know(now.id);
}

/// The partner edits, and the ministry says yes or no, or the partner takes it back.
pub async fn edit_and_review(world: &World, chance: &mut Chance) {
    let (url, id, units) = (world.url(chance), world.offer(chance), chance.within(5..40));
    let Some(offer) = present(world, &url, id).await else { return };
    let wish = patch(world, &world.partner.editor, &url, &offer, &json!({"quota": units, "claim_days": units}));
    let Some(waiting) = change(world, "edit", wish).await else { return };
    let decisions: Vec<Action> = waiting.allowed.into_iter().filter(|action| action.is_for_edits()).collect();
    match decisions.get(chance.below(decisions.len())) {
        Some(Action::Reject) => {
            let path = format!("/admin/offers/{id}/reject");
            let ask = world.admin.at(&url).send(&path, &json!({"reason": "Şərtlər aydın deyil."}));
            change(world, "reject", ask).await;
        }
        Some(Action::Approve) => _ = act(world, &url, id, "approve").await,
        Some(Action::Withdraw) => _ = act(world, &url, id, "withdraw").await,
        _ => {}
    }
}

/// Pauses some offers at once, or lets them go on, named in any order.
pub async fn pause_or_resume_many(world: &World, chance: &mut Chance) {
    let mut ids: Vec<OfferId> = (0..6).map(|_| world.offer(chance)).collect();
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    let action = if chance.percent(30) { "pause" } else { "resume" };
    let ask = world
        .partner
        .owner
        .at(&world.url(chance))
        .send(&world.partner.path("/offers/actions"), &json!({"action": action, "ids": ids}));
    let heard = world.ask(ask).await;
    world.count("pause or resume many", &heard);
}

/// One key at both processes makes one draft.
pub async fn create_twice_with_one_key(world: &World, chance: &mut Chance) {
    let (key, title) = (unique("storm"), unique("Qoşa"));
    let draft = Offer::once().title(&title);
    let path = world.partner.path("/offers");
    let ask = |url: &str| world.partner.editor.at(url).send(&path, &draft.0).key(&key);
    let urls = world.urls();
    let heard: [Heard; 2] = if chance.percent(50) {
        tokio::join!(world.ask(ask(&urls[0])), world.ask(ask(&urls[1]))).into()
    } else {
        [world.ask(ask(&urls[0])).await, world.ask(ask(&urls[1])).await]
    };
    let mut made: Vec<PartnerOffer> = Vec::new();
    for heard in &heard {
        world.count("create with a key", heard);
        let Some(answer) = &heard.answer else { continue };
        match answer.code().as_deref() {
            None => made.push(answer.json()),
            Some("idempotency_in_progress") => {}
            Some(_) => world.wrong(format!("create with a key: {} {}", answer.status, answer.text())),
        }
    }
    if let [one, two] = &made[..]
        && one.id != two.id
    {
        world.wrong(format!("one key made two drafts: {} and {}", one.id, two.id));
    }
    let span = Span { sent: heard.iter().map(|h| h.span.sent).min().unwrap_or_default(), answered: u64::MAX };
    if let Some(one) = made.first() {
        world.changed(one, Span { answered: world.clock.tick(), ..span });
    }
    world.title(title);
}
