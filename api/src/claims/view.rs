//! Claims as they are shown: the code, its QR code, and what was claimed.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, Utc};
use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::value::RawValue;
use shared::{Code, OfferId, claim::ClaimState, code::ClaimCode, month::Month, offer::PartnerRef};

use crate::{
    error::{Error, Result},
    offers::{self, catalogue::Changed},
    store::{clock::from_ms, entities::claims},
};

/// What was claimed, ready to be put into answers.
#[derive(Debug)]
pub struct Shown {
    /// A `ClaimedOffer` as JSON.
    pub json: Box<RawValue>,
    pub period: shared::offer::Period,
}

/// Remembers what offers look like on claims, since a morning's crowd wants the same, until they change.
#[derive(Debug)]
pub struct ShownOffers {
    offers: moka::sync::Cache<OfferId, Arc<Shown>>,
    /// How often something was forgotten.
    forgotten: AtomicU64,
}

/// Offers that are remembered, at most.
const REMEMBERED: u64 = 2000;

impl Default for ShownOffers {
    fn default() -> Self {
        Self { offers: moka::sync::Cache::new(REMEMBERED), forgotten: AtomicU64::new(0) }
    }
}

impl ShownOffers {
    /// Forgets offers that have changed.
    pub fn forget(&self, changed: &Changed) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        match changed {
            Changed::Some(offers) => offers.iter().for_each(|id| self.offers.invalidate(id)),
            Changed::All => self.offers.invalidate_all(),
        }
    }

    /// An offer that everybody may see, as it looks on claims.
    pub async fn find(&self, db: &impl ConnectionTrait, id: OfferId) -> Result<Arc<Shown>> {
        if let Some(shown) = self.offers.get(&id) {
            return Ok(shown);
        }
        let before = self.forgotten.load(Ordering::SeqCst);
        let (offer, partner) = offers::store::public_find(db, id).await?.ok_or(Code::NotFound)?;
        let shown = self.keep(&offer, partner)?;
        // It may have changed after it was read, and been forgotten before it was remembered.
        if self.forgotten.load(Ordering::SeqCst) != before {
            self.offers.invalidate(&id);
        }
        Ok(shown)
    }

    fn keep(&self, offer: &crate::store::entities::offers::Model, partner: PartnerRef) -> Result<Arc<Shown>> {
        let period = offers::draft_of(offer)?.period;
        let claimed = offers::claimed_offer(offer, partner)?;
        let json = serde_json::value::to_raw_value(&claimed).map_err(Error::internal)?;
        let shown = Arc::new(Shown { json, period });
        self.offers.insert(claimed.id, shown.clone());
        Ok(shown)
    }
}

/// A `ClaimView` on its way out; it borrows what is ready.
#[derive(Debug, Serialize)]
pub struct ClaimJson<'a> {
    id: uuid::Uuid,
    offer: &'a RawValue,
    state: ClaimState,
    quantity: i32,
    redeemed: i32,
    code: String,
    qr: String,
    partner_code: Option<&'a str>,
    period: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    redeemed_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
}

/// A claim as its claimant sees it. One whose time is over is expired, whether or not the row says so yet.
pub fn claim<'a>(claim: &'a claims::Model, offer: &'a RawValue, now: DateTime<Utc>) -> Result<ClaimJson<'a>> {
    let stored = ClaimState::from_name(&claim.state).ok_or_else(|| Error::internal("unknown claim state"))?;
    let over = from_ms(claim.expires_at) <= now;
    let state = if stored == ClaimState::Active && over { ClaimState::Expired } else { stored };
    let code: ClaimCode = claim.code.parse().map_err(|_| Error::internal("a claim with a broken code"))?;
    let ended = claim.ended_at.map(from_ms);
    Ok(ClaimJson {
        id: claim.id,
        offer,
        state,
        quantity: claim.quantity,
        redeemed: claim.redeemed,
        qr: qr(&code)?,
        code: code.to_string(),
        partner_code: claim.partner_code.as_deref().filter(|_| state.counts()),
        period: (claim.period != 0).then(|| format!("{:04}-{:02}", claim.period / 100, claim.period % 100)),
        created_at: from_ms(claim.created_at),
        expires_at: Some(from_ms(claim.expires_at)),
        redeemed_at: claim.redeemed_at.map(from_ms),
        cancelled_at: ended.filter(|_| state == ClaimState::Cancelled),
    })
}

/// When an offer of a period can be claimed again after it was claimed at `now`.
pub fn next_available(period: shared::offer::Period, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (period == shared::offer::Period::Monthly).then(|| Month::of(now).ends_at())
}

/// The code as a QR code (ISO/IEC 18004), an SVG of one path. Twelve letters and digits fit version 1 with level M. The
/// mask is fixed: weighing all eight costs more than everything else that a claim costs, and readers read any.
fn qr(code: &ClaimCode) -> Result<String> {
    let signs = [QrSegment::make_alphanumeric(code.as_str())];
    let (version, mask) = (Version::new(1), Some(Mask::new(3)));
    let matrix = QrCode::encode_segments_advanced(&signs, QrCodeEcc::Medium, version, version, mask, false)
        .map_err(Error::internal)?;
    let mut path = String::with_capacity(1200);
    for y in 0..SIDE {
        let (mut x, mut end) = (0, None);
        while x < SIDE {
            let start = x;
            while x < SIDE && matrix.get_module(x, y) {
                x += 1;
            }
            if x > start {
                // One line for each run of dark modules, through the middle of its row: the first of a row where it lies,
                // the others from the end of the one before, which is shorter.
                if let Some(end) = end {
                    path.push('m');
                    push(&mut path, start - end);
                    path.push_str(" 0h");
                } else {
                    path.push('M');
                    push(&mut path, start + QUIET);
                    path.push(' ');
                    push(&mut path, y + QUIET);
                    path.push_str(".5h");
                }
                push(&mut path, x - start);
                end = Some(x);
            }
            x += 1;
        }
    }
    Ok([SVG_HEAD, &path, "\"/></svg>"].concat())
}

/// Modules of a side of version 1, and of the light zone around it that readers need.
const SIDE: i32 = 21;
const QUIET: i32 = 4;
const SVG_HEAD: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\" shape-rendering=\"crispEdges\">\
    <path fill=\"#fff\" d=\"M0 0h29v29H0z\"/><path stroke=\"#000\" d=\"";

/// Writes a number below a hundred: the general way of writing numbers was the most of what a QR code cost.
fn push(path: &mut String, number: i32) {
    let digit = |n: i32| char::from(b'0' + u8::try_from(n % 10).unwrap_or_default());
    if number >= 10 {
        path.push(digit(number / 10));
    }
    path.push(digit(number));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_qr_code_is_of_version_one_with_its_quiet_zone() {
        let svg = qr(&ClaimCode::from_random(7)).unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        // The finder patterns in the upper corners: seven dark modules, after four light ones.
        assert!(svg.contains("M4 4.5h7m") && svg.contains("0h7M4 5.5h1m5 0h1m"));
        assert!(svg.len() < 1400, "{} bytes with every claim", svg.len());
    }
}
