//! What happens when things go wrong in the middle: a crash, a stop, two processes at once.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at what is not as it must be.

mod bad_rows;
mod catalogue;
mod crash;
mod disk;
mod imports;
mod migrations;
mod processes;
mod races;
mod redemptions;
mod stop;
mod storm;
mod webhooks;
