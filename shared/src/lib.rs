//! What the page and the server agree on: data transfer objects, validation rules, error codes, state tables,
//! money, text. No I/O and no server crates: it compiles natively and to WebAssembly, so that a rule that both
//! sides need is written once.

pub mod account;
pub mod address;
pub mod audit;
pub mod characters;
pub mod claim;
pub mod code;
pub mod eligibility;
pub mod fold;
pub mod id;
pub mod import;
pub mod list;
pub mod month;
pub mod numerals;
pub mod offer;
pub mod partner;
pub mod pool;
pub mod problem;
pub mod redemption;
pub mod stats;
pub mod text;
pub mod validate;
pub mod webhook;

mod money;
mod names;
mod object;

pub use id::{
    ApiKeyId, ClaimId, DeliveryId, ImportId, InvitationId, OfferId, PartnerId, RedemptionId, SessionId, UserId,
    WebhookId,
};
pub use list::Page;
pub use money::{Currency, Money};
pub use problem::{Code, FieldCode, FieldError, Problem};
pub use text::{Lang, LocalText};
pub use validate::{Validate, Violations};
