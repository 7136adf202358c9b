//! Pools of partners' own codes.

mod alerts;
mod claim;
mod files;
mod fill;

use shared::{
    OfferId,
    offer::{Fulfilment, OfferState, PartnerOffer},
    pool::CodesAdded,
};
use tests::{Caller, Market, Offer, Partner};

/// An offer that hands out codes of the partner's own.
pub fn pool() -> Offer {
    Offer::once().with(|o| o.fulfilment = Fulfilment::CodePool)
}

/// One of a partner, that can be claimed.
async fn published(market: &Market, partner: &Partner, offer: &Offer) -> PartnerOffer {
    offer.in_state_at(market, &partner.slug, OfferState::Published).await
}

/// Where an offer's codes are.
fn path(partner: &Partner, offer: OfferId) -> String {
    partner.path(&format!("/offers/{offer}/codes"))
}

/// Uploads a text.
fn upload(caller: &Caller, path: &str, text: &str) -> tests::client::Ask {
    caller.post(path).header("content-type", "text/plain").body(text.to_owned())
}

/// Uploads codes that nobody has, with this beginning.
async fn fill(partner: &Partner, offer: OfferId, prefix: &str, count: usize) -> Vec<String> {
    let codes: Vec<String> = (0..count).map(|n| format!("{prefix}-{n:05}")).collect();
    let added: CodesAdded = upload(&partner.editor, &path(partner, offer), &codes.join("\n")).await.ok();
    assert_eq!((added.added as usize, added.refused), (count, 0));
    codes
}
