//! Claims and redemptions as people were told of them, against what the database has.

use std::collections::{HashMap, HashSet};

use shared::{
    ClaimId, OfferId, RedemptionId,
    claim::{ClaimState, ClaimView},
    redemption::{RedemptionState, RedemptionView},
};
use uuid::Uuid;

use super::{
    Span,
    quotas::{Exhausted, Grant},
};

/// A claim that somebody was told they have.
#[derive(Clone, Debug)]
pub struct Granted {
    pub offer: OfferId,
    /// Whose it is, by their account.
    pub claimant: Uuid,
    pub code: String,
    pub grant: Grant,
}

/// What was acknowledged of claims.
#[derive(Debug, Default)]
pub struct Ledger {
    pub granted: HashMap<ClaimId, Granted>,
    pub exhausted: Vec<(OfferId, Exhausted)>,
    /// Claims that a refusal named as the one that somebody has already.
    pub named: Vec<(ClaimId, OfferId, Uuid)>,
    /// The newest state of each redemption that a till was told of.
    pub redemptions: HashMap<RedemptionId, (ClaimId, RedemptionState)>,
    /// Redemptions of which a later step was asked for.
    pub in_doubt: HashSet<RedemptionId>,
}

/// A claim as the database has it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: ClaimId,
    pub offer: OfferId,
    pub claimant: Uuid,
    pub code: String,
    pub quantity: u32,
    pub redeemed: u32,
    pub state: ClaimState,
}

impl Ledger {
    /// Somebody was told that they have a claim. Told again, it was made between the first request and the first answer.
    pub fn grant(&mut self, view: &ClaimView, claimant: Uuid, span: Span) {
        let fresh = || Granted {
            offer: view.offer.id,
            claimant,
            code: view.code.as_str().to_owned(),
            grant: Grant {
                claim: view.id,
                span,
                units: view.quantity,
                is_monthly: view.period.is_some(),
                returned: Vec::new(),
                is_used: false,
            },
        };
        let granted = self.granted.entry(view.id).or_insert_with(fresh);
        granted.grant.span.sent = granted.grant.span.sent.min(span.sent);
        granted.grant.span.answered = granted.grant.span.answered.min(span.answered);
    }

    /// A claim was given back, or may have been.
    pub fn give_back(&mut self, claim: ClaimId, span: Span) {
        if let Some(granted) = self.granted.get_mut(&claim) {
            granted.grant.returned.push(span);
        }
    }

    /// Somebody's claims were given back, or may have been.
    pub fn give_all_back(&mut self, claimant: Uuid, span: Span) {
        for granted in self.granted.values_mut().filter(|granted| granted.claimant == claimant) {
            granted.grant.returned.push(span);
        }
    }

    /// A till was told how a redemption stands.
    pub fn redeem(&mut self, view: &RedemptionView) {
        self.redemptions.insert(view.id, (view.claim_id, view.state));
    }

    /// What is wrong with the rows of the database.
    pub fn check(&self, rows: &HashMap<ClaimId, Row>) -> Vec<String> {
        let granted = self.granted.iter().filter_map(|(id, granted)| granted.check(rows.get(id)));
        let named = self.named.iter().filter_map(|(id, offer, claimant)| {
            let is_so = rows.get(id).is_some_and(|row| row.offer == *offer && row.claimant == *claimant);
            (!is_so).then(|| format!("{claimant} was told to have claimed {offer} already, as {id}"))
        });
        granted.chain(named).collect()
    }

    /// What is wrong with the redemptions of the database.
    pub fn check_redemptions(&self, rows: &HashMap<RedemptionId, RedemptionState>) -> Vec<String> {
        let wrong = |(id, (claim, told)): (&RedemptionId, &(ClaimId, RedemptionState))| {
            let Some(state) = rows.get(id) else { return Some(format!("redemption acknowledged and lost: {id}")) };
            let next: &[RedemptionState] = match told {
                RedemptionState::Held => {
                    &[RedemptionState::Confirmed, RedemptionState::Undone, RedemptionState::Released]
                }
                RedemptionState::Confirmed => &[RedemptionState::Undone],
                RedemptionState::Released | RedemptionState::Undone => &[],
            };
            // What came next may have happened without its answer.
            let may_be = state == told || (next.contains(state) && self.in_doubt.contains(id));
            (!may_be).then(|| format!("redemption {id} of {claim} is {state:?}, and the till was told {told:?}"))
        };
        self.redemptions.iter().filter_map(wrong).collect()
    }
}

impl Granted {
    fn check(&self, row: Option<&Row>) -> Option<String> {
        let id = self.grant.claim;
        let Some(row) = row else { return Some(format!("acknowledged and lost: {self:?}")) };
        if (row.offer, row.claimant, &row.code) != (self.offer, self.claimant, &self.code) {
            return Some(format!("{id} is another one than was told: {row:?}, {self:?}"));
        }
        let returned = &self.grant.returned;
        // What a till lets go of after its claimant has left expires.
        let is_over = matches!(row.state, ClaimState::Cancelled | ClaimState::Expired);
        let is_back = is_over || (row.redeemed > 0 && row.quantity < self.grant.units);
        if returned.is_empty() && is_back {
            return Some(format!("{id} was never given back, and is {row:?}"));
        }
        // What a till holds or has used when its claimant leaves stays.
        if returned.iter().any(|back| back.is_known()) && !is_back && !self.grant.is_used {
            return Some(format!("{id} was given back, and is {row:?}"));
        }
        None
    }
}
