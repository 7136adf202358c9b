//! The server of Virtual market. `main.rs` is its command line; the features are the folders.

pub mod accounts;
pub mod app;
pub mod audit;
pub mod cli;
pub mod config;
pub mod error;
pub mod http;
mod jobs;
mod operations;
pub mod store;
