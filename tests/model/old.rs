//! The old protocol, and the first version of the new one: how each fault comes about.

use crate::{
    check::{MONTHLY, ONCE, ask, ask_again, at_the_turn, breaks, scenario, set_open, set_period, set_quota},
    properties,
    protocol::Fault,
    scenario::{Scenario, Task},
    set::Set,
};

/// Checks that a fault breaks a property by itself, and in the old protocol as a whole.
fn old_breaks(property: &'static str, fault: Fault, scenario: impl Fn(&[Fault]) -> Scenario) {
    breaks(property, scenario(&[fault]));
    breaks(property, scenario(&Fault::OLD));
}

#[test]
fn a1_a_refusal_on_a_closed_offer_resets_its_quota() {
    let paused = |faults: &[Fault]| scenario(faults, &[ask(0, 0), ask(1, 0), ask(2, 1)], &[set_open(0, false)]);
    old_breaks(properties::COUNTS, Fault::A1, paused);
    let requests = [ask(0, 0), ask(1, 0), ask(2, 1), ask(2, 0)];
    let resumed = [set_open(0, false), set_open(0, true)];
    breaks(properties::NO_FAILURE, scenario(&[Fault::A1], &requests, &resumed));
}

#[test]
fn a2_a_period_changed_there_and_back_has_its_old_quota() {
    let requests = [ask(0, 0), ask(1, 0), ask(2, 0)];
    let there_and_back = [set_period(0, MONTHLY, Some(1)), set_period(0, ONCE, None)];
    old_breaks(properties::QUOTA, Fault::A2, |faults| Scenario {
        eligible: Set::of([0, 1]), // The third one's refusal leaves a row.
        ..scenario(faults, &requests, &there_and_back)
    });
}

#[test]
fn a3_a_first_claim_beside_an_edit_has_the_old_quota() {
    let first = |faults: &[Fault]| scenario(faults, &[ask(0, 0), ask(1, 0)], &[set_quota(0, 1)]);
    old_breaks(properties::QUOTA, Fault::A3, first);
}

#[test]
fn a4_two_processes_answer_one_key_differently() {
    let again = |faults: &[Fault]| scenario(faults, &[ask_again(0, 0)], &[]);
    old_breaks(properties::ONE_ANSWER, Fault::A4, again);
}

#[test]
fn a5_a_lost_request_is_done_again() {
    let again = |faults: &[Fault]| scenario(faults, &[], &[Task::Post { key: 0 }, Task::Post { key: 0 }]);
    old_breaks(properties::ONE_EFFECT, Fault::A5, again);
}

#[test]
fn a9_a_deleted_account_leaves_a_claim() {
    let deleted = |faults: &[Fault]| scenario(faults, &[ask(0, 0)], &[Task::Erase { claimant: 0 }]);
    old_breaks(properties::NOBODY, Fault::A9, deleted);
}

#[test]
fn first_version_an_edit_overlooks_the_month_that_begins() {
    let faults = [Fault::EditLocksOneMonth];
    let requests = [ask(0, 0), ask(1, 0)];
    breaks(properties::QUOTA, at_the_turn(scenario(&faults, &requests, &[set_quota(0, 1)])));
    breaks(properties::PERIOD, at_the_turn(scenario(&faults, &requests, &[set_period(0, ONCE, None)])));
}

#[test]
fn first_version_rows_opened_late_are_waited_for_in_a_circle() {
    let requests = [ask(0, 1), ask(1, 0), ask(1, 1), ask(2, 0), ask(2, 1)];
    breaks(properties::NO_CIRCLE, scenario(&[Fault::OpensLate], &requests, &[]));
}
