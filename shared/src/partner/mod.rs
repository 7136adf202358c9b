//! Partners: who they are, who works for them, and what their programs may do.

mod join;
mod key;
mod member;
mod names;

pub use join::*;
pub use key::*;
pub use member::*;
pub use names::*;
use serde::{Deserialize, Serialize};

use crate::{id::PartnerId, names::names, text::LocalText};

names! {
    /// Where a partner stands with the ministry.
    PartnerState {
        /// It has applied, and waits for the ministry's answer.
        Applied = "applied",
        /// It may publish offers.
        Active = "active",
        /// The ministry has stopped it for now: its offers cannot be claimed, what was claimed can be redeemed.
        Suspended = "suspended",
        /// The ministry refused its application.
        Refused = "refused",
        /// Not a partner of its own: where the test keys of one work, seen by nobody else.
        Sandbox = "sandbox",
    }

    /// What a member may do for a partner; each role may do what the ones before it may.
    MemberRole {
        /// Redeem claims at the till.
        Cashier = "cashier",
        /// Write offers, upload them, see the figures.
        Editor = "editor",
        /// All of it: members, keys, webhooks, the profile.
        Owner = "owner",
    }

    /// What a key lets a program do.
    Scope {
        /// Read the partner's offers.
        OffersRead = "offers:read",
        /// Read and write the partner's offers and codes.
        OffersWrite = "offers:write",
        /// Upload offers and see what became of it.
        ImportsWrite = "imports:write",
        /// Check, hold, confirm and undo redemptions.
        RedemptionsWrite = "redemptions:write",
        /// Read the partner's figures.
        StatsRead = "stats:read",
        /// See and change the partner's webhooks.
        WebhooksWrite = "webhooks:write",
    }

    /// Where a key works.
    KeyMode {
        /// At the partner's real offers.
        Live = "live",
        /// In the partner's sandbox alone.
        Test = "test",
    }
}

impl Scope {
    /// Whether this scope also gives what `needed` gives: who may write offers may read them.
    pub fn covers(self, needed: Self) -> bool {
        self == needed || (self == Self::OffersWrite && needed == Self::OffersRead)
    }
}

/// A partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerView {
    /// The partner.
    pub id: PartnerId,
    /// Its name in addresses: small letters, digits, dashes.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is, if it has told.
    pub about: Option<LocalText>,
    /// Its own site.
    pub website: Option<String>,
    /// Offers that everybody sees now.
    pub offers: u32,
}
