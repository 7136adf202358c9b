//! Loading: a page asks for something and shows one of four states. The states are drawn in one place,
//! `components::states`.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};

use crate::{api::Failure, renewal};

/// Where a request stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Load<T> {
    /// Under way for the first time.
    Loading,
    /// It is there.
    Ready(T),
    /// It failed.
    Failed(Failure),
}

/// Something that is loaded, and loaded again when what it depends on changes.
pub struct Loader<T: Send + Sync + 'static> {
    state: RwSignal<Load<T>>,
    round: RwSignal<u32>,
    /// Whether a failure of the next round leaves what is there.
    quiet: StoredValue<bool>,
}

impl<T: Send + Sync> Clone for Loader<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Loader<T> {}

impl<T: Clone + Send + Sync> Loader<T> {
    /// Where it stands; followed by whoever reads it in a view.
    pub fn get(self) -> Load<T> {
        self.state.get()
    }

    /// What was loaded, if it is there.
    pub fn ready(self) -> Option<T> {
        self.state.with(|s| match s {
            Load::Ready(value) => Some(value.clone()),
            _ => None,
        })
    }

    /// Puts a newer value in its place.
    pub fn put(self, value: T) {
        self.state.set(Load::Ready(value));
    }

    /// Loads it again.
    pub fn retry(self) {
        self.round.update(|r| *r += 1);
    }

    /// Loads it again where it may be out of date. Without a connection, what is there is better than nothing.
    fn renew(self) {
        self.quiet.set_value(true);
        self.retry();
    }
}

/// Loads with `fetch`, and again whenever a signal that `fetch` reads changes. Old data stays until the new is there;
/// an answer that was overtaken is dropped.
pub fn load<T, F>(fetch: impl Fn() -> F + 'static) -> Loader<T>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let state = RwSignal::new(Load::Loading);
    let round = RwSignal::new(0_u32);
    let latest = StoredValue::new(0_u32);
    let quiet = StoredValue::new(false);
    Effect::new(move |_| {
        round.track();
        let future = fetch();
        let ticket = latest.get_value() + 1;
        latest.set_value(ticket);
        let is_quiet = quiet.try_update_value(std::mem::take) == Some(true);
        if state.with_untracked(|s| matches!(s, Load::Failed(_))) {
            state.set(Load::Loading);
        }
        spawn_local(async move {
            let result = future.await;
            if latest.try_get_value() != Some(ticket) {
                return;
            }
            match result {
                Ok(value) => state.try_set(Load::Ready(value)),
                Err(_) if is_quiet && state.try_with_untracked(|s| matches!(s, Load::Ready(_))) == Some(true) => None,
                Err(failure) => state.try_set(Load::Failed(failure)),
            };
        });
    });
    Loader { state, round, quiet }
}

/// As `load`, and again when what an open page shows is out of date. Not for what is being edited: it would be replaced.
pub fn load_renewed<T, F>(fetch: impl Fn() -> F + 'static) -> Loader<T>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let loader = load(fetch);
    Effect::new(move |before: Option<()>| {
        renewal::follow();
        if before.is_some() {
            loader.renew();
        }
    });
    loader
}
