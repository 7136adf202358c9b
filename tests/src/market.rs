//! What a test gets: a running server with its place, and people who call it.

use std::{collections::HashMap, sync::Arc};

use serde_json::json;
use shared::{
    OfferId,
    account::Role,
    claim::ClaimView,
    offer::{OfferView, PartnerOffer},
};
use tokio::sync::{Mutex, OnceCell};

use crate::{
    Caller, Kind, Person, Place, Server,
    client::Ask,
    people::{self, People},
};

/// A running server, its data, and its people.
#[derive(Clone, Debug)]
pub struct Market {
    pub place: Arc<Place>,
    pub server: Arc<Server>,
    people: Arc<People>,
}

static SHARED: OnceCell<Mutex<HashMap<bool, Market>>> = OnceCell::const_new();

impl Market {
    /// The server that the tests of this process share on a database.
    pub async fn shared(kind: Kind) -> Self {
        let markets = SHARED.get_or_init(|| async { Mutex::default() }).await;
        let mut markets = markets.lock().await;
        if let Some(market) = markets.get(&(kind == Kind::Sqlite)) {
            return market.clone();
        }
        let market = Self::open(Place::new(kind).await).await;
        markets.insert(kind == Kind::Sqlite, market.clone());
        market
    }

    /// A server of a test's own.
    pub async fn open(place: Place) -> Self {
        let server = place.serve().await;
        Self { place: Arc::new(place), server: Arc::new(server), people: Arc::default() }
    }

    /// The same place and people behind another server process.
    pub async fn again(&self) -> Self {
        let server = self.place.serve().await;
        Self { place: self.place.clone(), server: Arc::new(server), people: self.people.clone() }
    }

    /// Whether it runs on the embedded database.
    pub fn is_sqlite(&self) -> bool {
        self.place.kind == Kind::Sqlite
    }

    /// Waits until something that was sent waits for a lock of the database; stops the test when it has ended instead. What
    /// waits for SQLite's one writer cannot be asked for, so there it is given a moment to come so far.
    pub async fn until_waiting<T>(&self, sent: &tokio::task::JoinHandle<T>) {
        if self.is_sqlite() {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        } else {
            let db = self.place.db().await;
            crate::eventually("somebody waits for a lock", || async {
                let sql = "SELECT count(*) FROM pg_stat_activity
                           WHERE wait_event_type = 'Lock' AND datname = current_database()";
                (db.number(sql).await > 0).then_some(())
            })
            .await;
        }
        assert!(!sent.is_finished(), "it waits for nobody");
    }

    /// Not signed in.
    pub fn anon(&self) -> Caller {
        self.server.anon()
    }

    /// Ministry staff.
    pub async fn admin(&self) -> Caller {
        self.people.demo(&self.server, "admin@demo.az").await
    }

    /// The head of an institution, verified.
    pub async fn head(&self) -> Caller {
        self.people.demo(&self.server, "head@demo.az").await
    }

    /// The demo accounts' learner and teacher.
    pub async fn demo(&self, email: &'static str) -> Caller {
        self.people.demo(&self.server, email).await
    }

    /// A verified educator whom no other test knows.
    pub async fn educator(&self) -> Caller {
        self.people.fresh(&self.place, &self.server, Role::Educator).await
    }

    /// So many of them.
    pub async fn educators(&self, count: usize) -> Vec<Caller> {
        self.people.fresh_many(&self.place, &self.server, Role::Educator, count).await
    }

    /// A learner whom no other test knows.
    pub async fn learner(&self) -> Caller {
        self.people.fresh(&self.place, &self.server, Role::Learner).await
    }

    /// Somebody who signed up by themselves and followed the link in the mail.
    pub async fn signed_up(&self, role: Role) -> Person {
        people::sign_up(&self.place, &self.anon(), role).await
    }

    /// An offer as everybody sees it.
    pub async fn offer(&self, id: OfferId) -> OfferView {
        self.anon().get(&format!("/offers/{id}")).await.ok()
    }

    /// An offer as its partner sees it.
    pub async fn managed(&self, id: OfferId) -> PartnerOffer {
        self.admin().await.get(&format!("/partners/azercell/offers/{id}")).await.ok()
    }
}

impl Caller {
    /// Claims one unit.
    pub fn claim(&self, offer: OfferId) -> Ask {
        self.send(&format!("/offers/{offer}/claims"), &json!({}))
    }

    /// Claims one unit, which must succeed.
    pub async fn claimed(&self, offer: OfferId) -> ClaimView {
        self.claim(offer).await.created()
    }
}
