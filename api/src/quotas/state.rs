//! One quota as it stands, and the arithmetic of it. Pure.

/// Units in all and units taken, in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuotaState {
    /// Units in all; none is without limit.
    pub quota: Option<u32>,
    /// Units taken.
    pub claimed: u32,
    /// Claims ever made: the next one's sequence is one more.
    pub issued: u32,
    /// The highest line of the quota that the partner was warned of, in hundredths.
    pub warned: u32,
}

/// The lines of a quota that partners are warned of, in hundredths.
const LINES: [u32; 3] = [50, 90, 100];

impl QuotaState {
    /// Whether so many units more fit.
    pub fn has_room(&self, units: u32) -> bool {
        let after = self.claimed.checked_add(units);
        after.is_some_and(|claimed| self.quota.is_none_or(|quota| claimed <= quota))
    }

    /// Issues units to one claim and returns its sequence, if they fit. Lines that are crossed count as warned of, since
    /// the warning is written in the same transaction.
    pub fn issue(&mut self, units: u32) -> Option<u32> {
        let issued = self.issued.checked_add(1).filter(|_| self.has_room(units))?;
        self.claimed += units;
        self.issued = issued;
        self.warned = self.warned.max(self.line());
        Some(issued)
    }

    /// Gives units back. The claim's sequence stays used.
    pub fn give_back(&mut self, units: u32) {
        self.claimed = self.claimed.saturating_sub(units);
    }

    /// Sets another quota, if it covers what is claimed; lines that are reached already count as warned of.
    ///
    /// # Errors
    /// How many units are claimed, where that is more.
    pub fn set_quota(&mut self, quota: Option<u32>) -> Result<(), u32> {
        if quota.is_some_and(|quota| self.claimed > quota) {
            return Err(self.claimed);
        }
        if quota != self.quota {
            self.quota = quota;
            self.warned = self.line();
        }
        Ok(())
    }

    /// Returns the highest line that is reached.
    fn line(&self) -> u32 {
        let reached = |line: &u32| {
            self.quota.is_some_and(|quota| u64::from(self.claimed) * 100 >= u64::from(quota) * u64::from(*line))
        };
        LINES.into_iter().filter(reached).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_quota_is_warned_of_once() {
        let mut state = QuotaState { quota: Some(10), ..QuotaState::default() };
        let warned: Vec<u32> = (0..10)
            .map(|_| {
                state.issue(1);
                state.warned
            })
            .collect();
        assert_eq!(warned, [0, 0, 0, 0, 50, 50, 50, 50, 90, 100]);
        state.give_back(7);
        state.issue(3);
        assert_eq!(state.warned, 100, "given back and taken again, it is not warned of again");
        let mut all = QuotaState { quota: Some(2), ..QuotaState::default() };
        all.issue(2);
        assert_eq!(all.warned, 100);
    }

    #[test]
    fn a_quota_never_falls_below_what_is_claimed() {
        let mut state = QuotaState { quota: Some(10), claimed: 6, issued: 6, warned: 50 };
        assert_eq!(state.set_quota(Some(5)), Err(6));
        assert_eq!((state.set_quota(Some(6)), state.warned), (Ok(()), 100));
        assert_eq!((state.set_quota(Some(20)), state.warned), (Ok(()), 0));
        assert_eq!((state.issue(15), state.issue(14)), (None, Some(7)));
        assert_eq!((state.set_quota(None), state.issue(u32::MAX)), (Ok(()), None), "a count does not run over");
    }
}
