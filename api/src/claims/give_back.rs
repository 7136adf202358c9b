//! Giving units back: closing active claims, and taking them off the counts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{OfferId, claim::ClaimState};

use super::{store, told};
use crate::{
    quotas::{LockedQuotas, QuotaKey},
    store::{
        clock::{day_number, from_ms, to_ms},
        entities::claims,
        totals::{self, Metric},
    },
};

/// Closes active claims in a state and gives their units back; returns those that were closed.
///
/// Of a claim that was partly used only the rest goes back: it shrinks to what was used, and is redeemed. So it still
/// counts as its claimant's one claim of the period.
///
/// The quotas are locked first and in order, as the claim queue does, so that the two never wait in a circle.
pub async fn give_back(
    tx: &impl ConnectionTrait,
    claims: Vec<claims::Model>,
    state: ClaimState,
    now: DateTime<Utc>,
) -> Result<Vec<claims::Model>, DbErr> {
    if claims.is_empty() {
        return Ok(claims);
    }
    let owners = told::owners(tx, &claims).await?;
    let keys: BTreeSet<QuotaKey> = claims.iter().map(key).collect();
    let mut quotas = LockedQuotas::open(tx, keys).await?;
    let mut closed = Vec::with_capacity(claims.len());
    for claim in claims {
        if store::close(tx, &claim, state, to_ms(now)).await? {
            let units = claim.quantity - claim.redeemed;
            quotas.give_back(key(&claim), u32::try_from(units).map_err(|_| DbErr::Type(format!("{units} units")))?);
            closed.push((ended(claim, state, now), units));
        }
    }
    quotas.write(tx).await?;
    told::ended(tx, &closed, &owners, state, now).await?;
    let mut days = BTreeMap::new();
    for (claim, units) in closed.iter().filter(|(claim, _)| !owners.get(&claim.offer_id).is_some_and(|o| o.sandbox)) {
        let at = from_ms(claim.created_at);
        let (_, sum) = days.entry(day_number(at)).or_insert((at, 0));
        *sum -= i64::from(*units);
    }
    for (at, units) in days.into_values() {
        totals::add(tx, Metric::Claims, at, units).await?;
    }
    Ok(closed.into_iter().map(|(claim, _)| claim).collect())
}

fn key(claim: &claims::Model) -> QuotaKey {
    QuotaKey { offer: OfferId(claim.offer_id), period: claim.period }
}

/// The claim as it is once it was closed.
fn ended(claim: claims::Model, state: ClaimState, now: DateTime<Utc>) -> claims::Model {
    let used = claim.redeemed > 0;
    let state = if used { ClaimState::Redeemed } else { state };
    claims::Model {
        state: state.as_str().to_owned(),
        quantity: if used { claim.redeemed } else { claim.quantity },
        ended_at: Some(to_ms(now)),
        ..claim
    }
}
