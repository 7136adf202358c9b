//! The server of Virtual market. `main.rs` is its command line; the features are the folders.

pub mod accounts;
pub mod app;
pub mod audit;
pub mod claims;
pub mod cli;
pub mod codes;
pub mod config;
pub mod eligibility;
pub mod error;
pub mod http;
pub mod imports;
mod jobs;
mod ministry;
pub mod offers;
mod operations;
pub mod partners;
mod private;
pub mod quotas;
pub mod redemptions;
pub mod stats;
pub mod store;
mod tls;
mod uploads;
pub mod webhooks;
