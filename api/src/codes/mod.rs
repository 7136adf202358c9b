//! Pools of partners' own codes: filled by upload, emptied by the claim desk, one code for each unit.

mod fill;
mod locked;
mod routes;
pub mod store;
mod upload;

pub use locked::LockedPools;

use crate::http::routes::Routes;

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(routes::add).service(routes::read).service(routes::remove);
}
