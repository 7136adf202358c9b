//! When a message that did not get through is sent again.

use std::str::FromStr;

use chrono::TimeDelta;

/// The pauses between attempts, in seconds: 5 s, 1 min, 5 min, 30 min, 2 h, 6 h, 12 h, 24 h, 24 h, which is about three
/// days in all.
const USUAL: [i64; 9] = [5, 60, 300, 1800, 7200, 21_600, 43_200, 86_400, 86_400];

/// The pauses between attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule(Vec<i64>);

impl Default for Schedule {
    fn default() -> Self {
        Self(USUAL.to_vec())
    }
}

impl FromStr for Schedule {
    type Err = String;

    /// Seconds with commas between them.
    fn from_str(text: &str) -> Result<Self, String> {
        let pauses: Result<Vec<i64>, _> = text.split(',').map(|s| s.trim().parse::<u32>().map(i64::from)).collect();
        pauses.map(Self).map_err(|e| format!("seconds with commas between them: {e}"))
    }
}

impl Schedule {
    /// The pause after so many attempts, none when they were the last. Up to a tenth is added at random (`chance` from
    /// 0 to 1), so that what failed together does not come back together.
    pub fn pause(&self, attempts: u32, chance: f64) -> Option<TimeDelta> {
        let seconds = *self.0.get(usize::try_from(attempts).ok()?.checked_sub(1)?)?;
        // At most a day of milliseconds: nothing is cut off.
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let jitter = (seconds as f64 * 100.0 * chance.clamp(0.0, 1.0)) as i64;
        Some(TimeDelta::milliseconds(seconds * 1000 + jitter))
    }

    /// All pauses together: a webhook at which nothing gets through for so long is switched off.
    pub fn whole(&self) -> TimeDelta {
        TimeDelta::seconds(self.0.iter().sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_for_about_three_days() {
        let usual = Schedule::default();
        assert_eq!(usual.pause(1, 0.0), Some(TimeDelta::seconds(5)));
        assert_eq!(usual.pause(1, 1.0), Some(TimeDelta::milliseconds(5500)));
        assert_eq!(usual.pause(9, 0.0), Some(TimeDelta::hours(24)));
        assert_eq!(usual.pause(10, 0.0), None);
        assert_eq!(usual.pause(0, 0.0), None);
        assert!(usual.whole() > TimeDelta::hours(68) && usual.whole() < TimeDelta::hours(72));
        assert_eq!("1, 2,3".parse::<Schedule>().unwrap().whole(), TimeDelta::seconds(6));
        assert!("1,x".parse::<Schedule>().is_err() && "-1".parse::<Schedule>().is_err());
    }
}
