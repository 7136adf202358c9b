//! What pages are put together from. Components show; they know no page and ask the server nothing.

pub mod action;
pub mod bar;
pub mod card;
pub mod choices;
pub mod dialog;
pub mod field;
pub mod form;
pub mod frame;
pub mod icon;
pub mod note;
pub mod page;
pub mod pill;
pub mod search;
pub mod states;
pub mod stepper;
