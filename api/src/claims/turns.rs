//! What is to be done with each claim of a batch, by its idempotency key.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr};

use super::queue::Waiting;
use crate::http::idempotency::{self, Key, Known, Stored};

/// What is to be done with a claim.
pub enum Turn {
    /// It is decided.
    First,
    /// It was answered before.
    Again(Stored),
    /// The same key and body came earlier in this batch, at this place.
    Same(usize),
    /// The key came with another body.
    Reused,
}

/// Finds out what is to be done with each.
pub async fn find_answers(tx: &impl ConnectionTrait, batch: &[Waiting], now: i64) -> Result<Vec<Turn>, DbErr> {
    let keys: Vec<Key> = batch.iter().filter_map(|waiting| waiting.keyed.as_ref().map(|(key, _)| *key)).collect();
    let known = if keys.is_empty() { Vec::new() } else { idempotency::find(tx, &keys).await? };
    let known: HashMap<[u8; 32], Known> =
        known.into_iter().filter(|known| known.is_kept(now)).map(|known| (known.key, known)).collect();
    let mut seen: HashMap<[u8; 32], (usize, [u8; 32])> = HashMap::new();
    let turn = |(at, waiting): (usize, &Waiting)| {
        let Some((key, _)) = &waiting.keyed else { return Turn::First };
        if let Some(known) = known.get(&key.key) {
            return if known.request == key.request { Turn::Again(known.stored.clone()) } else { Turn::Reused };
        }
        match seen.get(&key.key) {
            Some((first, request)) if *request == key.request => Turn::Same(*first),
            Some(_) => Turn::Reused,
            None => {
                seen.insert(key.key, (at, key.request));
                Turn::First
            }
        }
    };
    Ok(batch.iter().enumerate().map(turn).collect())
}
