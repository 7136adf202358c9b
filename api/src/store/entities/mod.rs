//! One file a table. Quotas, totals, activity and revisions are counters: they have statements, not entities.

pub mod api_keys;
pub mod audit;
pub mod claims;
pub mod imports;
pub mod invitations;
pub mod mail_tokens;
pub mod mails;
pub mod members;
pub mod offers;
pub mod partner_profiles;
pub mod partners;
pub mod redemptions;
pub mod refresh_tokens;
pub mod sessions;
pub mod users;
pub mod webhooks;
