//! A small set of small numbers: of offers, claimants, quota rows, requests or sessions.

/// Numbers below 16.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Set(u16);

impl Set {
    pub const EMPTY: Self = Self(0);

    pub fn of(numbers: impl IntoIterator<Item = usize>) -> Self {
        numbers.into_iter().fold(Self::EMPTY, Self::with)
    }

    pub const fn of_one(number: usize) -> Self {
        Self::EMPTY.with(number)
    }

    pub const fn contains(self, number: usize) -> bool {
        self.0 & (1 << number) != 0
    }

    #[must_use]
    pub const fn with(self, number: usize) -> Self {
        Self(self.0 | (1 << number))
    }

    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub const fn insert(&mut self, number: usize) {
        self.0 |= 1 << number;
    }

    pub const fn remove(&mut self, number: usize) {
        self.0 &= !(1 << number);
    }

    /// Whether it has no number that another set has not.
    pub const fn is_within(self, other: Self) -> bool {
        self.without(other).is_empty()
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its numbers, in their order: also the order in which rows are locked.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let next = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (next < 16).then_some(next)
        })
    }

    /// Its subsets, without the empty one.
    pub fn subsets(self) -> impl Iterator<Item = Self> {
        (1..=self.0).filter(move |bits| bits & !self.0 == 0).map(Self)
    }
}

impl std::fmt::Debug for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
