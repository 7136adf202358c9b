//! Ids are `UUIDv7` (RFC 9562): unique and in order of time, but never a secret. One newtype for each kind of thing,
//! so that an offer's id cannot be passed where a claim's is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A person's account.
    UserId;
    /// A sign-in on one device: the family of refresh tokens that came from one login.
    SessionId;
    /// A company or body that publishes offers.
    PartnerId;
    /// A key with which a partner's program calls.
    ApiKeyId;
    /// An invitation to work for a partner.
    InvitationId;
    /// An offer.
    OfferId;
    /// A claim: one claimant's right to one offer in one period.
    ClaimId;
    /// An address at which a partner's program is told what happens.
    WebhookId;
    /// One message to one webhook.
    DeliveryId;
    /// A redemption: units of one claim, held or used at a till.
    RedemptionId;
    /// An upload of offers.
    ImportId;
}
