//! The server's REST interface, as the page uses it.

mod calls;
mod failure;
mod partners;
mod renewal;
mod transport;

pub use calls::*;
pub use failure::Failure;
pub use partners::*;
pub use renewal::{believe, on_ended};
