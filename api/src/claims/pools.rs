//! The partners' own codes in the transaction of a batch: handed out as was decided.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::ClaimId;

use super::decide::{Decided, Decision, Request};
use crate::{codes, store::clock::to_ms};

/// Hands the codes out that were decided upon; returns the code of each claim that gets one.
pub async fn hand_out(
    tx: &impl ConnectionTrait,
    requests: &[Request],
    decided: &Decided,
    now: DateTime<Utc>,
) -> Result<HashMap<ClaimId, String>, DbErr> {
    let place = |decision: &Decision| if let Decision::Granted { place, .. } = decision { *place } else { None };
    let grants: Vec<_> = requests
        .iter()
        .zip(&decided.decisions)
        .filter_map(|(request, decision)| Some((request.offer, place(decision)?, request.id)))
        .collect();
    if grants.is_empty() {
        return Ok(HashMap::new());
    }
    let codes = codes::store::hand_out(tx, &grants, to_ms(now)).await?;
    if codes.len() == grants.len() {
        Ok(codes)
    } else {
        Err(DbErr::Custom(format!("{} of {} codes", codes.len(), grants.len())))
    }
}
