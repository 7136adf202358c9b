//! Offers: the public catalogue, and their life from draft to end.

mod change;
mod create;
mod detail;
mod history;
mod life;
mod list;
mod managed;
mod many;
mod newer;
mod review;
mod search;
mod states;
mod terms;
