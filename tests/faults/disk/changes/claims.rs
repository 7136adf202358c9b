//! Claims.

use serde_json::json;
use shared::{OfferId, account::Me};
use tests::{Caller, people::unique};

use super::{Change, Fact, Scene};

async fn fact(scene: &Scene, person: &Caller, offer: OfferId, state: &str) -> Fact {
    let me: Me = person.get("/me").await.ok();
    let db = scene.market.place.db().await;
    let (claimant, offer) = (db.id(me.id.0), db.id(offer.0));
    Fact::row("claims", &format!("claimant_id = {claimant} AND offer_id = {offer} AND state = '{state}'"))
}

/// Claims a unit.
pub async fn claim(scene: &Scene) -> Change {
    let person = scene.market.educator().await;
    let fact = fact(scene, &person, scene.offer.id, "active").await;
    Change { ask: person.claim(scene.offer.id), fact }
}

/// The same with a key.
pub async fn claim_with_a_key(scene: &Scene) -> Change {
    let change = claim(scene).await;
    Change { ask: change.ask.key(&unique("key")), ..change }
}

/// Claims a unit of the offer with a pool.
pub async fn claim_a_code_of_the_pool(scene: &Scene) -> Change {
    let codes = json!({"codes": [unique("CODE")]});
    let path = scene.partner.path(&format!("/offers/{}/codes", scene.pool.id));
    scene.partner.editor.send(&path, &codes).await.status(200);
    let person = scene.market.educator().await;
    let fact = fact(scene, &person, scene.pool.id, "active").await;
    Change { ask: person.claim(scene.pool.id), fact }
}

/// Gives a claim back.
pub async fn cancel(scene: &Scene) -> Change {
    let person = scene.market.educator().await;
    let claim = person.claimed(scene.offer.id).await;
    let fact = fact(scene, &person, scene.offer.id, "cancelled").await;
    Change { ask: person.post(&format!("/claims/{}/cancel", claim.id)), fact }
}
