//! A set of places in the index, one bit each.

/// Grows with what is put into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set(Vec<u64>);

impl Set {
    /// An empty set with memory for so many places.
    pub fn with_capacity(places: usize) -> Self {
        Self(vec![0; places.div_ceil(64)])
    }

    pub fn insert(&mut self, place: u32) {
        let word = place as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (place % 64);
    }

    pub fn has(&self, place: u32) -> bool {
        self.0.get(place as usize / 64).is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The places, in their order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let words = (0..).zip(&self.0).filter(|(_, word)| **word != 0);
        words.flat_map(|(at, word)| (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit))
    }

    /// Adds what another one has.
    pub fn add(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (mine, other) in self.0.iter_mut().zip(&other.0) {
            *mine |= other;
        }
    }

    /// Removes what another one has.
    pub fn remove(&mut self, other: &Self) {
        for (mine, other) in self.0.iter_mut().zip(&other.0) {
            *mine &= !other;
        }
    }

    /// Removes what another one does not have.
    pub fn retain(&mut self, other: &Self) {
        for (at, mine) in self.0.iter_mut().enumerate() {
            *mine &= other.0.get(at).copied().unwrap_or_default();
        }
    }
}

impl FromIterator<u32> for Set {
    fn from_iter<T: IntoIterator<Item = u32>>(places: T) -> Self {
        let mut set = Self::default();
        for place in places {
            set.insert(place);
        }
        set
    }
}
