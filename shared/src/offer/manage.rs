//! What partners and the ministry do with offers beside writing them: lists, history, review, many at once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    changes::Change,
    draft::OfferDraft,
    state::OfferState,
    view::{FacetCount, PartnerOffer},
};
use crate::{
    id::OfferId,
    names::names,
    problem::{Code, FieldError},
    validate::{Validate, Violations},
};

/// The most offers that one request does something to.
pub const BULK_MAX: usize = 100;

names! {
    /// The orders in which those who manage offers list them.
    ManageSort {
        /// The last changed first.
        Newest = "-updated_at",
        /// The longest unchanged first.
        Oldest = "updated_at",
        /// By title (Azerbaijani), then by the other languages.
        Title = "title",
        /// The most claimed in the present period first.
        MostClaimed = "-claimed",
        /// What ends soonest first; without an end last.
        EndsSoon = "ends_at",
    }

    /// What can be done to many offers at once.
    BulkAction {
        /// Hand them to the ministry.
        Submit = "submit",
        /// Take them back from review.
        Withdraw = "withdraw",
        /// Stop claims for now.
        Pause = "pause",
        /// Go on.
        Resume = "resume",
        /// Close them for good.
        End = "end",
        /// Remove them: only what nobody has seen yet.
        Delete = "delete",
    }

    /// What sort of somebody made a version.
    AuthorKind {
        /// Somebody who works for the partner.
        Member = "member",
        /// A program of the partner; `name` is its key's.
        Program = "program",
        /// The ministry.
        Ministry = "ministry",
        /// The platform: an offer's time had come.
        Platform = "platform",
    }
}

#[allow(clippy::derivable_impls)] // The macro makes the enum.
impl Default for ManageSort {
    fn default() -> Self {
        Self::Newest
    }
}

/// A page of offers for those who manage them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManagedOffers {
    /// The offers on this page.
    pub items: Vec<PartnerOffer>,
    /// Send it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
    /// With `facets=true`: how many offers there are in each state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<ManagedFacets>,
}

/// How many offers meet the other filters (`kind`, `q`): in each state, and how many of them wait for the ministry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManagedFacets {
    /// By state, in the order of an offer's life.
    pub state: Vec<FacetCount>,
    /// In review, or with an edit that waits there.
    pub waiting: u32,
    /// All of them.
    pub total: u32,
}

/// An offer in review: as its partner sees it, with what would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewOffer {
    /// The offer.
    #[serde(flatten)]
    pub offer: PartnerOffer,
    /// What the edit that waits would change of what everybody sees; empty where no edit waits.
    pub changes: Vec<Change>,
}

/// Who made a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Author {
    /// What sort of somebody.
    pub kind: AuthorKind,
    /// The person's or the key's name; null for ministry and platform, and for somebody whose account is gone.
    pub name: Option<String>,
}

/// A line of an offer's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferVersion {
    /// The version.
    pub version: u32,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Who made it.
    pub who: Author,
    /// What was done: `offer.create`, `offer.change`, `offer.submit`, `offer.approve`, …
    #[cfg_attr(feature = "openapi", schema(example = "offer.change"))]
    pub action: String,
    /// The state since then.
    pub state: OfferState,
    /// Whether an edit waited in review in this version.
    pub waiting: bool,
    /// Where the partner's text differs from the version before: JSON pointers into the draft.
    pub changed: Vec<String>,
}

/// A version of an offer in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferVersionView {
    /// As in the list.
    #[serde(flatten)]
    pub line: OfferVersion,
    /// The offer as it stood then; of a public one, what everybody saw.
    pub offer: OfferDraft,
    /// The edit that waited in review then.
    pub pending: Option<OfferDraft>,
}

/// Several offers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OfferIds {
    /// Which; up to 100, none twice.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub ids: Vec<OfferId>,
}

impl Validate for OfferIds {
    fn check(&self, violations: &mut Violations) {
        check_ids(&self.ids, violations);
    }
}

/// Does something to several offers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// What.
    pub action: BulkAction,
    /// To which; up to 100, none twice.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub ids: Vec<OfferId>,
}

impl Validate for BulkRequest {
    fn check(&self, violations: &mut Violations) {
        check_ids(&self.ids, violations);
    }
}

fn check_ids(ids: &[OfferId], violations: &mut Violations) {
    violations.range(
        "/ids",
        i64::try_from(ids.len()).unwrap_or(i64::MAX),
        1,
        i64::try_from(BULK_MAX).unwrap_or(i64::MAX),
    );
    violations.set("/ids", ids, BULK_MAX);
}

/// What became of each of several offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkResult {
    /// For how many it was done.
    pub done: u32,
    /// For how many it was refused.
    pub refused: u32,
    /// Each, in the order in which they were sent.
    pub items: Vec<BulkOutcome>,
}

/// What became of one of several offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkOutcome {
    /// The offer.
    pub id: OfferId,
    /// Whether it was done.
    pub done: bool,
    /// The state in which it is now; null where there is no such offer (any more).
    pub state: Option<OfferState>,
    /// Its version now.
    pub version: Option<u32>,
    /// Why it was refused.
    pub code: Option<Code>,
    /// The same, for people, in the language of the request.
    pub message: Option<String>,
    /// Wrong places, where the text itself is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}
