//! Offers, their codes, and uploads of them.

use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    OfferId,
    import::ImportView,
    offer::{OfferState, PartnerOffer},
};
use tests::{Offer, client::Ask, offer::tag, people::unique};

use super::{Change, Fact, Scene};

const NDJSON: &str = "application/x-ndjson";

async fn fact(scene: &Scene, offer: OfferId, condition: &str) -> Fact {
    let id = scene.market.place.db().await.id(offer.0);
    Fact::row("offers", &format!("id = {id} AND {condition}"))
}

async fn in_state(scene: &Scene, state: OfferState) -> PartnerOffer {
    Offer::once().in_state_at(&scene.market, &scene.partner.slug, state).await
}

/// Makes a draft.
pub async fn create(scene: &Scene) -> Change {
    let title = unique("Yeni təklif");
    let draft = Offer::once().title(&title);
    let ask = scene.partner.editor.send(&scene.partner.path("/offers"), &draft.0);
    Change { ask, fact: Fact::row("offers", &format!("draft -> 'title' ->> 'az' = '{title}'")) }
}

/// The same with a key.
pub async fn create_with_a_key(scene: &Scene) -> Change {
    let change = create(scene).await;
    Change { ask: change.ask.key(&unique("key")), ..change }
}

/// Changes a draft.
pub async fn edit(scene: &Scene) -> Change {
    let offer = in_state(scene, OfferState::Draft).await;
    let ask = scene.partner.editor.ask(&Method::PATCH, &scene.partner.path(&format!("/offers/{}", offer.id)));
    let patch = json!({"claim_days": 77}).to_string();
    let ask = ask.header("content-type", "application/merge-patch+json").header("if-match", tag(&offer)).body(patch);
    Change { ask, fact: fact(scene, offer.id, "draft ->> 'claim_days' = 77 AND version = 2").await }
}

/// Sends an offer under the partner's own name for it.
pub async fn upsert(scene: &Scene) -> Change {
    let name = unique("own");
    let path = scene.partner.path(&format!("/offers/by-external-id/{name}"));
    let ask = scene.partner.program.ask(&Method::PUT, &path).json(&Offer::once().0);
    Change { ask, fact: Fact::row("offers", &format!("external_id = '{name}'")) }
}

/// An action of the partner, and the state that it leads to.
async fn act(scene: &Scene, before: OfferState, action: &str, after: OfferState) -> Change {
    let offer = in_state(scene, before).await;
    let ask = scene.partner.owner.post(&scene.partner.path(&format!("/offers/{}/{action}", offer.id)));
    Change { ask, fact: fact(scene, offer.id, &format!("state = '{}'", after.as_str())).await }
}

pub async fn submit(scene: &Scene) -> Change {
    act(scene, OfferState::Draft, "submit", OfferState::InReview).await
}

pub async fn pause(scene: &Scene) -> Change {
    act(scene, OfferState::Published, "pause", OfferState::Paused).await
}

pub async fn resume(scene: &Scene) -> Change {
    act(scene, OfferState::Paused, "resume", OfferState::Published).await
}

pub async fn end(scene: &Scene) -> Change {
    act(scene, OfferState::Published, "end", OfferState::Ended).await
}

/// The ministry lets an offer be published.
pub async fn approve(scene: &Scene) -> Change {
    let offer = in_state(scene, OfferState::InReview).await;
    let ask = scene.market.admin().await.post(&format!("/admin/offers/{}/approve", offer.id));
    Change { ask, fact: fact(scene, offer.id, "state = 'published'").await }
}

/// The ministry refuses an offer.
pub async fn reject(scene: &Scene) -> Change {
    let offer = in_state(scene, OfferState::InReview).await;
    let path = format!("/admin/offers/{}/reject", offer.id);
    let ask = scene.market.admin().await.send(&path, &json!({"reason": "Şərtlər aydın deyil."}));
    Change { ask, fact: fact(scene, offer.id, "state = 'rejected'").await }
}

/// Removes a draft.
pub async fn delete(scene: &Scene) -> Change {
    let offer = in_state(scene, OfferState::Draft).await;
    let path = scene.partner.path(&format!("/offers/{}", offer.id));
    let id = scene.market.place.db().await.id(offer.id.0);
    Change {
        ask: scene.partner.owner.delete(&path).header("if-match", tag(&offer)),
        fact: Fact::no_row("offers", &format!("id = {id}")),
    }
}

/// An action of the partner on several offers.
pub async fn act_on_many(scene: &Scene) -> Change {
    let offer = in_state(scene, OfferState::Published).await;
    let body = json!({"action": "pause", "ids": [offer.id]});
    let ask = scene.partner.owner.send(&scene.partner.path("/offers/actions"), &body);
    Change { ask, fact: fact(scene, offer.id, "state = 'paused'").await }
}

/// The ministry lets several offers be published.
pub async fn approve_many(scene: &Scene) -> Change {
    let offer = in_state(scene, OfferState::InReview).await;
    let ask = scene.market.admin().await.send("/admin/offers/approve", &json!({"ids": [offer.id]}));
    Change { ask, fact: fact(scene, offer.id, "state = 'published'").await }
}

/// Adds a code to a pool.
pub async fn fill_the_pool(scene: &Scene) -> Change {
    let code = unique("POOL");
    let path = scene.partner.path(&format!("/offers/{}/codes", scene.pool.id));
    let ask = scene.partner.editor.send(&path, &json!({"codes": [code]}));
    Change { ask, fact: Fact::row("pool_codes", &format!("code = '{code}'")) }
}

fn send(scene: &Scene, query: &str, rows: &[Value]) -> Ask {
    let body: String = rows.iter().flat_map(|row| [row.to_string(), "\n".to_owned()]).collect();
    scene
        .partner
        .program
        .post(&scene.partner.path(&format!("/imports{query}")))
        .header("content-type", NDJSON)
        .body(body)
}

fn row(name: &str) -> Value {
    Value::Object(Offer::once().with(|offer| offer.external_id = Some(name.to_owned())).json())
}

/// Uploads an offer.
pub async fn upload(scene: &Scene) -> Change {
    finish_uploads(scene).await;
    let row = row(&unique("uploaded"));
    let bytes = row.to_string().len() + 1;
    // Its length tells it from others: a name would not be in this table.
    let ask = send(scene, "?dry_run=true&max_delete_percent=77", &[row]);
    Change {
        ask,
        fact: Fact {
            sql: format!("SELECT count(*) > 0 FROM imports WHERE bytes = {bytes} AND max_delete_percent = 77"),
        },
    }
}

/// Stops an upload.
pub async fn cancel_an_upload(scene: &Scene) -> Change {
    finish_uploads(scene).await;
    let rows: Vec<Value> = (0..40_000).map(|n| row(&format!("many-{n}"))).collect();
    let import: ImportView = send(scene, "?dry_run=true&on_error=reject_all", &rows).await.status(202).json();
    let id = scene.market.place.db().await.id(import.id.0);
    let ask = scene.partner.program.post(&scene.partner.path(&format!("/imports/{}/cancel", import.id)));
    Change { ask, fact: Fact::row("imports", &format!("id = {id} AND state = 'cancelled'")) }
}

/// A partner may have three open uploads: those of earlier changes end first.
async fn finish_uploads(scene: &Scene) {
    let db = scene.market.place.db().await;
    tests::eventually("the uploads are over", || async {
        (db.number("SELECT count(*) FROM imports WHERE finished_at IS NULL").await == 0).then_some(())
    })
    .await;
}
