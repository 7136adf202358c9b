//! People for tests: the demo accounts, somebody new of a kind, and whoever signs up by themselves.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use serde_json::json;
use shared::{
    Page, UserId,
    account::{AdminUser, Me, Role, Tokens},
};
use tokio::sync::Mutex;

use crate::{Caller, Place, Server, mail::Mail};

/// The password of the demo accounts.
pub const DEMO_PASSWORD: &str = "demo-market-2026";
/// The password of people who sign up in tests.
pub const PASSWORD: &str = "sakit-okean-47";
/// Tokens of a sign-in are good for ten minutes; before that a new one is asked for.
const RENEW_AFTER: Duration = Duration::from_mins(7);
/// How many people of each kind are made for the tests of one process.
const CROWD: usize = 1500;

/// Somebody with an account, signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: UserId,
    pub email: String,
    pub caller: Caller,
    pub tokens: Tokens,
}

/// Who there is on a server.
#[derive(Debug, Default)]
pub struct People {
    demo: Mutex<HashMap<&'static str, (Instant, String)>>,
    crowd: Mutex<Option<Crowd>>,
}

/// People of each role whom no test knows yet, as tokens.
type Crowd = HashMap<&'static str, std::vec::IntoIter<String>>;

/// A name that nobody else has.
pub fn unique(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{what}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

impl People {
    /// A demo account, signed in.
    pub async fn demo(&self, server: &Server, email: &'static str) -> Caller {
        let mut demo = self.demo.lock().await;
        if let Some((since, token)) = demo.get(email)
            && since.elapsed() < RENEW_AFTER
        {
            return server.anon().bearer(token);
        }
        let tokens = sign_in(&server.anon(), email, DEMO_PASSWORD).await;
        demo.insert(email, (Instant::now(), tokens.access_token.clone()));
        server.anon().bearer(&tokens.access_token)
    }

    /// Somebody whom no other test knows: verified, and with no claims yet.
    pub async fn fresh(&self, place: &Place, server: &Server, role: Role) -> Caller {
        self.fresh_many(place, server, role, 1).await.remove(0)
    }

    /// So many of them.
    pub async fn fresh_many(&self, place: &Place, server: &Server, role: Role, count: usize) -> Vec<Caller> {
        let mut crowd = self.crowd.lock().await;
        let crowd = crowd.get_or_insert_with(|| make_crowd(place));
        let tokens = crowd.get_mut(role.as_str()).unwrap_or_else(|| panic!("nobody is made for {role:?}"));
        assert!(tokens.len() >= count, "more than {CROWD} of {role:?}");
        tokens.take(count).map(|token| server.anon().bearer(&token)).collect()
    }
}

/// Makes people past the API, as for load tests.
fn make_crowd(place: &Place) -> Crowd {
    let (users, educators) = ((2 * CROWD + 100).to_string(), CROWD.to_string());
    let people = ["--users", &users, "--educators", &educators, "--offers", "0", "--claims", "0"];
    place.succeed(&[&["generate"], &people[..]].concat());
    ["educator", "learner"].map(|role| (role, tokens(place, role, CROWD).into_iter())).into()
}

/// Access tokens for users of a role.
pub fn tokens(place: &Place, role: &str, count: usize) -> Vec<String> {
    let file = place.folder.path().join(unique("tokens"));
    let (name, number) = (file.to_string_lossy(), count.to_string());
    place.succeed(&["token", "--role", role, "--count", &number, "--out", &name, "--seconds", "3600"]);
    let tokens: Vec<String> =
        std::fs::read_to_string(&file).expect("the tokens").lines().map(ToOwned::to_owned).collect();
    std::fs::remove_file(&file).ok();
    assert_eq!(tokens.len(), count, "tokens for {role}");
    tokens
}

/// Tokens for an address and a password.
pub async fn sign_in(anon: &Caller, email: &str, password: &str) -> Tokens {
    anon.send("/auth/token", &json!({"email": email, "password": password})).await.ok()
}

/// Signs somebody up and follows the link in the mail; what they say they are is not verified.
pub async fn sign_up(place: &Place, anon: &Caller, role: Role) -> Person {
    let person = register(anon, role).await;
    let mail = Mail::newest(place, &person.email, "verify-email").await;
    let token = mail.token("verify-email").expect("a token");
    let answer = anon.send("/auth/email/verify", &json!({"token": token})).await;
    assert!(answer.status < 300, "the link in the mail works: {}", answer.text());
    person
}

/// Signs somebody up; the mail is left alone.
pub async fn register(anon: &Caller, role: Role) -> Person {
    let email = format!("{}@test.az", unique(role.as_str()).replace('_', "-"));
    let body = json!({"email": email, "password": PASSWORD, "name": "Aygün Məmmədova", "role": role});
    let answer = anon.send("/auth/register", &body).await;
    assert!(answer.status < 300, "registers: {}", answer.text());
    let tokens = sign_in(anon, &email, PASSWORD).await;
    let caller = anon.clone().bearer(&tokens.access_token);
    let me: Me = caller.get("/me").await.ok();
    assert_eq!((me.email.as_str(), me.role), (email.as_str(), role));
    Person { id: me.id, email, caller, tokens }
}

/// Lets the ministry confirm what somebody says they are.
pub async fn confirm(admin: &Caller, person: UserId) -> AdminUser {
    admin.patch(&format!("/admin/users/{person}"), &json!({"role_verified": true})).await.ok()
}

/// Finds an account by its address, as the ministry does.
pub async fn find(admin: &Caller, email: &str) -> AdminUser {
    let page: Page<AdminUser> = admin.get(&format!("/admin/users?q={email}")).await.ok();
    page.items.into_iter().find(|u| u.email == email).unwrap_or_else(|| panic!("the ministry finds {email}"))
}
