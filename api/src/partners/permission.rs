//! What may be done at a partner's desk: one type each, so that a handler's signature says it.

use shared::partner::{MemberRole, Scope};

/// Something that may be done at a desk.
pub trait Permission: 'static {
    /// The role that is enough for a member.
    const LEAST: MemberRole;
    /// The scope that is enough for a program; none does not let programs in.
    const SCOPE: Option<Scope>;
    /// Whether the ministry may do it, too.
    const MINISTRY: bool;
    /// Whether the partner must be active for its own people and programs.
    const ACTIVE: bool;
}

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident: $least:ident, $scope:expr, ministry $ministry:literal, active $active:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Permission for $name {
            const LEAST: MemberRole = MemberRole::$least;
            const SCOPE: Option<Scope> = $scope;
            const MINISTRY: bool = $ministry;
            const ACTIVE: bool = $active;
        }
    )+};
}

permissions! {
    /// Look around: the profile, the members, one's own place.
    Belong: Cashier, None, ministry true, active false;
    /// Change the profile and the members.
    Manage: Owner, None, ministry true, active false;
    /// See keys and how they fare.
    KeysRead: Editor, None, ministry true, active false;
    /// Make keys and rotate them.
    KeysWrite: Owner, None, ministry false, active true;
    /// Revoke keys.
    KeysRevoke: Owner, None, ministry true, active false;
    /// See offers in all states.
    OffersRead: Editor, Some(Scope::OffersRead), ministry true, active false;
    /// Write offers and their codes.
    OffersWrite: Editor, Some(Scope::OffersWrite), ministry true, active true;
    /// See uploads and what became of them.
    ImportsRead: Editor, Some(Scope::ImportsWrite), ministry true, active false;
    /// Upload offers.
    ImportsWrite: Editor, Some(Scope::ImportsWrite), ministry true, active true;
    /// Make claims in the sandbox, to try a till.
    SandboxTry: Editor, Some(Scope::RedemptionsWrite), ministry false, active false;
    /// See the partner's figures.
    StatsRead: Editor, Some(Scope::StatsRead), ministry true, active false;
    /// See webhooks and their deliveries.
    WebhooksRead: Editor, Some(Scope::WebhooksWrite), ministry true, active false;
    /// Change webhooks and see their secrets.
    WebhooksWrite: Owner, Some(Scope::WebhooksWrite), ministry false, active true;
}
