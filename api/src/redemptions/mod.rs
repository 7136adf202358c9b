//! Redemptions: tills check, hold, confirm and undo what was claimed. Nothing here says whose a claim is.

mod check;
mod confirm;
mod deed;
pub mod guesses;
mod hold;
mod list;
mod routes;
mod rules;
mod sandbox;
mod store;
mod sweep;
mod till;
mod undo;
mod view;

pub use guesses::Guesses;
pub use sweep::release_overdue;

use crate::http::routes::Routes;

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(routes::check)
        .service(routes::hold)
        .service(routes::confirm)
        .service(routes::undo)
        .service(routes::release)
        .service(list::list)
        .service(sandbox::claim);
}
