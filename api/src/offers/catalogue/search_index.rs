//! Finding entries by words while they change: a large index that stays for many changes, and a small one beside it of
//! what has changed since. To make the large one anew takes as long as a thousand changes of the small one.

use std::{collections::BTreeSet, sync::Arc};

use super::{set::Set, word_index::WordIndex};

/// Places in the small index, at most.
const CHANGED: usize = 1000;

/// The words of the entries at their places.
#[derive(Debug, Default)]
pub struct SearchIndex {
    all: Arc<WordIndex>,
    /// Places of which `all` does not say what is there now.
    changed: Set,
    /// What is there.
    fresh: WordIndex,
}

impl SearchIndex {
    /// The index after the entries of some places changed. `words` tells the words of a place; of an empty one, none.
    pub fn changed(&self, places: &Set, words: impl Fn(u32) -> BTreeSet<String>) -> Self {
        let mut changed = self.changed.clone();
        changed.add(places);
        if changed.len() > CHANGED {
            let all = self.all.changed(&changed, changed.iter().map(|place| (place, words(place))));
            return Self { all: Arc::new(all), ..Self::default() };
        }
        let fresh = self.fresh.changed(places, places.iter().map(|place| (place, words(place))));
        Self { all: self.all.clone(), changed, fresh }
    }

    /// The entries that have, for each of some words, a word that begins with it.
    pub fn find(&self, words: &[String]) -> Set {
        let mut found = self.all.find(words);
        found.remove(&self.changed);
        found.add(&self.fresh.find(words));
        found
    }
}
