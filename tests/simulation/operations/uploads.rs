//! Uploads of a partner of their own, and edits beside them.

use reqwest::Method;
use serde_json::{Value, json};
use shared::{ImportId, Page, import::ImportView, offer::PartnerOffer};
use tests::{Offer, offer::tag};

use crate::{
    chance::Chance,
    world::{World, lock},
};

/// Names of the partner's own that rows have.
const NAMES: usize = 80;

/// An upload that was taken.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub id: ImportId,
    pub rows: u64,
}

/// Uploads some rows: new ones, changed ones, the same as before, or all that there are to be.
pub async fn upload(world: &World, chance: &mut Chance) {
    let (from, count) = (chance.below(NAMES), 5 + chance.below(NAMES - 5));
    let days = chance.within(10..13);
    let row = |n: usize| {
        let name = format!("u-{}", (from + n) % NAMES);
        let mut offer = Offer::once().with(|o| o.external_id = Some(name.clone())).json();
        offer.insert("title".to_owned(), json!({"az": format!("Paket {name}")}));
        offer.insert("claim_days".to_owned(), json!(days));
        Value::Object(offer).to_string() + "\n"
    };
    let query = *chance.one(&[
        "?submit=false",
        "?submit=false&on_error=reject_all",
        "?submit=false&mode=replace_all&max_delete_percent=100",
        "?mode=replace_all&max_delete_percent=100",
        "",
        "?dry_run=true",
    ]);
    let ask = world.uploader.program.at(&world.url(chance)).post(&world.uploader.path(&format!("/imports{query}")));
    let body: String = (0..count).map(row).collect();
    let heard = world.ask(ask.header("content-type", "application/x-ndjson").body(body)).await;
    world.count("upload", &heard);
    let Some(answer) = heard.answer else { return };
    match answer.code().as_deref() {
        None => {
            let view: ImportView = answer.json();
            lock(&world.uploads).push(Sent { id: view.id, rows: count as u64 });
        }
        Some("too_many_imports") => {}
        Some(_) => world.wrong(format!("upload: {} {}", answer.status, answer.text())),
    }
}

/// Stops the upload that was sent last.
pub async fn cancel(world: &World, chance: &mut Chance) {
    let Some(sent) = lock(&world.uploads).last().copied() else { return };
    let path = world.uploader.path(&format!("/imports/{}/cancel", sent.id));
    let heard = world.ask(world.uploader.owner.at(&world.url(chance)).post(&path)).await;
    world.count("cancel an upload", &heard);
}

/// Edits an offer that uploads also change.
pub async fn edit(world: &World, chance: &mut Chance) {
    let url = world.url(chance);
    let list = world.ask(world.uploader.editor.at(&url).get(&world.uploader.path("/offers?limit=100"))).await;
    let Some(answer) = list.answer.filter(|answer| answer.status == 200) else { return };
    let page: Page<PartnerOffer> = answer.json();
    let Some(offer) = page.items.get(chance.below(page.items.len())) else { return };
    let ask =
        world.uploader.editor.at(&url).ask(&Method::PATCH, &world.uploader.path(&format!("/offers/{}", offer.id)));
    let body = json!({"claim_days": chance.within(40..80)}).to_string();
    let ask = ask.header("content-type", "application/merge-patch+json").header("if-match", tag(offer)).body(body);
    let heard = world.ask(ask).await;
    world.count("edit an uploaded offer", &heard);
    if let Some(answer) = heard.answer.as_ref().filter(|answer| answer.status == 200) {
        world.changed(&answer.json(), heard.span);
    }
}
