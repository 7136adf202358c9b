//! Claims: the queue where they are decided, and what claimants see of them.

pub mod alerts;
pub mod allowance;
mod answer;
mod batch;
mod cancel;
mod decide;
pub mod expiry;
mod give_back;
mod pools;
pub mod queue;
pub mod routes;
mod sandbox;
pub mod spent;
mod store;
mod terms;
mod told;
mod turns;
pub mod view;

pub use cancel::cancel_all;
pub use queue::ClaimQueue;
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
