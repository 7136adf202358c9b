//! The API, resource by resource and verb by verb, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at what is not as it must be.

mod access;
mod accounts;
mod admin;
mod claims;
mod codes;
mod commands;
mod conditional;
mod conventions;
mod examples;
mod files;
mod idempotency;
mod imports;
mod lists;
mod ministry;
mod negotiation;
mod offers;
mod operations;
mod partner_way;
mod partners;
mod redemptions;
mod settings;
mod stats;
mod texts;
mod times;
mod unstorable;
mod uploader;
mod webhooks;
mod wire;
