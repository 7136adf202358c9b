//! The new protocol: nothing breaks it, whatever happens and in whatever order, with a crash at every step.

use crate::{
    check::{MONTHLY, ONCE, ask, ask_again, at_the_turn, holds, is_full, scenario, set_open, set_period, set_quota},
    scenario::{Request, Scenario, Task},
    set::Set,
};

/// Three claimants of two offers, one of whom wants both.
const FOUR: [Request; 4] = [ask(0, 0), ask(1, 0), ask(2, 0), ask(2, 1)];

/// Three claimants of two offers; with `MODEL=full` one of them wants both.
fn three() -> Vec<Request> {
    let mut requests = vec![ask(0, 0), ask(1, 0), ask(2, 1)];
    requests.extend(is_full().then_some(ask(2, 0)));
    requests
}

#[test]
fn claims_beside_edits_of_period_and_quota() {
    holds(scenario(&[], &FOUR, &[set_period(0, MONTHLY, Some(1)), set_quota(1, 1)]));
}

#[test]
fn claims_beside_a_period_changed_there_and_back() {
    let requests = [ask(0, 0), ask(1, 0), ask(2, 0)];
    holds(scenario(&[], &requests, &[set_period(0, MONTHLY, Some(1)), set_period(0, ONCE, None)]));
}

#[test]
fn claims_beside_an_edit_of_many_offers() {
    let both = Task::Edit { offers: Set::of([0, 1]), period: None, quota: Some(1), is_open: None };
    holds(scenario(&[], &FOUR, &[both]));
}

#[test]
fn claims_of_two_offers_in_every_batch() {
    let mut requests = vec![ask(0, 1), ask(1, 0), ask(1, 1), ask(2, 0), ask(2, 1)];
    requests.extend(is_full().then_some(ask(0, 0)));
    holds(scenario(&[], &requests, &[]));
}

#[test]
fn claims_beside_an_offer_paused_and_resumed() {
    holds(scenario(&[], &three(), &[set_open(0, false), set_open(0, true)]));
}

#[test]
fn edits_at_the_turn_of_the_month() {
    holds(at_the_turn(scenario(&[], &three(), &[set_quota(0, 1), set_period(1, ONCE, None)])));
}

#[test]
fn edits_of_one_offer_at_the_turn_of_the_month() {
    let claimants = if is_full() { 3 } else { 2 };
    let requests: Vec<Request> = (0..claimants).map(|claimant| ask(claimant, 0)).collect();
    let there_and_back = [set_period(0, ONCE, Some(1)), set_period(0, MONTHLY, Some(2))];
    holds(at_the_turn(scenario(&[], &requests, &there_and_back)));
    holds(at_the_turn(scenario(&[], &requests, &[set_quota(0, 1), set_period(0, ONCE, None)])));
    let back_and_there = [set_period(0, MONTHLY, Some(1)), set_period(0, ONCE, Some(2))];
    holds(Scenario { turns: 1, ..scenario(&[], &requests, &back_and_there) });
}

#[test]
fn pools_at_the_turn_of_the_month() {
    let claims = at_the_turn(scenario(&[], &FOUR, &[]));
    holds(Scenario { pools: Set::of([0, 1]), ..claims });
}

#[test]
fn requests_sent_again() {
    let twice = [ask_again(0, 0), ask_again(1, 0)];
    holds(scenario(&[], &twice, &[]));
    holds(Scenario { expired: Set::of([0, 1]), ..scenario(&[], &twice, &[]) });
    holds(scenario(&[], &[ask_again(0, 0), ask_again(1, 0), ask(2, 1)], &[]));
    holds(scenario(&[], &[ask_again(0, 0), ask(1, 0), ask(2, 1)], &[set_quota(0, 1)]));
    holds(scenario(&[], &[ask_again(0, 0)], &[Task::Post { key: 1 }, Task::Post { key: 1 }]));
}

#[test]
fn claims_given_back_and_accounts_deleted() {
    let requests = [ask(0, 0), ask(1, 0), ask(2, 0)];
    holds(scenario(&[], &requests, &[Task::GiveBack { claimant: 0 }, Task::Erase { claimant: 1 }]));
    holds(scenario(&[], &three(), &[set_quota(0, 1), Task::Erase { claimant: 1 }]));
}
