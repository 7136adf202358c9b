//! A partner of a test's own, with people and programs that work for it.

use serde_json::json;
use sha2::{Digest, Sha256};
use shared::{
    ApiKeyId, PartnerId,
    account::Me,
    partner::{KeyMode, MemberRole, PartnerState, Scope},
};
use uuid::Uuid;

use crate::{Caller, Market, db::Db, people::unique};

/// A partner that is active, its members, and its programs with all scopes.
#[derive(Clone, Debug)]
pub struct Partner {
    pub id: PartnerId,
    pub slug: String,
    pub owner: Caller,
    pub editor: Caller,
    pub cashier: Caller,
    /// Calls with a live key.
    pub program: Caller,
    /// Calls with a test key.
    pub sandbox: Caller,
    /// That key.
    pub test_key: String,
}

impl Partner {
    /// The same people and programs at another server.
    pub fn at(&self, url: &str) -> Self {
        Self {
            owner: self.owner.at(url),
            editor: self.editor.at(url),
            cashier: self.cashier.at(url),
            program: self.program.at(url),
            sandbox: self.sandbox.at(url),
            ..self.clone()
        }
    }

    /// An address at the partner's desk: `path("/offers")`.
    pub fn path(&self, rest: &str) -> String {
        format!("/partners/{}{rest}", self.slug)
    }
}

impl Market {
    /// A partner whom no other test knows. It is put into the database, since most tests are not about joining.
    pub async fn partner(&self) -> Partner {
        let db = self.place.db().await;
        let (id, slug) = (Uuid::now_v7(), unique("partner"));
        add(&db, id, &slug, "active", None).await;
        add(&db, Uuid::now_v7(), &format!("{slug}.sandbox"), "sandbox", Some(id)).await;
        let people =
            [MemberRole::Owner, MemberRole::Editor, MemberRole::Cashier].map(|role| self.member(&db, id, role));
        let [owner, editor, cashier]: [Caller; 3] =
            futures_util::future::join_all(people).await.try_into().expect("three people");
        let program = self.anon().bearer(&key(&db, id, KeyMode::Live, Scope::ALL).await);
        let test_key = key(&db, id, KeyMode::Test, Scope::ALL).await;
        let sandbox = self.anon().bearer(&test_key);
        Partner { id: PartnerId(id), slug, owner, editor, cashier, program, sandbox, test_key }
    }

    /// A key of a mode that works; the partner's others of that mode no longer do.
    pub async fn only_key(&self, partner: &Partner, mode: KeyMode) -> ApiKeyId {
        let db = self.place.db().await;
        let (id, name) = (db.id(partner.id.0), mode.as_str());
        db.run(&format!("UPDATE api_keys SET revoked_at = 0 WHERE partner_id = {id} AND mode = '{name}'")).await;
        let text = key(&db, partner.id.0, mode, Scope::ALL).await;
        text.split('_').nth(2).and_then(|id| id.parse().ok()).map(ApiKeyId).expect("an id")
    }

    /// A partner in a state, without people.
    pub async fn bare_partner(&self, state: PartnerState) -> PartnerId {
        let (db, id) = (self.place.db().await, Uuid::now_v7());
        add(&db, id, &unique("partner"), state.as_str(), None).await;
        PartnerId(id)
    }

    /// Somebody new who works for a partner.
    pub async fn join(&self, partner: &Partner, role: MemberRole) -> Caller {
        self.member(&self.place.db().await, partner.id.0, role).await
    }

    /// A learner who works for a partner.
    async fn member(&self, db: &Db, partner: Uuid, role: MemberRole) -> Caller {
        let person = self.learner().await;
        let me: Me = person.get("/me").await.ok();
        let (partner, user) = (db.id(partner), db.id(me.id.0));
        let role = role.as_str();
        db.run(&format!(
            "INSERT INTO members (partner_id, user_id, role, created_at) VALUES ({partner}, {user}, '{role}', 0)"
        ))
        .await;
        person
    }

    /// A program of a partner with a key of these scopes.
    pub async fn program(&self, partner: &Partner, mode: KeyMode, scopes: &[Scope]) -> Caller {
        self.anon().bearer(&self.key_of(partner, mode, scopes).await)
    }

    /// A key of a partner with these scopes.
    pub async fn key_of(&self, partner: &Partner, mode: KeyMode, scopes: &[Scope]) -> String {
        key(&self.place.db().await, partner.id.0, mode, scopes).await
    }
}

async fn add(db: &Db, id: Uuid, slug: &str, state: &str, sandbox_of: Option<Uuid>) {
    let (id, of) = (db.id(id), sandbox_of.map_or_else(|| "NULL".to_owned(), |of| db.id(of)));
    db.run(&format!(
        "INSERT INTO partners (id, slug, name, created_at, state, sandbox_of)
         VALUES ({id}, '{slug}', '{slug}', 0, '{state}', {of})"
    ))
    .await;
}

/// A key as the program makes them, good for a long time.
pub async fn key(db: &Db, partner: Uuid, mode: KeyMode, scopes: &[Scope]) -> String {
    let id = Uuid::now_v7();
    let secret = format!("{}{:08x}", Uuid::new_v4().simple(), std::process::id());
    let head = format!("vm_{}_{}_{secret}", mode.as_str(), id.simple());
    let text = format!("{head}_{:08x}", crc32fast::hash(head.as_bytes()));
    let hash = db.bytes(&Sha256::digest(text.as_bytes()));
    let (id, partner, mode, scopes) = (db.id(id), db.id(partner), mode.as_str(), json!(scopes));
    db.run(&format!(
        "INSERT INTO api_keys (id, partner_id, name, mode, scopes, hash, created_at, expires_at)
         VALUES ({id}, {partner}, 'test', '{mode}', '{scopes}', {hash}, 0, 9000000000000)"
    ))
    .await;
    text
}
