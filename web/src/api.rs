//! The server's REST interface, as the page uses it.

mod calls;
mod failure;
mod partners;
mod renewal;
mod transport;
mod webhooks;

pub use calls::*;
pub use failure::Failure;
pub use partners::*;
pub use renewal::{believe, on_ended};
pub use transport::Tagged;
pub use webhooks::*;
