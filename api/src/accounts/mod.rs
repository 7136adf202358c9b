//! Accounts: who people are, how they sign in, and who is calling.

pub mod activity;
pub mod caller;
pub mod revoked;
pub mod token;

pub use caller::{Admin, Caller, MaybeCaller, Person};

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes under `/api/v1`.
pub fn routes(_app: &mut ServiceConfig) {}
