//! Synthetic claims: in each window from the first second to the last, in the order of their sequence.

use std::collections::BTreeMap;

use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr};
use serde::Serialize;
use shared::{claim::ClaimState, code::ClaimCode};
use uuid::Uuid;

use super::{
    Plan,
    draw::{Draw, For},
    people::{People, share},
    windows::Window,
};
use crate::store::{
    Sql,
    clock::{day_number, from_ms},
    either,
    entities::claims,
    json,
};

const DAY_MS: i64 = 24 * 3_600_000;

/// One claim, and what the figures need of it.
#[derive(Debug)]
pub struct Claim {
    pub row: claims::ActiveModel,
    /// Units that count.
    pub units: u32,
    pub day: i32,
    /// Its id, and the day on which it was used, if it was.
    pub used: Option<(Uuid, i32)>,
}

/// The claims of a run, one after the other.
#[derive(Debug)]
pub struct Claims<'a> {
    plan: &'a Plan,
    people: &'a People,
    made: u64,
}

impl<'a> Claims<'a> {
    /// From the first on.
    pub fn of(plan: &'a Plan, people: &'a People) -> Self {
        Self { plan, people, made: 0 }
    }

    /// The `nth` claim of a window, from 0.
    pub fn next(&mut self, window: &Window, nth: u64) -> Claim {
        let mut draw = Draw::new(self.plan.seed, For::Claim, self.made);
        let code = code(self.plan.seed, self.made);
        self.made += 1;
        let span = u64::try_from(window.until_ms - window.from_ms).unwrap_or_default();
        let created_ms = window.from_ms + share(nth, span, window.claims);
        let expires_ms = created_ms + i64::from(window.claim_days) * DAY_MS;
        let quantity: u32 = draw.between(1, window.max_quantity);
        let (state, ended_ms) = self.fate(created_ms, expires_ms, &mut draw);
        let used = ended_ms.filter(|_| state == ClaimState::Redeemed);
        let id = draw.id(created_ms);
        let row = claims::ActiveModel {
            id: Set(id),
            offer_id: Set(window.offer),
            claimant_id: Set(self.people.id(self.claimant(window, nth))),
            period: Set(window.period),
            sequence: Set(i32::try_from(nth + 1).unwrap_or(i32::MAX)),
            code: Set(code.as_str().to_owned()),
            quantity: Set(i32::try_from(quantity).unwrap_or(i32::MAX)),
            state: Set(state.as_str().to_owned()),
            created_at: Set(created_ms),
            expires_at: Set(expires_ms),
            ended_at: Set(ended_ms),
            redeemed: Set(if used.is_some() { i32::try_from(quantity).unwrap_or(i32::MAX) } else { 0 }),
            redeemed_at: Set(used),
            partner_code: Set(None),
        };
        let units = if state.counts() { quantity } else { 0 };
        Claim { row, units, day: day_number(from_ms(created_ms)), used: used.map(|at| (id, day_number(from_ms(at)))) }
    }

    /// A walk through everybody who may claim that meets nobody twice: a stride that has no divisor in common with
    /// their number.
    fn claimant(&self, window: &Window, nth: u64) -> u64 {
        let pool = window.pool();
        let mut draw = Draw::new(self.plan.seed ^ u64::from(window.period.unsigned_abs()), For::Window, low(window));
        let start = draw.below(pool);
        let mut stride = 1 + draw.below(pool);
        while gcd(stride, pool) != 1 {
            stride += 1;
        }
        let place = (u128::from(nth) * u128::from(stride) + u128::from(start)) % u128::from(pool);
        let mut place = u64::try_from(place).unwrap_or_default();
        for (audience, count) in window.pools {
            if place < count {
                return self.people.nth(audience, place);
            }
            place -= count;
        }
        0
    }

    /// What became of a claim by now, and when.
    fn fate(&self, created_ms: i64, expires_ms: i64, draw: &mut Draw) -> (ClaimState, Option<i64>) {
        let now = self.plan.until.timestamp_millis();
        let lived = u64::try_from(expires_ms.min(now) - created_ms).unwrap_or_default();
        let ended = created_ms + share(draw.below(1000), lived, 1000);
        match draw.below(100) {
            0..3 => (ClaimState::Cancelled, Some(ended)),
            3..45 => (ClaimState::Redeemed, Some(ended)),
            // A code that could be used until tomorrow is still about; the others ran out.
            _ if expires_ms > now + DAY_MS => (ClaimState::Active, None),
            45..90 => (ClaimState::Redeemed, Some(ended)),
            _ if expires_ms <= now => (ClaimState::Expired, Some(expires_ms)),
            _ => (ClaimState::Active, None),
        }
    }
}

