//! The word index: which entries have a word that begins so.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

/// Entries by word, sorted, so that all words with a prefix are neighbours. All words are one text, and all entries one
/// list: tens of thousands of small pieces would take more memory than what is in them.
#[derive(Debug, Default)]
pub struct Words {
    text: Box<str>,
    entries: Box<[u32]>,
    list: Box<[Word]>,
}

/// Where a word is in the text, and its entries in the list.
#[derive(Clone, Debug)]
struct Word {
    text: Range<usize>,
    entries: Range<usize>,
}

/// A set of entries, one bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set(Vec<u64>);

impl Set {
    /// No entry, of so many.
    pub fn empty(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    fn insert(&mut self, entry: u32) {
        if let Some(word) = self.0.get_mut(entry as usize / 64) {
            *word |= 1 << (entry % 64);
        }
    }

    /// Whether it has an entry.
    pub fn has(&self, entry: u32) -> bool {
        self.0.get(entry as usize / 64).is_some_and(|word| word & (1 << (entry % 64)) != 0)
    }

    fn keep(&mut self, other: &Self) {
        for (mine, other) in self.0.iter_mut().zip(&other.0) {
            *mine &= other;
        }
    }
}

impl Words {
    /// The index of entries that were partly in this one: `places` says where each of this one's is now, if it still is,
    /// and `fresh` gives numbers after those with their words.
    pub fn changed(&self, places: &[Option<u32>], fresh: impl Iterator<Item = (u32, BTreeSet<String>)>) -> Self {
        let mut words: HashMap<String, Vec<u32>> = HashMap::new();
        for word in &self.list {
            let kept: Vec<u32> =
                self.entries[word.entries.clone()].iter().filter_map(|n| places[*n as usize]).collect();
            if !kept.is_empty() {
                words.insert(self.text(word).to_owned(), kept);
            }
        }
        for (entry, text) in fresh {
            for word in text {
                words.entry(word).or_default().push(entry);
            }
        }
        let mut words: Vec<_> = words.into_iter().collect();
        words.sort_unstable();
        // No more memory than is needed: the allocator does not take the rest of a piece back.
        let mut text = String::with_capacity(words.iter().map(|(word, _)| word.len()).sum());
        let mut all = Vec::with_capacity(words.iter().map(|(_, entries)| entries.len()).sum());
        let places = words.into_iter().map(|(word, entries)| {
            let from = (text.len(), all.len());
            text.push_str(&word);
            all.extend(entries);
            Word { text: from.0..text.len(), entries: from.1..all.len() }
        });
        let list = places.collect();
        Self { text: text.into(), entries: all.into(), list }
    }

    fn text(&self, word: &Word) -> &str {
        &self.text[word.text.clone()]
    }

    /// The entries that have, for each of the query's words, a word that begins with it; of `len` entries in all.
    pub fn find<'q>(&self, query: impl Iterator<Item = &'q str>, len: usize) -> Option<Set> {
        let mut found: Option<Set> = None;
        for prefix in query {
            let mut here = Set::empty(len);
            let from = self.list.partition_point(|word| self.text(word) < prefix);
            for word in self.list[from..].iter().take_while(|word| self.text(word).starts_with(prefix)) {
                for entry in &self.entries[word.entries.clone()] {
                    here.insert(*entry);
                }
            }
            match &mut found {
                Some(found) => found.keep(&here),
                None => found = Some(here),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(texts: &[&str]) -> impl Iterator<Item = BTreeSet<String>> {
        texts.iter().map(|text| shared::fold::words(text).collect())
    }

    fn index(texts: &[&str]) -> Words {
        Words::default().changed(&[], (0..).zip(words(texts)))
    }

    fn found(index: &Words, len: usize, query: &str) -> Vec<usize> {
        let query: Vec<String> = shared::fold::words(query).collect();
        let set = index.find(query.iter().map(String::as_str), len);
        (0..len).filter(|i| set.as_ref().is_none_or(|s| s.has(u32::try_from(*i).unwrap()))).collect()
    }

    #[test]
    fn letters_prefixes_and_several_words() {
        let index = index(&["Məktəb üçün internet", "İnternet paketi", "Компьютер для школы"]);
        let found = |query| found(&index, 3, query);
        assert_eq!(found("mekteb"), [0]);
        assert_eq!(found("INT"), [0, 1]);
        assert_eq!(found("int pak"), [1]);
        assert_eq!(found("школ"), [2]);
        assert_eq!(found("yox"), [0; 0]);
        assert_eq!(found(" "), [0, 1, 2]);
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[abc]{1,3}( [abc]{1,3}){0,3}", 1..40)
    }

    proptest! {
        #[test]
        fn the_index_says_what_a_scan_says(before in texts(), fresh in texts(), query in "[abc]{1,2}( [abc]{1,2})?", gone in any::<u64>()) {
            let old: Vec<&str> = before.iter().map(String::as_str).collect();
            let mut numbers = 0..;
            let places: Vec<Option<u32>> =
                (0..old.len()).map(|n| (gone >> n & 1 == 0).then(|| numbers.next()).flatten()).collect();
            let kept = old.iter().zip(&places).filter(|(_, place)| place.is_some()).map(|(text, _)| *text);
            let new: Vec<&str> = fresh.iter().map(String::as_str).collect();
            let now: Vec<&str> = kept.chain(new.iter().copied()).collect();

            let changed = index(&old).changed(&places, numbers.zip(words(&new)));
            let scan: Vec<usize> = (0..now.len())
                .filter(|i| query.split(' ').all(|q| now[*i].split(' ').any(|w| w.starts_with(q))))
                .collect();
            prop_assert_eq!(found(&changed, now.len(), &query), scan);
        }
    }
}
