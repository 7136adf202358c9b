//! Repeatable chance: what is drawn depends on the seed, on what it is for and on its number, and on nothing else, so
//! that any row can be made again without keeping it. Not for secrets.

use uuid::{Builder, Uuid};

/// What is drawn for; each has a sequence of its own.
#[derive(Clone, Copy, Debug)]
pub enum For {
    UserId = 1,
    User,
    Partner,
    Offer,
    Window,
    Claim,
    Code,
}

/// `SplitMix64` (Steele, Lea and Flood, 2014): small, fast, and the same for ever, which `rand`'s generators do not
/// promise.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

    /// The draws for the thing of this number.
    pub fn new(seed: u64, what: For, index: u64) -> Self {
        let start = mix(seed.wrapping_add(Self::STEP)) ^ (what as u64).wrapping_mul(Self::STEP);
        Self(mix(start).wrapping_add(mix(index)))
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(Self::STEP);
        mix(self.0)
    }

    /// A number below `limit`; 0 if that is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(limit);
        // The high half of a product of two 64-bit numbers has 64 bits.
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number from `least` to `most`.
    pub fn between<T: TryFrom<u64> + Default>(&mut self, least: u32, most: u32) -> T {
        let drawn = u64::from(least) + self.below(u64::from(most.saturating_sub(least)) + 1);
        T::try_from(drawn).unwrap_or_default()
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap_or_default()]
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A `UUIDv7` of that instant.
    pub fn id(&mut self, at_ms: i64) -> Uuid {
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.bits().to_le_bytes());
        random[8..].copy_from_slice(&self.bits().to_le_bytes()[..2]);
        Builder::from_unix_timestamp_millis(u64::try_from(at_ms).unwrap_or_default(), &random).into_uuid()
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
