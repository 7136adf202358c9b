//! What every endpoint uses, and no feature: problem documents, bodies, queries, cursors, entity tags, idempotency,
//! limits, headers.

pub mod accept;
mod address;
pub mod allowed;
pub mod body;
pub mod cursor;
pub mod described;
pub mod etag;
pub mod finish;
pub mod idempotency;
pub mod limits;
pub mod list;
pub mod openapi;
pub mod page;
pub mod path;
pub mod problem;
pub mod query;
pub mod routes;
mod tags;
mod tries;
mod unread;

pub use allowed::Allowed;
pub use body::Json;
pub use path::Id;
pub use query::Query;
