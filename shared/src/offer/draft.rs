//! An offer as its partner writes it, with the rules that the page and the server both check.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{
    names::{Area, Audience, Fulfilment, Kind, Period, Region, Unit},
    terms::{KIND, Terms, settled},
};
use crate::{
    address::is_https,
    object::Object,
    problem::FieldCode,
    text::LocalText,
    validate::{Validate, Violations},
};

/// The largest quota: more units than the country has people is a slip of the pen.
pub const QUOTA_MAX: u32 = 20_000_000;
/// The most units that one claim may take.
pub const MAX_QUANTITY: u32 = 1000;
/// How many days a code may be used when the partner does not say.
pub const CLAIM_DAYS_DEFAULT: u16 = 30;
/// The longest that a code may be used, in days.
pub const CLAIM_DAYS_MAX: u16 = 730;

/// An offer as its partner writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct OfferDraft {
    /// The partner's own name for it, unique among its offers.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$"))]
    pub external_id: Option<String>,
    /// What is given.
    pub kind: Kind,
    /// Other kinds under which it should be found, too: a credit that also makes a device cheaper.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 3))]
    pub further_kinds: Vec<Kind>,
    /// The field that it helps in.
    pub area: Area,
    /// Its title, up to 120 characters.
    pub title: LocalText,
    /// One or two sentences for cards, up to 300 characters.
    #[serde(default)]
    pub summary: Option<LocalText>,
    /// All about it, up to 4,000 characters of plain text.
    #[serde(default)]
    pub description: Option<LocalText>,
    /// How to use it, step by step, up to 6 steps of up to 300 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 6))]
    pub how_to_use: Vec<LocalText>,
    /// For whom it is; at least one.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 3))]
    pub audience: Vec<Audience>,
    /// Where it is given; everywhere when empty.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 14))]
    pub regions: Vec<Region>,
    /// The terms of its kind.
    // Here the figures alone, since the kind stands above; in JSON it stands with them, too.
    #[serde(default, getter = "OfferDraft::terms_of_kind")]
    #[cfg_attr(feature = "openapi", schema(value_type = Terms))]
    pub terms: Map<String, Value>,
    /// How many units there are, in each period; null is without limit.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 20_000_000))]
    pub quota: Option<u32>,
    /// What the quota counts.
    pub unit: Unit,
    /// How often it can be claimed.
    pub period: Period,
    /// The most units that one claim may take; one for `code_pool`.
    #[serde(default = "one")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000, default = 1))]
    pub max_quantity: u32,
    /// How a claim is turned into the thing.
    pub fulfilment: Fulfilment,
    /// The page where that happens (`https`), needed for `link`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 500, pattern = "^https://"))]
    pub link: Option<String>,
    /// When it opens; at once when left out.
    #[serde(default)]
    pub starts_at: Option<DateTime<Utc>>,
    /// When it closes; never when left out.
    #[serde(default)]
    pub ends_at: Option<DateTime<Utc>>,
    /// How many days a code may be used.
    #[serde(default = "claim_days")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 730, default = 30))]
    pub claim_days: u16,
}

const fn one() -> u32 {
    1
}

const fn claim_days() -> u16 {
    CLAIM_DAYS_DEFAULT
}

/// Read from objects alone, as a request or the page has it: with its terms in the form in which they are kept.
impl<'de> Deserialize<'de> for OfferDraft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut draft = Self::deserialize(Object(deserializer))?;
        draft.terms = settled(draft.kind, draft.terms);
        Ok(draft)
    }
}

impl Serialize for OfferDraft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl OfferDraft {
    /// The terms with their kind, as they stand in JSON.
    pub fn terms_of_kind(&self) -> Map<String, Value> {
        let mut terms = self.terms.clone();
        terms.entry(KIND).or_insert_with(|| self.kind.as_str().into());
        terms
    }

    /// The terms, typed; nothing where they are not those of the kind.
    pub fn typed_terms(&self) -> Option<Terms> {
        Terms::read(self.kind, &self.terms, &mut Violations::default())
    }
}

impl Validate for OfferDraft {
    fn check(&self, v: &mut Violations) {
        if let Some(id) = &self.external_id {
            v.typed("/external_id", id, 1, 64);
            let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || "._:-".contains(c));
            v.require(plain, "/external_id", FieldCode::InvalidFormat);
        }
        v.set("/further_kinds", &self.further_kinds, 3);
        v.require(!self.further_kinds.contains(&self.kind), "/further_kinds", FieldCode::Duplicate);
        self.title.check("/title", 120, v);
        if let Some(summary) = &self.summary {
            summary.check("/summary", 300, v);
        }
        if let Some(description) = &self.description {
            description.check("/description", 4000, v);
        }
        v.range("/how_to_use", i64::try_from(self.how_to_use.len()).unwrap_or(i64::MAX), 0, 6);
        for (index, step) in self.how_to_use.iter().enumerate() {
            step.check(&format!("/how_to_use/{index}"), 300, v);
        }
        v.require(!self.audience.is_empty(), "/audience", FieldCode::Required);
        v.set("/audience", &self.audience, Audience::ALL.len());
        v.set("/regions", &self.regions, Region::ALL.len());
        if let Some(terms) = Terms::read(self.kind, &self.terms, v) {
            terms.check(v);
        }
        if let Some(quota) = self.quota {
            v.range("/quota", i64::from(quota), 1, i64::from(QUOTA_MAX));
        }
        // One unit is one code of a pool.
        let most = if self.fulfilment == Fulfilment::CodePool { 1 } else { MAX_QUANTITY };
        v.range("/max_quantity", i64::from(self.max_quantity), 1, i64::from(most));
        match &self.link {
            Some(link) => v.require(is_https(link), "/link", FieldCode::InvalidFormat),
            None => v.require(self.fulfilment != Fulfilment::Link, "/link", FieldCode::Required),
        }
        v.time("/starts_at", self.starts_at);
        v.time("/ends_at", self.ends_at);
        if let (Some(starts), Some(ends)) = (self.starts_at, self.ends_at) {
            v.require(starts < ends, "/ends_at", FieldCode::NotAfter);
        }
        v.range("/claim_days", i64::from(self.claim_days), 1, i64::from(CLAIM_DAYS_MAX));
    }
}
