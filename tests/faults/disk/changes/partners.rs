//! Partners, their people, keys and webhooks.

use serde_json::json;
use shared::{
    account::{Me, Role},
    partner::{KeyMode, MadeApiKey, MemberRole, PartnerState},
    webhook::WebhookSecret,
};
use tests::{Partner, people::unique};

use super::{Change, Fact, Scene};

/// Somebody applies to become a partner.
pub async fn apply(scene: &Scene) -> Change {
    let person = scene.market.signed_up(Role::Learner).await;
    let slug = unique("sirket");
    let body = json!({
        "slug": slug, "name": "Bilik Evi", "about": {"az": "Kitab mağazaları"}, "tax_id": "1234567891",
        "contact_name": "Lalə Quliyeva", "contact_email": "lale@bilik.example.az",
        "contact_phone": "+994 12 555 00 00", "message": "Müəllimlərə kitab vermək istəyirik.",
    });
    let ask = person.caller.send("/partners", &body);
    Change { ask, fact: Fact::row("partners", &format!("slug = '{slug}'")) }
}

pub async fn change_the_profile(scene: &Scene) -> Change {
    let partner = scene.market.partner().await;
    let id = scene.market.place.db().await.id(partner.id.0);
    let ask = partner.owner.patch(&partner.path("/profile"), &json!({"contact_phone": "+994 12 555 00 01"}));
    Change {
        ask: ask.header("if-match", "*"),
        fact: Fact::row("partner_profiles", &format!("partner_id = {id} AND contact_phone IS NOT NULL")),
    }
}

/// Invites somebody, which also writes a mail.
pub async fn invite(scene: &Scene) -> Change {
    let partner = scene.market.partner().await;
    let email = format!("{}@test.az", unique("devet"));
    let body = json!({"email": email, "role": "editor", "lang": "az"});
    let ask = partner.owner.send(&partner.path("/members/invitations"), &body);
    Change { ask, fact: Fact::row("invitations", &format!("email = '{email}'")) }
}

pub async fn change_a_member(scene: &Scene) -> Change {
    let member = scene.market.join(&scene.partner, MemberRole::Cashier).await;
    let me: Me = member.get("/me").await.ok();
    let id = scene.market.place.db().await.id(me.id.0);
    let path = scene.partner.path(&format!("/members/{}", me.id));
    let ask = scene.partner.owner.patch(&path, &json!({"role": "editor"}));
    Change { ask, fact: Fact::row("members", &format!("user_id = {id} AND role = 'editor'")) }
}

/// A partner without keys, which can therefore make some.
async fn keyless(scene: &Scene) -> Partner {
    let partner = scene.market.partner().await;
    let db = scene.market.place.db().await;
    db.run(&format!("DELETE FROM api_keys WHERE partner_id = {}", db.id(partner.id.0))).await;
    partner
}

fn wish(name: &str) -> serde_json::Value {
    json!({"name": name, "mode": KeyMode::Live, "scopes": ["offers:write"]})
}

pub async fn make_a_key(scene: &Scene) -> Change {
    let (partner, name) = (keyless(scene).await, unique("key"));
    let ask = partner.owner.send(&partner.path("/api-keys"), &wish(&name));
    Change { ask, fact: Fact::row("api_keys", &format!("name = '{name}'")) }
}

pub async fn revoke_a_key(scene: &Scene) -> Change {
    let partner = keyless(scene).await;
    let made: MadeApiKey = partner.owner.send(&partner.path("/api-keys"), &wish("x")).await.created();
    let id = made.key.id;
    let row = scene.market.place.db().await.id(id.0);
    let ask = partner.owner.delete(&partner.path(&format!("/api-keys/{id}")));
    Change { ask, fact: Fact::row("api_keys", &format!("id = {row} AND revoked_at IS NOT NULL")) }
}

/// A partner who listens; nobody is there, which is no matter here.
async fn listener(scene: &Scene) -> (Partner, WebhookSecret) {
    let partner = scene.market.partner().await;
    let body = json!({"url": "http://127.0.0.1:9/", "kinds": ["claim.created"]});
    let hook = partner.owner.send(&partner.path("/webhooks"), &body).await.created();
    (partner, hook)
}

pub async fn listen(scene: &Scene) -> Change {
    let url = format!("http://127.0.0.1:9/{}", unique("hook"));
    let body = json!({"url": url, "kinds": ["claim.cancelled"]});
    let partner = scene.market.partner().await;
    let ask = partner.owner.send(&partner.path("/webhooks"), &body);
    Change { ask, fact: Fact::row("webhooks", &format!("url = '{url}'")) }
}

pub async fn change_a_webhook(scene: &Scene) -> Change {
    let (partner, hook) = listener(scene).await;
    let id = scene.market.place.db().await.id(hook.webhook.id.0);
    let path = partner.path(&format!("/webhooks/{}", hook.webhook.id));
    let ask = partner.owner.patch(&path, &json!({"description": "changed"})).header("if-match", "*");
    Change { ask, fact: Fact::row("webhooks", &format!("id = {id} AND description = 'changed'")) }
}

pub async fn renew_a_secret(scene: &Scene) -> Change {
    let (partner, hook) = listener(scene).await;
    let id = scene.market.place.db().await.id(hook.webhook.id.0);
    let path = partner.path(&format!("/webhooks/{}/rotate-secret", hook.webhook.id));
    let ask = partner.owner.send(&path, &json!({}));
    Change { ask, fact: Fact::row("webhooks", &format!("id = {id} AND old_secret IS NOT NULL")) }
}

pub async fn send_a_test(scene: &Scene) -> Change {
    let (partner, hook) = listener(scene).await;
    let id = scene.market.place.db().await.id(hook.webhook.id.0);
    let ask = partner.owner.post(&partner.path(&format!("/webhooks/{}/test", hook.webhook.id)));
    Change { ask, fact: Fact::row("webhook_deliveries", &format!("webhook_id = {id}")) }
}

pub async fn stop_listening(scene: &Scene) -> Change {
    let (partner, hook) = listener(scene).await;
    let id = scene.market.place.db().await.id(hook.webhook.id.0);
    let ask = partner.owner.delete(&partner.path(&format!("/webhooks/{}", hook.webhook.id))).header("if-match", "*");
    Change { ask, fact: Fact::no_row("webhooks", &format!("id = {id}")) }
}

/// The ministry suspends a partner.
pub async fn suspend(scene: &Scene) -> Change {
    let id = scene.market.bare_partner(PartnerState::Active).await;
    let admin = scene.market.admin().await;
    let row = scene.market.place.db().await.id(id.0);
    let ask = admin.send(&format!("/admin/partners/{id}/suspend"), &json!({"reason": "Yoxlama gedir."}));
    Change { ask, fact: Fact::row("partners", &format!("id = {row} AND state = 'suspended'")) }
}
