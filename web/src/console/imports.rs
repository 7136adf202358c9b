//! Uploading offers by file: choosing the file and how it is treated, a trial that changes nothing, the errors, the real
//! run, and what was uploaded before.

mod counts;
mod errors;
mod follow;
mod kept;
mod list;
mod picker;
mod run;
mod sending;
mod wizard;

pub use list::imports;
pub use run::import;
pub use wizard::new_import;
