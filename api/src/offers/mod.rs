//! Offers: the public catalogue, and the life of an offer from draft to end.

mod act;
pub mod bulk;
pub mod catalogue;
mod desk_routes;
mod document;
mod history;
pub mod letters;
mod life;
mod listing;
mod manage;
mod patch;
mod review_routes;
mod routes;
pub mod seed;
pub mod store;
mod tools;

pub use document::{claimed_offer, draft_of, latest_draft_of, search_text};
pub use life::{turn_by_time, write_words};
pub use store::waiting;

use crate::http::routes::Routes;

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(routes::list)
        .service(routes::detail)
        .service(desk_routes::list)
        .service(desk_routes::create)
        .service(desk_routes::actions)
        .service(desk_routes::put)
        .service(desk_routes::read)
        .service(desk_routes::change)
        .service(desk_routes::delete)
        .service(desk_routes::preview)
        .service(desk_routes::versions)
        .service(desk_routes::version)
        .service(desk_routes::submit)
        .service(desk_routes::withdraw)
        .service(desk_routes::pause)
        .service(desk_routes::resume)
        .service(desk_routes::end)
        .service(review_routes::queue)
        .service(review_routes::approve_many)
        .service(review_routes::read)
        .service(review_routes::approve)
        .service(review_routes::announce)
        .service(review_routes::open)
        .service(review_routes::reject);
}
