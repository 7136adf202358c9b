//! What can happen. An operation is a function of this module's files; to add one, write it and name it in the list below with its
//! weight.

pub mod accounts;
pub mod claims;
pub mod offers;
pub mod till;
pub mod uploads;

use std::{future::Future, pin::Pin};

use crate::{chance::Chance, world::World};

type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Something that can happen, and how often.
pub struct Operation {
    pub weight: usize,
    pub run: for<'a> fn(&'a World, &'a mut Chance) -> Running<'a>,
}

macro_rules! operations {
    ($($weight:literal $module:ident::$name:ident),+ $(,)?) => {
        /// All of them.
        pub const OPERATIONS: &[Operation] = &[$(
            Operation { weight: $weight, run: |world, chance| Box::pin($module::$name(world, chance)) },
        )+];
    };
}

operations! {
    30 claims::claim,
    12 claims::claim_with_a_key,
    8 claims::repeat_a_key,
    5 claims::one_key_at_both_processes,
    3 claims::one_key_with_two_bodies,
    12 claims::cancel,
    6 offers::change_the_quota,
    3 offers::change_the_text,
    2 offers::change_the_period,
    4 offers::pause,
    6 offers::resume,
    1 offers::end,
    2 offers::publish_another,
    2 offers::turn_the_period_there_and_back,
    2 offers::announce_and_open,
    3 offers::edit_and_review,
    2 offers::pause_or_resume_many,
    2 offers::create_twice_with_one_key,
    6 till::redeem,
    3 till::hold_and_confirm,
    2 till::hold_and_release,
    3 till::undo,
    3 uploads::upload,
    1 uploads::cancel,
    3 uploads::edit,
    3 accounts::claim_and_leave,
    2 accounts::come_again,
}

/// One of them by chance.
pub fn any(chance: &mut Chance) -> &'static Operation {
    let all: usize = OPERATIONS.iter().map(|operation| operation.weight).sum();
    let mut at = chance.below(all);
    for operation in OPERATIONS {
        if at < operation.weight {
            return operation;
        }
        at -= operation.weight;
    }
    &OPERATIONS[0]
}
