//! Offers as they are shown.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[cfg(feature = "openapi")]
use super::terms::Terms;
use super::{
    draft::OfferDraft,
    names::{Area, Audience, Fulfilment, Kind, Period, Region, Unit},
    state::{Action, OfferState},
};
use crate::{
    characters,
    id::OfferId,
    pool::CodeStock,
    text::LocalText,
    validate::{Validate, Violations},
};

/// A partner, as it stands on an offer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerRef {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// An offer in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferCard {
    /// The offer.
    pub id: OfferId,
    /// What is given.
    pub kind: Kind,
    /// Other kinds that it belongs to, too.
    pub further_kinds: Vec<Kind>,
    /// The field that it helps in.
    pub area: Area,
    /// Who gives it.
    pub partner: PartnerRef,
    /// Its title.
    pub title: LocalText,
    /// One or two sentences.
    pub summary: Option<LocalText>,
    /// For whom it is.
    pub audience: Vec<Audience>,
    /// Where it is given; everywhere when empty.
    pub regions: Vec<Region>,
    /// The terms of its kind; what is not there has not been published yet.
    #[cfg_attr(feature = "openapi", schema(value_type = Terms))]
    pub terms: Map<String, Value>,
    /// `announced` means soon; `published` means that it can be claimed.
    pub state: OfferState,
    /// How often it can be claimed.
    pub period: Period,
    /// What the quota counts.
    pub unit: Unit,
    /// Units in each period; null is without limit.
    pub quota: Option<u32>,
    /// When it opened or opens.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it closes.
    pub ends_at: Option<DateTime<Utc>>,
    /// When it first could be seen.
    pub published_at: Option<DateTime<Utc>>,
    /// Units claimed in the present period; in lists up to a second old.
    pub claimed: u32,
    /// Units left in the present period, and of a pool of codes no more than codes are left; null is without limit.
    pub left: Option<u32>,
}

/// An offer in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferView {
    /// As in the list.
    #[serde(flatten)]
    pub card: OfferCard,
    /// All about it, plain text.
    pub description: Option<LocalText>,
    /// How to use it, step by step.
    pub how_to_use: Vec<LocalText>,
    /// How a claim is turned into the thing.
    pub fulfilment: Fulfilment,
    /// The most units that one claim may take.
    pub max_quantity: u32,
    /// How many days a code may be used.
    pub claim_days: u16,
    /// For a monthly offer: when the next month's units open.
    pub next_period_at: Option<DateTime<Utc>>,
}

/// A page of offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferList {
    /// The offers on this page.
    pub items: Vec<OfferCard>,
    /// Send it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
    /// How many offers match in all.
    pub total: u32,
    /// With `facets=true`: how many offers there would be under each filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<Facets>,
}

/// How many offers there would be under each value of a filter, all other filters kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facets {
    /// By kind.
    pub kind: Vec<FacetCount>,
    /// By audience.
    pub audience: Vec<FacetCount>,
    /// By area.
    pub area: Vec<FacetCount>,
    /// By region.
    pub region: Vec<FacetCount>,
    /// By partner (its slug), the most first, up to 50.
    pub partner: Vec<FacetCount>,
    /// That can be claimed now.
    pub available: u32,
}

/// A value of a filter and its count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacetCount {
    /// The value, as the filter takes it.
    pub value: String,
    /// How many offers.
    pub count: u32,
}

/// The orders in which offers can be listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Sort {
    /// What can be claimed now first, then the newest.
    #[default]
    #[serde(rename = "relevance")]
    Relevance,
    /// The newest first.
    #[serde(rename = "-published_at")]
    Newest,
    /// The oldest first.
    #[serde(rename = "published_at")]
    Oldest,
    /// What ends soonest first; without an end last.
    #[serde(rename = "ends_at")]
    EndsSoon,
    /// By title (Azerbaijani).
    #[serde(rename = "title")]
    Title,
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 5] = [Self::Relevance, Self::Newest, Self::Oldest, Self::EndsSoon, Self::Title];

    /// As it stands in the query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Newest => "-published_at",
            Self::Oldest => "published_at",
            Self::EndsSoon => "ends_at",
            Self::Title => "title",
        }
    }

    /// The order of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == name)
    }
}

/// An offer as its partner and the ministry see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerOffer {
    /// The offer.
    pub id: OfferId,
    /// Whose it is.
    pub partner: PartnerRef,
    /// As it was written.
    pub offer: OfferDraft,
    /// Where it stands.
    pub state: OfferState,
    /// What can be done now, by its state and the edit that waits.
    pub allowed: Vec<Action>,
    /// Why the ministry refused it, or its last edit.
    pub rejection: Option<String>,
    /// The edit that waits in review while `offer` is what everybody sees.
    pub pending: Option<PendingEdit>,
    /// Units claimed in the present period.
    pub claimed: u32,
    /// For `code_pool`: how many of the partner's own codes there are.
    pub codes: Option<CodeStock>,
    /// Grows with each change; also the `ETag`, for `If-Match`.
    pub version: u32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// When it first could be seen.
    pub published_at: Option<DateTime<Utc>>,
}

/// An edit of an offer that everybody sees, waiting for the ministry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingEdit {
    /// The offer as it would be.
    pub offer: OfferDraft,
    /// When it was handed in.
    pub since: DateTime<Utc>,
}

/// Refuses an offer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// Why, for the partner; up to 2,000 characters.
    #[serde(deserialize_with = "characters::read")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 2000))]
    pub reason: String,
}

impl Validate for Reject {
    fn check(&self, violations: &mut Violations) {
        violations.text("/reason", &self.reason, 1, 2000);
    }
}
