//! The page, in a real browser, served by the real program.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at what is not as it must be.

mod barriers;
mod camera;
mod console;
mod desk;
mod offers;
mod programs;
mod review;
mod standing;
mod way;
mod whole_way;

use shared::Lang;
use tests::{
    Kind, Market,
    browser::{Browser, Device, Theme},
    program,
};

/// A phone of a teacher.
const PHONE: Device = Device { width: 390, height: 844, theme: Theme::Light, lang: Lang::Az };
/// A computer.
const DESK: Device = Device { width: 1280, height: 800, theme: Theme::Light, lang: Lang::Az };

/// The server with the page. What the page shows does not depend on the database, so most tests take the smaller one.
async fn market() -> Market {
    market_on(Kind::Sqlite).await
}

/// The server with the page on one of the databases.
async fn market_on(kind: Kind) -> Market {
    let index = program::web_dir().join("index.html");
    assert!(index.exists(), "{} is not there: run 'make web' first", index.display());
    Market::shared(kind).await
}

/// Waits until the page shows what it has to show.
async fn settled(browser: &Browser) {
    browser
        .until("document.querySelector('main h1') && !document.querySelector('[aria-busy=true], .ghost, .ghost-text')")
        .await;
}
