//! How many claims each offer gets, and when: shared out so that no quota and no audience is overrun.

use chrono::TimeDelta;
use shared::{
    month::Month,
    offer::{Audience, Period},
};
use uuid::Uuid;

use super::{
    Plan,
    draw::{Draw, For},
    offers::{self, Offer},
    people::{People, part},
};

/// How many months a monthly offer has been claimed in, the present one included.
const MONTHS: usize = 3;

/// An offer in one of its periods.
#[derive(Clone, Debug)]
pub struct Window {
    pub offer: Uuid,
    pub period: i32,
    pub quota: Option<u32>,
    pub max_quantity: u32,
    pub claim_days: u16,
    /// The people who may claim, by audience, as many as had signed up when it began.
    pub pools: [(Audience, u64); Audience::ALL.len()],
    pub from_ms: i64,
    pub until_ms: i64,
    /// Its share of the claims.
    pub claims: u64,
    /// The most claims that it can take.
    room: u64,
    weight: u64,
}

impl Window {
    /// How many people may claim in it.
    pub fn pool(&self) -> u64 {
        self.pools.iter().map(|(_, count)| count).sum()
    }
}

/// The windows that get claims; an error if not all claims find room.
pub fn plan(plan: &Plan, people: &People) -> anyhow::Result<Vec<Window>> {
    let mut windows = Vec::new();
    if plan.claims > 0 {
        for index in 0..plan.offers {
            add_windows(plan, people, &offers::make(plan, index), &mut windows);
        }
    }
    let left = share_out(plan.claims, &mut windows);
    anyhow::ensure!(
        left == 0,
        "only {} claims find room in the quotas and among the people: ask for fewer claims, or more users or offers",
        plan.claims - left
    );
    windows.retain(|window| window.claims > 0);
    Ok(windows)
}

fn add_windows(plan: &Plan, people: &People, offer: &Offer, windows: &mut Vec<Window>) {
    let (opened, until) = (offer.published_at.timestamp_millis(), plan.until.timestamp_millis());
    let spans = match offer.draft.period {
        Period::Once => vec![(0, opened, until)],
        Period::Monthly => months(plan)
            .into_iter()
            .map(|m| {
                (m.number(), opened.max(m.starts_at().timestamp_millis()), until.min(m.ends_at().timestamp_millis()))
            })
            .collect(),
    };
    for (period, from_ms, until_ms) in spans {
        if from_ms >= until_ms {
            continue;
        }
        let pools = std::array::from_fn(|at| {
            let audience = Audience::ALL[at];
            let asked = offer.draft.audience.contains(&audience);
            (audience, if asked { people.count(audience, from_ms) } else { 0 })
        });
        let mut window = Window {
            offer: offer.id,
            period,
            quota: offer.draft.quota,
            max_quantity: offer.draft.max_quantity,
            claim_days: offer.draft.claim_days,
            pools,
            from_ms,
            until_ms,
            claims: 0,
            room: 0,
            // A few offers are wanted much more than most.
            weight: 0,
        };
        let units = window.quota.map_or(u64::MAX, |quota| u64::from(quota / window.max_quantity));
        window.room = window.pool().min(units);
        let wanted = 1 + Draw::new(plan.seed, For::Window, windows.len() as u64).below(40);
        window.weight = wanted * wanted * wanted;
        windows.push(window);
    }
}

/// The months that have claims.
fn months(plan: &Plan) -> Vec<Month> {
    let mut at = plan.until;
    let mut months = Vec::new();
    while months.len() < MONTHS {
        let month = Month::of(at);
        months.push(month);
        at = month.starts_at() - TimeDelta::days(1);
    }
    months
}

/// Shares claims out by weight; what a window cannot take goes to the others. Answers how many found no room.
fn share_out(claims: u64, windows: &mut [Window]) -> u64 {
    let mut left = claims;
    loop {
        let open = |window: &&mut Window| window.claims < window.room;
        let weights: u64 = windows.iter_mut().filter(open).map(|w| w.weight).sum();
        if left == 0 || weights == 0 {
            return left;
        }
        // Shares are differences of rounded sums, so that together they are exactly what is left.
        let (mut sum, mut before, mut given) = (0, 0, 0);
        for window in windows.iter_mut().filter(open) {
            sum += window.weight;
            let here = part(left, sum, weights);
            let more = (here - before).min(window.room - window.claims);
            before = here;
            window.claims += more;
            given += more;
        }
        left -= given;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_quotas_and_no_more() {
        let sample = Plan::sample(3000, 400, 60, 5000);
        let people = People::of(&sample);
        let windows = plan(&sample, &people).unwrap();
        assert_eq!(windows.iter().map(|w| w.claims).sum::<u64>(), 5000);
        assert!(windows.iter().all(|w| w.claims <= w.pool()));
        assert!(windows.iter().all(|w| w.quota.is_none_or(|q| w.claims * u64::from(w.max_quantity) <= u64::from(q))));

        let greedy = Plan { claims: 10_000_000, ..sample };
        assert!(plan(&greedy, &people).is_err());
    }
}
