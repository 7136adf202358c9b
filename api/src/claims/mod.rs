//! Claims: the desk that decides them, and what claimants see of them.

mod alerts;
pub mod allowance;
mod cancel;
mod decide;
pub mod desk;
pub mod expiry;
pub mod routes;
mod sandbox;
mod store;
mod told;
mod transaction;
pub mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub use cancel::cancel_all;
pub use desk::Desk;
pub use sandbox::claim as claim_in_sandbox;
pub use store::holds;

/// The routes under `/api/v1`.
pub fn routes(app: &mut ServiceConfig) {
    app.service(routes::create)
        .service(routes::detail)
        .service(routes::cancel)
        .service(routes::mine)
        .service(routes::allowances);
}
