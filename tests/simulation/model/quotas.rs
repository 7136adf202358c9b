//! Grants and refusals against the quotas that may have been in force when they were decided. Nobody knows the exact
//! moment of a decision; it lies between request and answer, and that suffices to prove that a unit too many was given.

use shared::ClaimId;

use super::Span;

/// A text of an offer, and for how long it may have been the live one.
#[derive(Clone, Debug)]
pub struct Term {
    pub from: u64,
    pub until: u64,
    pub is_open: bool,
    pub is_monthly: bool,
    pub quota: Option<u32>,
}

/// A claim that was granted.
#[derive(Clone, Debug)]
pub struct Grant {
    pub claim: ClaimId,
    pub span: Span,
    pub units: u32,
    pub is_monthly: bool,
    /// When it may have been given back.
    pub returned: Vec<Span>,
    /// Whether a till has been asked to use it: what it holds or has used is not given back.
    pub is_used: bool,
}

/// A claim that was refused for want of units.
#[derive(Clone, Debug)]
pub struct Exhausted {
    pub span: Span,
    pub units: u32,
}

/// Everything about one offer.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub terms: Vec<Term>,
    pub grants: Vec<Grant>,
    /// Units of claims that the database has and nobody was told of.
    pub unknown: u32,
}

impl History {
    /// The terms that may have been live at some moment of a span.
    fn live(&self, span: Span) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(move |term| term.from < span.answered && span.sent < term.until)
    }

    /// Units that were certainly taken when a claim was granted: granted before it was sent, and not given back until its answer.
    fn least_before(&self, grant: &Grant) -> u32 {
        let others = self.grants.iter().filter(|other| {
            other.claim != grant.claim
                && other.is_monthly == grant.is_monthly
                && other.span.answered < grant.span.sent
                && other.returned.iter().all(|back| back.sent > grant.span.answered)
        });
        others.map(|other| other.units).sum()
    }

    /// Units that may have been taken when a claim was refused.
    fn most_before(&self, span: Span) -> u32 {
        let others = self.grants.iter().filter(|other| {
            let is_back = !other.is_used && other.returned.iter().any(|back| back.answered < span.sent);
            other.span.sent < span.answered && !is_back
        });
        self.unknown + others.map(|other| other.units).sum::<u32>()
    }

    /// What is wrong with a grant, if anything.
    pub fn check_grant(&self, grant: &Grant) -> Option<String> {
        let least = self.least_before(grant);
        let allows = |term: &Term| {
            term.is_open
                && term.is_monthly == grant.is_monthly
                && term.quota.is_none_or(|quota| least + grant.units <= quota)
        };
        if self.live(grant.span).any(allows) {
            return None;
        }
        Some(format!("{grant:?} was granted beside {least} units, but the terms were {:?}", self.terms))
    }

    /// What is wrong with a refusal, if anything.
    pub fn check_exhausted(&self, refusal: &Exhausted) -> Option<String> {
        let most = self.most_before(refusal.span);
        let refuses = |term: &Term| term.quota.is_some_and(|quota| most + refusal.units > quota);
        if self.live(refusal.span).any(refuses) {
            return None;
        }
        Some(format!("{refusal:?} came although at most {most} units were taken of {:?}", self.terms))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const fn span(sent: u64, answered: u64) -> Span {
        Span { sent, answered }
    }

    fn grant(n: u128, span: Span) -> Grant {
        Grant {
            claim: ClaimId(Uuid::from_u128(n)),
            span,
            units: 1,
            is_monthly: false,
            returned: Vec::new(),
            is_used: false,
        }
    }

    fn term(from: u64, until: u64, quota: u32) -> Term {
        Term { from, until, is_open: true, is_monthly: false, quota: Some(quota) }
    }

    #[test]
    fn a_unit_too_many_is_found() {
        let one = grant(1, span(1, 2));
        let two = grant(2, span(3, 4));
        let history = History { terms: vec![term(0, u64::MAX, 1)], grants: vec![one.clone(), two.clone()], unknown: 0 };
        assert_eq!(history.check_grant(&one), None);
        assert!(history.check_grant(&two).is_some());
        let back = Grant { returned: vec![span(2, 5)], ..one.clone() };
        let history = History { grants: vec![back, two.clone()], ..history };
        assert_eq!(history.check_grant(&two), None, "the first may have been given back before");
        let terms = vec![term(0, 4, 1), term(3, u64::MAX, 2)];
        let history = History { terms, grants: vec![one.clone(), two.clone()], unknown: 0 };
        assert_eq!(history.check_grant(&two), None, "the quota may have grown before");
        let closed = Term { is_open: false, ..term(0, u64::MAX, 9) };
        let history = History { terms: vec![closed], grants: vec![one.clone()], unknown: 0 };
        assert!(history.check_grant(&one).is_some(), "granted while it was not open");
    }

    #[test]
    fn a_refusal_without_a_reason_is_found() {
        let (one, refusal) = (grant(1, span(1, 2)), Exhausted { span: span(3, 4), units: 1 });
        let history = History { terms: vec![term(0, u64::MAX, 2)], grants: vec![one.clone()], unknown: 0 };
        assert!(history.check_exhausted(&refusal).is_some());
        assert_eq!(History { unknown: 1, ..history.clone() }.check_exhausted(&refusal), None);
        let back = Grant { returned: vec![span(2, 3)], ..one };
        let full = History { terms: vec![term(0, u64::MAX, 1)], grants: vec![back], unknown: 0 };
        assert_eq!(full.check_exhausted(&refusal), None, "it may have been given back a moment later");
        let used = Grant { returned: vec![span(2, 2)], is_used: true, ..grant(1, span(1, 2)) };
        let full = History { terms: vec![term(0, u64::MAX, 1)], grants: vec![used], unknown: 0 };
        assert_eq!(full.check_exhausted(&refusal), None, "a till may have used it before its claimant left");
    }
}
