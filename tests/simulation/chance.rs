//! Chance that is the same for the same seed.

/// A row of numbers (`SplitMix64`: <https://prng.di.unimi.it/splitmix64.c>).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The row of one of many who draw from a seed.
    pub const fn of(seed: u64, who: u64) -> Self {
        Self(seed ^ who.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).expect("small");
        usize::try_from(self.draw() % limit).expect("small")
    }

    /// A number from a range.
    pub fn within(&mut self, range: std::ops::Range<u32>) -> u32 {
        range.start + u32::try_from(self.below((range.end - range.start) as usize)).expect("small")
    }

    /// Whether something of so many per cent happens.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
