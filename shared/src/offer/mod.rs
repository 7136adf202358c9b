//! Offers: what partners give, to whom, and under which terms.

mod changes;
mod draft;
mod manage;
mod names;
mod state;
mod terms;
mod view;

pub use changes::{Change, changes};
pub use draft::{CLAIM_DAYS_DEFAULT, CLAIM_DAYS_MAX, MAX_QUANTITY, OfferDraft, QUOTA_MAX};
pub use manage::{
    Author, AuthorKind, BULK_MAX, BulkAction, BulkOutcome, BulkRequest, BulkResult, ManageSort, ManagedFacets,
    ManagedOffers, OfferIds, OfferVersion, OfferVersionView, ReviewOffer,
};
pub use names::{Area, Audience, Fulfilment, Kind, Period, Region, Unit};
pub use state::{Action, OfferState};
pub use terms::{
    Course, DeviceGrant, DiscountedDevice, DiscountedTariff, Event, InternetPackage, LongTermCredit, Terms,
};
pub use view::{
    FacetCount, Facets, OfferCard, OfferList, OfferView, PartnerOffer, PartnerRef, PendingEdit, Reject, Sort,
};
