//! Claims: who gets a unit, who does not and why, and what becomes of it.

mod cancel;
mod create;
mod crowd;
mod desk;
mod eligibility;
mod idempotency;
mod monthly;
mod quota;
mod read;
