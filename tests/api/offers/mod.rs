//! Offers: the public catalogue, and their life from draft to end.

mod change;
mod create;
mod detail;
mod life;
mod list;
mod search;
