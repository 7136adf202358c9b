//! Rows that background work cannot deal with. Each hurts itself alone: the batch that holds it is split until the row
//! stands by itself, it is named in the log, and it is left out for a while so that those behind it get their turn.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use shared::Code;
use uuid::Uuid;

use crate::error::{Error, Result};

/// A bad row is tried again after this time: what is wrong with it may have been mended by hand.
const REST: Duration = Duration::from_secs(20);

/// The bad rows that a process knows, by their ids, which are unique over all tables.
#[derive(Debug, Default)]
pub struct BadRows(Mutex<HashMap<Uuid, Instant>>);

impl BadRows {
    /// Returns the rows that are left out now.
    pub fn resting(&self) -> Vec<Uuid> {
        let mut rows = self.0.lock();
        rows.retain(|_, since| since.elapsed() < REST);
        rows.keys().copied().collect()
    }

    /// Names a bad row in the log, and leaves it out for a while. `what` says which work failed at it.
    pub fn add(&self, what: &'static str, row: Uuid, error: &Error) {
        tracing::error!(what, %row, error = %error.chain(), "bad_row");
        metrics::counter!("bad_rows", "what" => what).increment(1);
        self.0.lock().insert(row, Instant::now());
    }

    /// Returns the rows of a batch, to be worked at in one go and in halves where that fails.
    pub fn pieces<'a, T>(&'a self, what: &'static str, batch: &'a [T], id: fn(&T) -> Uuid) -> Pieces<'a, T> {
        Pieces { bad: self, what, id, left: vec![batch] }
    }
}

/// What is left of a batch. The caller takes a piece, works at it in a transaction of its own, and reports where that
/// failed.
#[derive(Debug)]
pub struct Pieces<'a, T> {
    bad: &'a BadRows,
    what: &'static str,
    id: fn(&T) -> Uuid,
    left: Vec<&'a [T]>,
}

impl<'a, T> Pieces<'a, T> {
    /// Returns the next piece, never an empty one.
    pub fn next_piece(&mut self) -> Option<&'a [T]> {
        std::iter::from_fn(|| self.left.pop()).find(|piece| !piece.is_empty())
    }

    /// Returns all rows that have not been worked at.
    pub fn left(&self) -> impl Iterator<Item = &'a T> {
        self.left.iter().rev().copied().flatten()
    }

    /// Splits a piece that failed; of a single row it is known that it is bad.
    ///
    /// # Errors
    /// The error itself, where the database as a whole does not answer: then no row is to blame. The piece is among
    /// those that are left.
    pub fn failed(&mut self, piece: &'a [T], error: Error) -> Result<()> {
        if error.code != Code::Internal {
            self.left.push(piece);
            return Err(error);
        }
        match piece {
            [] => {}
            [row] => self.bad.add(self.what, (self.id)(row), &error),
            rows => {
                let (first, second) = rows.split_at(rows.len() / 2);
                self.left.extend([second, first]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Works at numbers, of which some are bad; returns those that were worked at, in order.
    fn work(bad: &BadRows, numbers: &[u128], is_bad: impl Fn(u128) -> bool) -> Vec<u128> {
        let mut done = Vec::new();
        let mut pieces = bad.pieces("test", numbers, |n| Uuid::from_u128(*n));
        while let Some(piece) = pieces.next_piece() {
            if piece.iter().any(|n| is_bad(*n)) {
                pieces.failed(piece, Error::internal("a bad row")).unwrap();
            } else {
                done.extend_from_slice(piece);
            }
        }
        done
    }

    #[test]
    fn each_bad_row_hurts_itself_alone() {
        let numbers: Vec<u128> = (0..100).collect();
        let bad = BadRows::default();
        let done = work(&bad, &numbers, |n| n % 31 == 7);
        assert_eq!(done, numbers.iter().copied().filter(|n| n % 31 != 7).collect::<Vec<_>>());
        let mut resting: Vec<u128> = bad.resting().iter().map(Uuid::as_u128).collect();
        resting.sort_unstable();
        assert_eq!(resting, [7, 38, 69]);
        assert_eq!(work(&bad, &[], |_| true), [0_u128; 0]);
    }

    #[test]
    fn where_the_database_fails_no_row_is_to_blame() {
        let bad = BadRows::default();
        let mut pieces = bad.pieces("test", &[1_u128, 2, 3], |n| Uuid::from_u128(*n));
        let piece = pieces.next_piece().unwrap();
        assert_eq!(pieces.failed(piece, Code::Overloaded.into()).unwrap_err().code, Code::Overloaded);
        assert_eq!((pieces.left().count(), bad.resting().len()), (3, 0));
    }
}
