//! What becomes of a batch: decided without I/O from its rows and what is known of their names, the same way for a dry
//! run as for a real one.

use std::collections::HashMap;

use sea_orm::DbBackend;
use shared::import::{ImportMode, RowCode, RowProblem};

use super::{
    batch::{Batch, Content, Parsed},
    known::Known,
    rows,
    store::Met,
};
use crate::{
    error::Result,
    offers::bulk::{self, Change, Creation, Rules, Standing, Verdict},
};

/// The most that is told of one row.
const PROBLEMS: usize = 20;

/// What is to be written.
#[derive(Debug, Default)]
pub struct Plan {
    pub create: Creation,
    pub update: Vec<Change>,
    pub unchanged: usize,
    pub failed: Vec<Failed>,
    /// Rows that failed and have no name.
    pub nameless: usize,
    /// Rows that are none of this upload's business: a retry's that were done.
    pub skipped: usize,
    /// The names that were met first: each once, with its first line and whether a row of it failed.
    pub names: Vec<(String, Met)>,
    /// Of the names that were met before, those of which another row failed.
    pub failed_again: Vec<String>,
}

/// A row that failed.
#[derive(Debug)]
pub struct Failed {
    pub number: u64,
    pub line: u64,
    pub external_id: Option<String>,
    pub problems: Vec<RowProblem>,
}

/// Decides about a batch. `backend` says for which database what is to be written is made.
pub fn plan(batch: &Batch, known: &Known, mode: ImportMode, rules: Rules, backend: DbBackend) -> Result<Plan> {
    let mut plan = Plan::default();
    let mut new = Vec::new();
    let mut places = HashMap::with_capacity(batch.rows.len());
    for row in &batch.rows {
        let [number, line] = [row.number, row.line].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let met = |failed| Met { number, line, failed };
        let name = row.external_id.as_deref();
        if name.is_some_and(|name| known.done.get(name).is_some_and(|met| !met.failed)) {
            plan.skipped += 1;
            plan.meet(&mut places, known, name, met(false));
            continue;
        }
        let before = name.and_then(|name| {
            let here = places.get(name).map(|place: &usize| plan.names[*place].1);
            here.or_else(|| known.met.get(name).copied()).filter(|first| first.number != number)
        });
        let outcome = match before {
            Some(first) => Err(vec![RowProblem::duplicate(u64::try_from(first.line).unwrap_or_default())]),
            None if is_same(row, known) => Ok(Verdict::Unchanged),
            None => decide(&row.content, name.and_then(|name| known.offers.get(name)), mode, rules)?,
        };
        let failed = outcome.is_err();
        match outcome {
            Ok(Verdict::Create(offer)) => new.push(*offer),
            Ok(Verdict::Update(change)) => plan.update.push(*change),
            Ok(_) => plan.unchanged += 1,
            Err(mut problems) => {
                problems.truncate(PROBLEMS);
                plan.nameless += usize::from(name.is_none());
                plan.failed.push(Failed {
                    number: row.number,
                    line: row.line,
                    external_id: row.external_id.clone(),
                    problems,
                });
            }
        }
        plan.meet(&mut places, known, name, met(failed));
    }
    plan.create = Creation::of(&new, backend);
    Ok(plan)
}

/// Whether the offer is as a row says already: one that says something.
fn is_same(row: &Parsed, known: &Known) -> bool {
    matches!(row.content, Content::Draft(_)) && row.external_id.as_ref().is_some_and(|name| known.same.contains(name))
}

impl Plan {
    /// Notes a name, or only that another row of it failed.
    fn meet<'a>(&mut self, places: &mut HashMap<&'a str, usize>, known: &Known, name: Option<&'a str>, met: Met) {
        let Some(name) = name else { return };
        if known.met.contains_key(name) {
            self.failed_again.extend(met.failed.then(|| name.to_owned()));
        } else if let Some(place) = places.get(name) {
            self.names[*place].1.failed |= met.failed;
        } else {
            places.insert(name, self.names.len());
            self.names.push((name.to_owned(), met));
        }
    }
}

/// Decides about a row that is the first of its name.
fn decide(
    content: &Content,
    standing: Option<&Standing>,
    mode: ImportMode,
    rules: Rules,
) -> Result<Result<Verdict, Vec<RowProblem>>> {
    let latest = standing.map(Standing::latest).transpose()?;
    let patched;
    let draft = match content {
        Content::Wrong(problems) => return Ok(Err(problems.clone())),
        Content::Draft(draft) => draft.as_ref(),
        Content::Patch(row) => match rows::draft(mode, row, latest.as_ref()) {
            Ok(draft) => {
                patched = draft;
                &patched
            }
            Err(problems) => return Ok(Err(problems)),
        },
    };
    Ok(match bulk::decide(standing.zip(latest.as_ref()), draft, rules)? {
        Verdict::Ended => Err(vec![RowProblem::new("", RowCode::OfferEnded)]),
        Verdict::Bound(violation) => Err(vec![violation.into()]),
        verdict => Ok(verdict),
    })
}
