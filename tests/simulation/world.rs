//! Two processes on one database, the people who call them, and what they were told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::future::join_all;
use shared::{OfferId, account::Me, offer::PartnerOffer};
use tests::{Answer, Caller, Kind, Market, Offer, Partner, Place, Server, client::Ask, people, postgres::Cluster};
use tokio::sync::RwLock;
use uuid::Uuid;

use crate::{
    chance::Chance,
    model::{Clock, Model, Span},
    operations::{accounts::Newcomer, uploads::Sent},
};

/// How many people claim, and how many offers there are at first.
const PEOPLE: usize = 120;
const OFFERS: usize = 8;

/// Somebody who claims.
#[derive(Clone, Debug)]
pub struct Claimant {
    pub id: Uuid,
    pub caller: Caller,
}

/// Everything there is.
pub struct World {
    pub market: Market,
    pub cluster: Option<Cluster>,
    servers: [Mutex<Arc<Server>>; 2],
    pub people: Vec<Claimant>,
    pub admin: Caller,
    /// Whose offers are claimed and edited.
    pub partner: Partner,
    /// Whose offers are uploaded.
    pub uploader: Partner,
    offers: Mutex<Vec<OfferId>>,
    /// Accounts that come and go.
    pub newcomers: Mutex<Vec<Newcomer>>,
    pub uploads: Mutex<Vec<Sent>>,
    model: Mutex<Model>,
    pub clock: Clock,
    /// Held by every operation; a quiet point and a restart of everything hold it alone.
    pub calm: RwLock<()>,
    wrongs: Mutex<Vec<String>>,
    counts: Mutex<BTreeMap<&'static str, [usize; 3]>>,
    happened: Mutex<BTreeMap<&'static str, usize>>,
    /// Titles that one draft has at most.
    titles: Mutex<Vec<String>>,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub struct Heard {
    pub span: Span,
    /// Nothing where the connection broke, or with a 503: then nobody knows.
    pub answer: Option<Answer>,
}

impl World {
    /// Starts it.
    pub async fn open(kind: Kind) -> Self {
        let cluster = if kind == Kind::Postgres { Some(Cluster::start().await) } else { None };
        let place = match &cluster {
            Some(cluster) => Place::on(cluster).await,
            None => Place::new(kind).await,
        };
        let market = Market::open(place).await;
        let second = market.again().await;
        let people = join_all(market.educators(PEOPLE).await.into_iter().map(|caller| async move {
            let me: Me = caller.get("/me").await.ok();
            Claimant { id: me.id.0, caller }
        }))
        .await;
        let admin = market.anon().bearer(&people::tokens(&market.place, "admin", 1).remove(0));
        let (partner, uploader) = (market.partner().await, market.partner().await);
        let world = Self {
            servers: [&market, &second].map(|market| Mutex::new(market.server.clone())),
            cluster,
            people,
            admin,
            partner,
            uploader,
            market,
            offers: Mutex::default(),
            newcomers: Mutex::default(),
            uploads: Mutex::default(),
            model: Mutex::default(),
            clock: Clock::default(),
            calm: RwLock::default(),
            wrongs: Mutex::default(),
            counts: Mutex::default(),
            happened: Mutex::default(),
            titles: Mutex::default(),
        };
        let mut chance = Chance::of(1, 1);
        for _ in 0..OFFERS {
            world.publish(&crate::operations::offers::any(&mut chance)).await;
        }
        world
    }

    /// Publishes an offer, in calm weather.
    async fn publish(&self, offer: &Offer) {
        let span = Span { sent: self.clock.tick(), answered: u64::MAX };
        let published = offer.publish_at(&self.market, &self.partner.slug).await;
        self.changed(&published, Span { answered: self.clock.tick(), ..span });
        self.know(published.id);
    }

    /// The address of one of the processes.
    pub fn url(&self, chance: &mut Chance) -> String {
        self.urls()[chance.below(2)].clone()
    }

    /// The addresses of both.
    pub fn urls(&self) -> [String; 2] {
        [0, 1].map(|at| self.server(at).url.clone())
    }

