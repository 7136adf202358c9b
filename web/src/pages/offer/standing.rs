//! What a visitor can do with an offer now: decided in one place, without drawing anything.

use shared::{
    ClaimId,
    eligibility::{Eligibility, Rule, RuleView},
};

use crate::components::card::Openness;

/// What stands where the button is.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// The offer itself cannot be claimed now, by nobody.
    Closed(Openness),
    /// It was claimed; here is the claim.
    Claimed(Option<ClaimId>),
    /// Somebody has to sign in first.
    Anonymous,
    /// The server has not said yet whether they may.
    Checking,
    /// They may.
    May,
    /// They may not; this rule first.
    MayNot(RuleView),
}

/// Decides it. The order is that of what helps: who has claimed sees the code even if nothing is left, and nobody is
/// asked to sign in for what is closed.
pub fn standing(
    openness: Openness,
    signed_in: Option<bool>,
    claim: Option<ClaimId>,
    eligibility: Option<&Eligibility>,
) -> Standing {
    if claim.is_some() {
        return Standing::Claimed(claim);
    }
    if openness != Openness::Open {
        return Standing::Closed(openness);
    }
    match (signed_in, eligibility) {
        (Some(false), _) => Standing::Anonymous,
        (None, _) | (Some(true), None) => Standing::Checking,
        (Some(true), Some(eligibility)) => match eligibility.rules.iter().find(|rule| !rule.met) {
            Some(rule) => match rule.rule {
                Rule::NotClaimed => Standing::Claimed(None),
                Rule::UnitsLeft => Standing::Closed(Openness::Exhausted),
                Rule::SignedIn => Standing::Anonymous,
                _ => Standing::MayNot(rule.clone()),
            },
            None => Standing::May,
        },
    }
}

#[cfg(test)]
mod tests {
    use shared::Lang;

    use super::*;

    fn rules(unmet: &[Rule]) -> Eligibility {
        let all = [Rule::SignedIn, Rule::EmailVerified, Rule::NotClaimed, Rule::UnitsLeft];
        Eligibility {
            eligible: unmet.is_empty(),
            rules: all.map(|rule| RuleView::new(rule, !unmet.contains(&rule), Lang::En)).into(),
        }
    }

    #[test]
    fn what_helps_most_comes_first() {
        let id = ClaimId(uuid::Uuid::nil());
        let closed = Standing::Closed(Openness::Exhausted);
        assert_eq!(standing(Openness::Exhausted, Some(true), Some(id), None), Standing::Claimed(Some(id)));
        assert_eq!(standing(Openness::Exhausted, Some(false), None, None), closed);
        assert_eq!(standing(Openness::Open, Some(false), None, None), Standing::Anonymous);
        assert_eq!(standing(Openness::Open, Some(true), None, None), Standing::Checking);
        assert_eq!(standing(Openness::Open, Some(true), None, Some(&rules(&[]))), Standing::May);
        assert_eq!(standing(Openness::Open, Some(true), None, Some(&rules(&[Rule::UnitsLeft]))), closed);
        let unmet = rules(&[Rule::EmailVerified, Rule::UnitsLeft]);
        assert!(matches!(
            standing(Openness::Open, Some(true), None, Some(&unmet)),
            Standing::MayNot(rule) if rule.rule == Rule::EmailVerified
        ));
    }
}
