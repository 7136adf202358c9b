//! Mistakes that nobody made: the model would have found them.

use crate::{
    check::{MONTHLY, ask, breaks, scenario, set_period, set_quota},
    properties,
    protocol::Fault,
    scenario::{Scenario, Task},
    set::Set,
};

#[test]
fn an_edit_of_the_period_that_locks_the_new_row_alone() {
    let tasks = [set_period(0, MONTHLY, Some(1))];
    breaks(properties::PERIOD, scenario(&[Fault::EditLocksOneRow], &[ask(0, 0), ask(1, 0)], &tasks));
}

#[test]
fn an_edit_that_opens_no_row() {
    let requests = [ask(0, 0), ask(1, 0)];
    breaks(properties::QUOTA, scenario(&[Fault::EditOpensNoRow], &requests, &[set_quota(0, 1)]));
    breaks(properties::PERIOD, scenario(&[Fault::EditOpensNoRow], &requests, &[set_period(0, MONTHLY, None)]));
}

#[test]
fn an_answer_before_the_commit() {
    breaks(properties::TRUE_ANSWER, scenario(&[Fault::AnswersEarly], &[ask(0, 0)], &[]));
}

#[test]
fn an_expired_key_that_is_in_the_way() {
    let expired = scenario(&[Fault::ExpiredStays], &[ask(0, 0)], &[]);
    breaks(properties::FEW_REPEATS, Scenario { expired: Set::of([0]), ..expired });
}

#[test]
fn a_period_that_is_not_compared_under_the_lock() {
    let tasks = [set_period(0, MONTHLY, Some(1))];
    breaks(properties::PERIOD, scenario(&[Fault::NeverStale], &[ask(0, 0), ask(1, 0)], &tasks));
}

#[test]
fn edits_that_lock_one_offer_after_another() {
    let both = Task::Edit { offers: Set::of([0, 1]), period: None, quota: Some(1), is_open: None };
    breaks(properties::NO_CIRCLE, scenario(&[Fault::EditsOneByOne], &[ask(0, 0), ask(1, 0), ask(2, 1)], &[both]));
}
