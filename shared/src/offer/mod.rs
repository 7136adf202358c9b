//! Offers: what partners give, to whom, and under which terms.

mod draft;
mod names;
mod state;
mod terms;
mod view;

pub use draft::{CLAIM_DAYS_DEFAULT, CLAIM_DAYS_MAX, MAX_QUANTITY, OfferDraft, QUOTA_MAX};
pub use names::{Area, Audience, Fulfilment, Kind, Period, Region, Unit};
pub use state::{Action, OfferState};
pub use terms::{
    Course, DeviceGrant, DiscountedDevice, DiscountedTariff, Event, InternetPackage, LongTermCredit, Terms,
};
pub use view::{
    FacetCount, Facets, OfferCard, OfferList, OfferView, PartnerOffer, PartnerRef, PendingEdit, Reject, Sort,
};
