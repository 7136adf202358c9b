//! What a visitor sees of Virtual market, drawn in the browser. Two pages are made of it: the one for everybody (`app`)
//! and the console for partners and the ministry (`console`), which people on a phone need not load.
//!
//! `app` and `console` have the routes and the frame, `pages` fetch and decide, `components` show; `api` speaks with the
//! server in the types of `shared`.

pub mod app;
pub mod console;

mod api;
mod browser;
mod components;
mod format;
mod language;
mod load;
mod names;
mod offline;
mod pages;
mod renewal;
mod scroll;
mod session;
mod theme;

// Its successor, a build script, compiles a Unicode data generator that this page has no use for.
#[allow(deprecated, clippy::pedantic)]
mod words {
    leptos_i18n::load_locales!();
}
pub(crate) use words::i18n;
