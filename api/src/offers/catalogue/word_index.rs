//! The word index: which entries have a word that begins so.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use super::set::Set;

/// Places of entries by word, sorted, so that all words with a prefix are neighbours. All words are one text, and all entries one
/// list: tens of thousands of small pieces would take more memory than what is in them.
#[derive(Debug, Default)]
pub struct WordIndex {
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

impl WordIndex {
    /// The index without the entries of some places, and with the words of others.
    pub fn changed(&self, gone: &Set, fresh: impl Iterator<Item = (u32, BTreeSet<String>)>) -> Self {
        let mut words: HashMap<String, Vec<u32>> = HashMap::new();
        for word in &self.list {
            let kept: Vec<u32> =
                self.entries[word.entries.clone()].iter().copied().filter(|place| !gone.has(*place)).collect();
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

    /// The entries that have, for each of some words, a word that begins with it; of no words, none.
    pub fn find(&self, words: &[String]) -> Set {
        let mut sets = words.iter().map(|prefix| {
            let from = self.list.partition_point(|word| self.text(word) < prefix.as_str());
            let like = self.list[from..].iter().take_while(|word| self.text(word).starts_with(prefix.as_str()));
            like.flat_map(|word| self.entries[word.entries.clone()].iter().copied()).collect::<Set>()
        });
        let Some(mut found) = sets.next() else { return Set::default() };
        sets.for_each(|set| found.retain(&set));
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

    fn index(texts: &[&str]) -> WordIndex {
        WordIndex::default().changed(&Set::default(), (0..).zip(words(texts)))
    }

    fn found(index: &WordIndex, query: &str) -> Vec<u32> {
        index.find(&shared::fold::words(query).collect::<Vec<_>>()).iter().collect()
    }

    #[test]
    fn letters_prefixes_and_several_words() {
        let index = index(&["Məktəb üçün internet", "İnternet paketi", "Компьютер для школы"]);
        let found = |query| found(&index, query);
        assert_eq!(found("mekteb"), [0]);
        assert_eq!(found("INT"), [0, 1]);
        assert_eq!(found("int pak"), [1]);
        assert_eq!(found("школ"), [2]);
        assert_eq!(found("yox"), [0; 0]);
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[abc]{1,3}( [abc]{1,3}){0,3}", 1..40)
    }

    proptest! {
        #[test]
        fn the_index_says_what_a_scan_says(before in texts(), fresh in texts(), query in "[abc]{1,2}( [abc]{1,2})?", gone in any::<u64>()) {
            let mut now: Vec<&str> = before.iter().map(String::as_str).collect();
            let old = index(&now);
            // Some are gone, some of those are others now, and there are new ones behind.
            let places: Set = (0..).take(now.len()).filter(|n| gone >> n & 1 == 1).collect();
            let mut free = places.iter().chain(u32::try_from(now.len()).unwrap()..);
            let fresh: Vec<(u32, &str)> = fresh.iter().map(|text| (free.next().unwrap(), text.as_str())).collect();
            places.iter().for_each(|n| now[n as usize] = "");
            for (n, text) in &fresh {
                now.resize(now.len().max(*n as usize + 1), "");
                now[*n as usize] = text;
            }

            let changed = old.changed(&places, fresh.iter().map(|(n, text)| (*n, shared::fold::words(text).collect())));
            let scan: Vec<u32> = (0..).zip(&now)
                .filter(|(_, text)| query.split(' ').all(|q| text.split(' ').any(|w| w.starts_with(q))))
                .map(|(n, _)| n)
                .collect();
            prop_assert_eq!(found(&changed, &query), scan);
        }
    }
}
