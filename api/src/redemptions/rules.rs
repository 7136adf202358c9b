//! What a till may do with a claim: pure, from what is known of it.

use chrono::{DateTime, Utc};
use shared::{Code, Violations, claim::ClaimState, redemption::NotRedeemable};

use super::store::Found;
use crate::{
    error::{Error, Result},
    store::clock::{from_ms, to_ms},
};

/// What a claim is worth at a till now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// So many units can be used.
    Units(u32),
    /// None, because it is in this state.
    Nothing(ClaimState),
}

impl Found {
    /// Whether somebody holds it, and the hold has not run out.
    fn is_held(&self, now: DateTime<Utc>) -> bool {
        self.hold.is_some_and(|(_, until)| until > to_ms(now))
    }

    /// The state as it really is: rows say a moment later that a time is over.
    pub fn state(&self, now: DateTime<Utc>) -> Result<ClaimState> {
        let stored = ClaimState::from_name(&self.claim.state).ok_or_else(|| Error::internal("unknown claim state"))?;
        Ok(match stored {
            ClaimState::Held if self.is_held(now) => ClaimState::Held,
            ClaimState::Active | ClaimState::Held if from_ms(self.claim.expires_at) <= now => ClaimState::Expired,
            ClaimState::Held => ClaimState::Active,
            other => other,
        })
    }

    /// Units that are claimed and not used.
    pub fn left(&self) -> u32 {
        u32::try_from(self.claim.quantity - self.claim.redeemed).unwrap_or_default()
    }

    /// What it is worth now.
    pub fn worth(&self, now: DateTime<Utc>) -> Result<Worth> {
        Ok(match self.state(now)? {
            ClaimState::Active => Worth::Units(self.left()),
            other => Worth::Nothing(other),
        })
    }

    /// The units that can be used; a refusal where there are none.
    pub fn usable(&self, now: DateTime<Utc>) -> Result<u32> {
        match self.worth(now)? {
            Worth::Units(left) => Ok(left),
            Worth::Nothing(state) => {
                let used = self.claim.redeemed_at.filter(|_| state == ClaimState::Redeemed).map(from_ms);
                Err(Error::new(Code::ClaimNotActive).with("state", state).with("redeemed_at", used))
            }
        }
    }
}

/// Why a claim in a state is worth nothing.
pub const fn reason(state: ClaimState) -> Option<NotRedeemable> {
    match state {
        ClaimState::Active => None,
        ClaimState::Held => Some(NotRedeemable::Held),
        ClaimState::Redeemed => Some(NotRedeemable::Redeemed),
        ClaimState::Cancelled => Some(NotRedeemable::Cancelled),
        ClaimState::Expired => Some(NotRedeemable::Expired),
    }
}

/// The units that are wanted: all that are left, or so many of them.
pub fn wanted(asked: Option<u32>, left: u32) -> Result<i32> {
    let mut violations = Violations::default();
    let quantity = asked.unwrap_or(left);
    violations.range("/quantity", i64::from(quantity), 1, i64::from(left));
    if violations.is_empty() {
        return i32::try_from(quantity).map_err(Error::internal);
    }
    Err(Error::invalid(violations))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::store::entities::claims;

    fn found(state: ClaimState, expires_in: i64, held_for: Option<i64>, now: DateTime<Utc>) -> Found {
        let in_seconds = |seconds| to_ms(now + TimeDelta::seconds(seconds));
        Found {
            claim: claims::Model {
                id: Uuid::nil(),
                offer_id: Uuid::nil(),
                claimant_id: Uuid::nil(),
                period: 0,
                sequence: 1,
                code: String::new(),
                quantity: 5,
                state: state.as_str().to_owned(),
                created_at: 0,
                expires_at: in_seconds(expires_in),
                ended_at: None,
                redeemed: 2,
                redeemed_at: None,
                partner_code: None,
            },
            draft: String::new(),
            hold: held_for.map(|seconds| (Uuid::nil(), in_seconds(seconds))),
        }
    }

    #[test]
    fn times_that_are_over_count_before_the_row_says_so() {
        use ClaimState::{Active, Cancelled, Expired, Held, Redeemed};
        let now = Utc::now();
        for (stored, expires_in, held_for, worth) in [
            (Active, 10, None, Worth::Units(3)),
            (Active, 0, None, Worth::Nothing(Expired)),
            (Held, 10, Some(10), Worth::Nothing(Held)),
            (Held, 10, Some(0), Worth::Units(3)),
            // A till that holds it may finish what it began.
            (Held, -10, Some(10), Worth::Nothing(Held)),
            (Held, -10, Some(-5), Worth::Nothing(Expired)),
            (Redeemed, 10, None, Worth::Nothing(Redeemed)),
            (Redeemed, -10, None, Worth::Nothing(Redeemed)),
            (Cancelled, 10, None, Worth::Nothing(Cancelled)),
            (Expired, -10, None, Worth::Nothing(Expired)),
        ] {
            let found = found(stored, expires_in, held_for, now);
            assert_eq!(found.worth(now).unwrap(), worth, "{stored:?} {expires_in} {held_for:?}");
            assert_eq!(found.usable(now).is_ok(), reason(found.state(now).unwrap()).is_none());
        }
    }

    #[test]
    fn never_more_than_there_is() {
        assert_eq!(wanted(None, 3).unwrap(), 3);
        assert_eq!(wanted(Some(2), 3).unwrap(), 2);
        assert_eq!(wanted(Some(4), 3).unwrap_err().code, Code::InvalidInput);
        assert_eq!(wanted(Some(0), 3).unwrap_err().code, Code::InvalidInput);
    }
}
