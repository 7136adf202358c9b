//! Offers: the public catalogue, and the life of an offer from draft to end.

pub mod bulk;
pub mod catalogue;
mod document;
mod life;
mod manage;
mod manage_routes;
mod routes;
pub mod seed;
pub mod store;

pub use document::{claimed_offer, draft_of, period_number};
pub use life::turn_by_time;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes under `/api/v1`.
pub fn routes(app: &mut ServiceConfig) {
    app.service(routes::list)
        .service(routes::detail)
        .service(manage_routes::list)
        .service(manage_routes::create)
        .service(manage_routes::read)
        .service(manage_routes::change)
        .service(manage_routes::delete)
        .service(manage_routes::submit)
        .service(manage_routes::pause)
        .service(manage_routes::resume)
        .service(manage_routes::end)
        .service(manage_routes::queue)
        .service(manage_routes::approve)
        .service(manage_routes::announce)
        .service(manage_routes::open)
        .service(manage_routes::reject);
}
