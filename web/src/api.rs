//! The server's REST interface, as the page uses it.

mod calls;
mod desk_offers;
mod failure;
mod imports;
mod partners;
mod renewal;
mod till;
mod transport;
mod upload;
mod webhooks;

pub use calls::*;
pub use desk_offers::*;
pub use failure::Failure;
pub use imports::*;
pub use partners::*;
pub use renewal::{believe, on_ended};
pub use till::*;
pub use transport::Tagged;
pub use upload::upload;
pub use webhooks::*;
