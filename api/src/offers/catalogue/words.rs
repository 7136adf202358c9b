//! The word index: which entries have a word that begins so.

use std::collections::HashMap;

/// Entries by word, sorted, so that all words with a prefix are neighbours.
#[derive(Debug, Default)]
pub struct Words(Vec<(Box<str>, Box<[u32]>)>);

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
    /// Indexes the texts of entries; each text is given as folded words.
    pub fn index<'t, I: Iterator<Item = &'t str>>(texts: impl Iterator<Item = I>) -> Self {
        let mut words: HashMap<&str, Vec<u32>> = HashMap::new();
        for (entry, text) in (0..).zip(texts) {
            for word in text {
                let entries = words.entry(word).or_default();
                if entries.last() != Some(&entry) {
                    entries.push(entry);
                }
            }
        }
        let mut words: Vec<(Box<str>, Box<[u32]>)> =
            words.into_iter().map(|(word, entries)| (word.into(), entries.into_boxed_slice())).collect();
        words.sort_unstable();
        Self(words)
    }

    /// The entries that have, for each of the query's words, a word that begins with it; of `len` entries in all.
    pub fn find<'q>(&self, query: impl Iterator<Item = &'q str>, len: usize) -> Option<Set> {
        let mut found: Option<Set> = None;
        for prefix in query {
            let mut here = Set::empty(len);
            let from = self.0.partition_point(|(word, _)| &**word < prefix);
            for (_, entries) in self.0[from..].iter().take_while(|(word, _)| word.starts_with(prefix)) {
                for entry in entries {
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

    fn found(texts: &[&str], query: &str) -> Vec<usize> {
        let folded: Vec<String> = texts.iter().map(|t| shared::fold::fold(t)).collect();
        let words = Words::index(folded.iter().map(|t| t.split(' ')));
        let query: Vec<String> = shared::fold::words(query).collect();
        let set = words.find(query.iter().map(String::as_str), texts.len());
        (0..texts.len()).filter(|i| set.as_ref().is_none_or(|s| s.has(u32::try_from(*i).unwrap()))).collect()
    }

    #[test]
    fn letters_prefixes_and_several_words() {
        let texts = ["Məktəb üçün internet", "İnternet paketi", "Компьютер для школы"];
        assert_eq!(found(&texts, "mekteb"), [0]);
        assert_eq!(found(&texts, "INT"), [0, 1]);
        assert_eq!(found(&texts, "int pak"), [1]);
        assert_eq!(found(&texts, "школ"), [2]);
        assert_eq!(found(&texts, "yox"), [0; 0]);
        assert_eq!(found(&texts, " "), [0, 1, 2]);
    }

    proptest! {
        #[test]
        fn the_index_says_what_a_scan_says(texts in prop::collection::vec("[abc]{1,3}( [abc]{1,3}){0,3}", 1..80), query in "[abc]{1,2}( [abc]{1,2})?") {
            let refs: Vec<&str> = texts.iter().map(String::as_str).collect();
            let scan: Vec<usize> = (0..refs.len())
                .filter(|i| query.split(' ').all(|q| refs[*i].split(' ').any(|w| w.starts_with(q))))
                .collect();
            prop_assert_eq!(found(&refs, &query), scan);
        }
    }
}
