//! A model of the claim protocol, in which everything is tried that can happen: two processes, three claimants, two offers
//! with a quota of two, edits, a month's turn, and a crash at every step. See `docs/decisions/0001-claim-protocol.md`.
//!
//! `MODEL=full` checks larger scenarios as well; `-- --nocapture` shows how many moments there were, and how each fault
//! comes about.

mod actions;
mod batch;
mod check;
mod database;
mod decide;
mod edit;
mod give_back;
mod keyed;
mod locks;
mod mistakes;
mod new;
mod old;
mod properties;
mod protocol;
mod quotas;
mod run;
mod scenario;
mod session;
mod set;
mod world;