    /// One of the processes.
    pub fn server(&self, at: usize) -> Arc<Server> {
        lock(&self.servers[at]).clone()
    }

    /// Another process has come in its place.
    pub fn replace(&self, at: usize, server: Arc<Server>) {
        *lock(&self.servers[at]) = server;
    }

    /// Sends a request. Whatever comes, it is no failure of ours but a 503 that says when to come again.
    pub async fn ask(&self, ask: Ask) -> Heard {
        let sent = self.clock.tick();
        let answer = ask.attempt().await.ok();
        if let Some(answer) = &answer {
            self.check_failure(answer);
        }
        match answer.filter(|answer| answer.status < 500) {
            Some(answer) => Heard { span: Span { sent, answered: self.clock.tick() }, answer: Some(answer) },
            None => Heard { span: Span { sent, answered: u64::MAX }, answer: None },
        }
    }

    /// Reads something at a quiet point. A connection that the server closed meanwhile is no answer.
    pub async fn read(&self, caller: &Caller, path: &str) -> Answer {
        for _ in 0..5 {
            if let Ok(answer) = caller.get(path).attempt().await {
                return answer;
            }
        }
        caller.get(path).await
    }

    fn check_failure(&self, answer: &Answer) {
        let shed = answer.status == 503 && answer.header("retry-after").is_some() && answer.code().is_some();
        if answer.status >= 500 && !shed {
            self.wrong(format!("{}: {} {}", answer.what(), answer.status, answer.text()));
        }
    }

    /// Writes down what must not be.
    pub fn wrong(&self, what: String) {
        lock(&self.wrongs).push(what);
    }

    /// The same, if there is anything.
    pub fn wrongs(&self, what: impl IntoIterator<Item = String>) {
        lock(&self.wrongs).extend(what);
    }

    /// Everything that must not be, so far.
    pub fn all_wrongs(&self) -> Vec<String> {
        lock(&self.wrongs).clone()
    }

    /// Counts what came of an operation.
    pub fn count(&self, operation: &'static str, heard: &Heard) {
        let at = match &heard.answer {
            Some(answer) if answer.status < 300 => 0,
            Some(_) => 1,
            None => 2,
        };
        lock(&self.counts).entry(operation).or_default()[at] += 1;
    }

    /// What came of each operation: went well, was refused, got no answer.
    pub fn counts(&self) -> BTreeMap<&'static str, [usize; 3]> {
        lock(&self.counts).clone()
    }

    /// Counts what happened to the processes.
    pub fn happened(&self, what: &'static str) {
        *lock(&self.happened).entry(what).or_default() += 1;
    }

    /// What happened to the processes.
    pub fn all_happened(&self) -> BTreeMap<&'static str, usize> {
        lock(&self.happened).clone()
    }

    /// A title that one draft has at most.
    pub fn title(&self, title: String) {
        lock(&self.titles).push(title);
    }

    /// All such titles.
    pub fn titles(&self) -> Vec<String> {
        lock(&self.titles).clone()
    }

    /// What was acknowledged.
    pub fn model(&self) -> MutexGuard<'_, Model> {
        lock(&self.model)
    }

    /// A version of an offer was acknowledged.
    pub fn changed(&self, offer: &PartnerOffer, span: Span) {
        let wrong = self.model().versions.entry(offer.id).or_default().acknowledge(offer, span);
        self.wrongs(wrong);
    }

    /// An offer that others may claim and edit from now on.
    pub fn know(&self, offer: OfferId) {
        lock(&self.offers).push(offer);
    }

    /// One of the offers; the newer ones more often, since they are more alive.
    pub fn offer(&self, chance: &mut Chance) -> OfferId {
        let offers = lock(&self.offers);
        let newest = offers.len().saturating_sub(OFFERS * 2);
        if chance.percent(80) { *chance.one(&offers[newest..]) } else { *chance.one(&offers) }
    }

    /// All of them.
    pub fn offers(&self) -> Vec<OfferId> {
        lock(&self.offers).clone()
    }

    /// One of the people, by their number.
    pub fn person(&self, chance: &mut Chance) -> usize {
        chance.below(self.people.len())
    }
}

/// A panic elsewhere is told there.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
