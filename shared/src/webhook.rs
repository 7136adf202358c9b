//! Webhooks: what a partner's programs are told.

use crate::names::names;

names! {
    /// What happened.
    EventKind {
        /// Somebody claimed an offer.
        ClaimCreated = "claim.created",
        /// A claimant gave a claim back.
        ClaimCancelled = "claim.cancelled",
        /// A claim was not used in time.
        ClaimExpired = "claim.expired",
        /// A till holds a claim.
        RedemptionHeld = "redemption.held",
        /// A hold was released, or ran out.
        RedemptionReleased = "redemption.released",
        /// A claim was redeemed, whole or in part.
        RedemptionConfirmed = "redemption.confirmed",
        /// A redemption was undone.
        RedemptionUndone = "redemption.undone",
        /// Half, nine tenths or all of an offer's quota is claimed.
        QuotaWarning = "quota.warning",
        /// Half, a tenth or none of an offer's own codes are left.
        CodesLow = "codes.low",
        /// An upload has been worked through, or stopped.
        ImportFinished = "import.finished",
        /// The ministry approved or refused an offer, or an edit of one.
        OfferReviewed = "offer.reviewed",
        /// Sent by the test button.
        Test = "test",
    }
}
