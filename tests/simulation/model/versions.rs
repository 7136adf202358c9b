//! The versions of offers: which were acknowledged and when, and for how long each may have been the live one.

use std::collections::BTreeMap;

use shared::offer::{OfferDraft, OfferState, OfferVersionView, PartnerOffer, Period};

use super::{Span, quotas::Term};

/// The versions of one offer.
#[derive(Debug, Default)]
pub struct Versions {
    /// Those that somebody was told of.
    acknowledged: BTreeMap<u32, (Span, OfferDraft, OfferState)>,
    /// As the API says they are.
    read: BTreeMap<u32, (OfferDraft, OfferState)>,
}

impl Versions {
    /// Writes down a version that was acknowledged; says what is wrong with it, if anything. A change to what is there
    /// already is answered with the version that is there: it was made between the first request and the first answer.
    pub fn acknowledge(&mut self, offer: &PartnerOffer, span: Span) -> Option<String> {
        let said = || (span, offer.offer.clone(), offer.state);
        let (known, draft, state) = self.acknowledged.entry(offer.version).or_insert_with(said);
        known.sent = known.sent.min(span.sent);
        known.answered = known.answered.min(span.answered);
        (*draft != offer.offer || *state != offer.state)
            .then(|| format!("version {} of {} was acknowledged twice, as two texts", offer.version, offer.id))
    }

    /// The versions to be read: those that were not yet, and the one that was the present one when they were last read.
    pub fn unread(&self, present: u32) -> std::ops::RangeInclusive<u32> {
        let last = self.read.keys().next_back().copied();
        let from = if last == Some(present) { present + 1 } else { last.unwrap_or(1) };
        from..=present
    }

    /// Writes down a version as the API says that it is; says what is wrong with it, if anything.
    pub fn read(&mut self, version: u32, view: &OfferVersionView) -> Option<String> {
        self.read.insert(version, (view.offer.clone(), view.line.state));
        let (_, draft, state) = self.acknowledged.get(&version)?;
        let same = *draft == view.offer && *state == view.line.state;
        (!same).then(|| format!("version {version} is {view:?}, and was acknowledged as {state:?}: {draft:?}"))
    }

    /// The last version that was acknowledged.
    pub fn last(&self) -> u32 {
        self.acknowledged.keys().next_back().copied().unwrap_or_default()
    }

    /// For how long each version may have been live: from when the last acknowledged one before it was sent, until the
    /// first acknowledged one after it was answered. Its own answer does not say since when it is there: whoever made it
    /// may have got none, and somebody else was told that nothing differs.
    pub fn terms(&self) -> Vec<Term> {
        let term = |(version, (draft, state)): (&u32, &(OfferDraft, OfferState))| Term {
            from: self.acknowledged.range(..version).next_back().map_or(0, |(_, (span, ..))| span.sent),
            until: self
                .acknowledged
                .range(version + 1..)
                .map(|(_, (span, ..))| span.answered)
                .min()
                .unwrap_or(u64::MAX),
            is_open: *state == OfferState::Published,
            is_monthly: draft.period == Period::Monthly,
            quota: draft.quota,
        };
        self.read.iter().map(term).collect()
    }
}
