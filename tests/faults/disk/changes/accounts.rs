//! Accounts, sessions and mails.

use serde_json::json;
use shared::account::Role;
use tests::{
    PASSWORD, Person,
    mail::Mail,
    people::{self, unique},
};

use super::{Change, Fact, Scene};

async fn person(scene: &Scene) -> Person {
    people::register(&scene.market.anon(), Role::Educator).await
}

async fn id(scene: &Scene, person: &Person) -> String {
    scene.market.place.db().await.id(person.id.0)
}

/// Signs somebody up, which also writes a mail.
pub async fn register(scene: &Scene) -> Change {
    let email = format!("{}@test.az", unique("yeni"));
    let body = json!({"email": email, "password": PASSWORD, "name": "Aygün Məmmədova", "role": "learner"});
    Change {
        ask: scene.market.anon().send("/auth/register", &body),
        fact: Fact::row("users", &format!("email = '{email}'")),
    }
}

/// Follows the link in the mail.
pub async fn verify(scene: &Scene) -> Change {
    let person = person(scene).await;
    let mail = Mail::newest(&scene.market.place, &person.email, "verify-email").await;
    let token = mail.token("verify-email").expect("a token");
    Change {
        ask: scene.market.anon().send("/auth/email/verify", &json!({"token": token})),
        fact: Fact::row("users", &format!("id = {} AND email_verified_at IS NOT NULL", id(scene, &person).await)),
    }
}

/// Asks for a mail.
pub async fn forget_the_password(scene: &Scene) -> Change {
    let person = person(scene).await;
    let condition = format!("user_id = {} AND purpose = 'reset_password'", id(scene, &person).await);
    Change {
        ask: scene.market.anon().send("/auth/password/forgot", &json!({"email": person.email})),
        fact: Fact { sql: format!("SELECT count(*) > 0 FROM mail_tokens WHERE {condition}") },
    }
}

/// Sets another password.
pub async fn reset_the_password(scene: &Scene) -> Change {
    let person = person(scene).await;
    scene.market.anon().send("/auth/password/forgot", &json!({"email": person.email})).await;
    let mail = Mail::newest(&scene.market.place, &person.email, "reset-password").await;
    let body = json!({"token": mail.token("reset-password").expect("a token"), "password": "yeni-dalga-1848"});
    let condition = format!("user_id = {}", id(scene, &person).await);
    Change { ask: scene.market.anon().send("/auth/password/reset", &body), fact: Fact::no_row("sessions", &condition) }
}

/// Makes a session.
pub async fn sign_in(scene: &Scene) -> Change {
    let person = person(scene).await;
    let anon = scene.market.anon().with("user-agent", "the second one");
    let condition = format!("user_id = {} AND user_agent = 'the second one'", id(scene, &person).await);
    Change {
        ask: anon.send("/auth/token", &json!({"email": person.email, "password": PASSWORD})),
        fact: Fact::row("sessions", &condition),
    }
}

/// Uses a refresh token.
pub async fn renew(scene: &Scene) -> Change {
    let person = person(scene).await;
    let id = id(scene, &person).await;
    let sql = format!(
        "SELECT count(*) FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id
         WHERE s.user_id = {id} AND r.used_at IS NOT NULL"
    );
    let body = json!({"refresh_token": person.tokens.refresh_token});
    Change { ask: scene.market.anon().send("/auth/refresh", &body), fact: Fact { sql } }
}

pub async fn sign_out(scene: &Scene) -> Change {
    let person = person(scene).await;
    let condition = format!("user_id = {}", id(scene, &person).await);
    Change { ask: person.caller.send("/auth/logout", &json!({})), fact: Fact::no_row("sessions", &condition) }
}

pub async fn change_the_name(scene: &Scene) -> Change {
    let person = person(scene).await;
    let name = unique("Nigar");
    Change {
        ask: person.caller.patch("/me", &json!({"name": name})),
        fact: Fact::row("users", &format!("name = '{name}'")),
    }
}

/// Deletes the account.
pub async fn leave(scene: &Scene) -> Change {
    let person = person(scene).await;
    let condition = format!("id = {}", id(scene, &person).await);
    Change {
        ask: person.caller.delete("/me").json(&json!({"current_password": PASSWORD})),
        fact: Fact::no_row("users", &condition),
    }
}

/// The ministry confirms what somebody says they are.
pub async fn confirm_a_role(scene: &Scene) -> Change {
    let person = person(scene).await;
    let condition = format!("id = {} AND role_verified", id(scene, &person).await);
    let admin = scene.market.admin().await;
    Change {
        ask: admin.patch(&format!("/admin/users/{}", person.id), &json!({"role_verified": true})),
        fact: Fact::row("users", &condition),
    }
}
