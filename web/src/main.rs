//! The page: what a visitor sees of Virtual market, drawn in the browser.
//!
//! `app` has the routes and the frame, `pages` fetch and decide, `components` show; `api` speaks with the server in the
//! types of `shared`.

mod api;
mod app;
mod browser;
mod components;
mod format;
mod language;
mod load;
mod names;
mod offline;
mod pages;
mod scroll;
mod session;
mod theme;

// Its successor, a build script, compiles a Unicode data generator that this page has no use for.
#[allow(deprecated, clippy::pedantic)]
mod words {
    leptos_i18n::load_locales!();
}
pub(crate) use words::i18n;

fn main() {
    browser::remove("boot");
    leptos::mount::mount_to_body(app::App);
}
