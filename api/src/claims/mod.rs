//! Claims: the desk that decides them, and what claimants see of them.

mod alerts;
pub mod allowance;
mod cancel;
mod decide;
pub mod desk;
pub mod expiry;
mod pools;
pub mod routes;
mod sandbox;
mod store;
mod told;
mod transaction;
pub mod view;

pub use cancel::cancel_all;
pub use desk::Desk;
pub use sandbox::claim as claim_in_sandbox;
pub use store::holds;

use crate::http::routes::Routes;

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(routes::create)
        .service(routes::detail)
        .service(routes::cancel)
        .service(routes::mine)
        .service(routes::allowances);
}