/// Writes the redemptions of claims that were used, each whole and under the claim's own id.
pub async fn redeem(db: &impl ConnectionTrait, used: impl IntoIterator<Item = Uuid>) -> Result<(), DbErr> {
    let into = "INSERT INTO redemptions (id, partner_id, offer_id, claim_id, state, quantity, created_at, confirmed_at)
                SELECT c.id, o.partner_id, c.offer_id, c.id, 'confirmed', c.quantity, c.redeemed_at, c.redeemed_at";
    let sql = Sql {
        sqlite: &format!(
            "{into} FROM json_each($1) AS j CROSS JOIN claims c ON c.id = unhex(j.value) JOIN offers o ON o.id = c.offer_id"
        ),
        postgres: &format!(
            "{into} FROM json_array_elements_text($1::json) AS j JOIN claims c ON c.id = j.value::uuid
             JOIN offers o ON o.id = c.offer_id"
        ),
    };
    db.execute_raw(either(db, sql, [json::ids(used)])).await?;
    Ok(())
}

fn low(window: &Window) -> u64 {
    window.offer.as_u64_pair().1
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The code of a number. A code has 31¹¹ values; steps that are no multiple of 31 meet each of them once.
fn code(seed: u64, index: u64) -> ClaimCode {
    const VALUES: u128 = 31_u128.pow(11);
    const STEP: u128 = 15_485_863_000_000_003;
    let start = u128::from(Draw::new(seed, For::Code, 0).bits());
    ClaimCode::from_random((start + u128::from(index) * STEP) % VALUES)
}

/// What claims add to the quotas.
#[derive(Debug, Default)]
pub struct Quotas(BTreeMap<(uuid::Uuid, i32), Taken>);

#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    quota: Option<u32>,
    claimed: u32,
    issued: u32,
}

#[derive(Serialize)]
struct QuotaRow {
    offer: String,
    period: i32,
    quota: Option<u32>,
    claimed: u32,
    issued: u32,
}

impl Quotas {
    /// Counts one.
    pub fn add(&mut self, window: &Window, claim: &Claim) {
        let taken = self.0.entry((window.offer, window.period)).or_default();
        taken.quota = window.quota;
        taken.claimed += claim.units;
        taken.issued += 1;
    }

    /// Writes them down.
    pub async fn write(&self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        let rows: Vec<_> = self
            .0
            .iter()
            .map(|((offer, period), Taken { quota, claimed, issued })| QuotaRow {
                offer: json::hex_id(*offer),
                period: *period,
                quota: *quota,
                claimed: *claimed,
                issued: *issued,
            })
            .collect();
        let upsert = Sql {
            sqlite: "INSERT INTO quotas (offer_id, period, quota, claimed, issued)
                     SELECT unhex(value ->> 'offer'), value ->> 'period', value ->> 'quota', value ->> 'claimed',
                         value ->> 'issued'
                     FROM json_each($1) WHERE true
                     ON CONFLICT (offer_id, period) DO UPDATE
                     SET claimed = quotas.claimed + excluded.claimed, issued = quotas.issued + excluded.issued",
            postgres: "INSERT INTO quotas (offer_id, period, quota, claimed, issued)
                       SELECT offer, period, quota, claimed, issued FROM json_to_recordset($1::json)
                           AS r(offer uuid, period int, quota int, claimed int, issued int)
                       ON CONFLICT (offer_id, period) DO UPDATE
                       SET claimed = quotas.claimed + excluded.claimed, issued = quotas.issued + excluded.issued",
        };
        db.execute_raw(either(db, upsert, [json::rows(&rows)])).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::generate::windows;
    use std::collections::HashSet;

    #[test]
    fn nobody_claims_twice_and_no_code_comes_twice() {
        let plan = Plan::sample(2000, 300, 40, 6000);
        let people = People::of(&plan);
        let mut claims = Claims::of(&plan, &people);
        let (mut codes, mut holders, mut ids) = (HashSet::new(), HashSet::new(), HashSet::new());
        for window in windows::plan(&plan, &people).unwrap() {
            let mut claimed = 0;
            for nth in 0..window.claims {
                let Claim { row, units, .. } = claims.next(&window, nth);
                claimed += units;
                let (created, claimant) = (row.created_at.unwrap(), row.claimant_id.unwrap());
                assert!((window.from_ms..window.until_ms).contains(&created));
                assert!(row.ended_at.unwrap().is_none_or(|at| created <= at && at <= plan.until.timestamp_millis()));
                let (signed_up, _) = claimant.get_timestamp().unwrap().to_unix();
                assert!(i64::try_from(signed_up).unwrap() * 1000 <= created, "claimed before signing up");
                assert!(row.code.as_ref().parse::<ClaimCode>().is_ok());
                assert!(codes.insert(row.code.unwrap()));
                assert!(ids.insert(row.id.unwrap()));
                assert!(holders.insert((window.offer, window.period, claimant)));
            }
            assert!(window.quota.is_none_or(|quota| claimed <= quota));
        }
        assert_eq!(codes.len(), 6000);
    }
}
