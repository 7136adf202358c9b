//! Building offers: `Offer::monthly().quota(3).publish(&market)`. They are `azercell`'s unless said otherwise.

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Map, Value, json};
use shared::{
    LocalText,
    offer::{Area, Audience, Fulfilment, Kind, OfferDraft, OfferState, PartnerOffer, Period, Unit},
};

use crate::{Answer, Caller, Market, people::unique};

/// An offer that is being written.
#[derive(Clone, Debug)]
pub struct Offer(pub OfferDraft);

impl Offer {
    /// A package of internet for educators and learners, without limit, to be claimed once.
    pub fn once() -> Self {
        let title = unique("Internet paketi");
        let terms = json!({"data_mb": 10_000, "months": 1, "price": {"amount_minor": 0, "currency": "AZN"}});
        let Value::Object(terms) = terms else { unreachable!("an object") };
        Self(OfferDraft {
            external_id: None,
            kind: Kind::InternetPackage,
            further_kinds: Vec::new(),
            area: Area::Connectivity,
            title: LocalText::new(&title, &title, &title),
            summary: Some(LocalText::new("Qısaca", "In short", "Коротко")),
            description: None,
            how_to_use: vec![LocalText::new("Kodu göstərin", "Show the code", "Покажите код")],
            audience: vec![Audience::Educator, Audience::Learner],
            regions: Vec::new(),
            terms,
            quota: None,
            unit: Unit::Package,
            period: Period::Once,
            max_quantity: 1,
            fulfilment: Fulfilment::GeneratedCode,
            link: None,
            starts_at: None,
            ends_at: None,
            claim_days: 30,
        })
    }

    /// The same, to be claimed every month.
    pub fn monthly() -> Self {
        Self::once().with(|o| o.period = Period::Monthly)
    }

    /// Changes what it says.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut OfferDraft)) -> Self {
        change(&mut self.0);
        self
    }

    /// So many units in each period.
    #[must_use]
    pub fn quota(self, units: u32) -> Self {
        self.with(|o| o.quota = Some(units))
    }

    /// For these people.
    #[must_use]
    pub fn audience(self, audience: &[Audience]) -> Self {
        self.with(|o| o.audience = audience.to_vec())
    }

    /// With this title in Azerbaijani.
    #[must_use]
    pub fn title(self, az: &str) -> Self {
        self.with(|o| az.clone_into(&mut o.title.az))
    }

    /// Opens then.
    #[must_use]
    pub fn starts_at(self, at: DateTime<Utc>) -> Self {
        self.with(|o| o.starts_at = Some(at))
    }

    /// As JSON, to be broken by tests.
    pub fn json(&self) -> Map<String, Value> {
        match serde_json::to_value(&self.0) {
            Ok(Value::Object(map)) => map,
            other => unreachable!("an object, not {other:?}"),
        }
    }

    /// Writes it down as a draft.
    pub async fn draft(&self, market: &Market) -> PartnerOffer {
        self.draft_at(market, "azercell").await
    }

    /// Writes it down as a draft of a partner.
    pub async fn draft_at(&self, market: &Market, slug: &str) -> PartnerOffer {
        market.admin().await.send(&format!("/partners/{slug}/offers"), &self.0).await.created()
    }

    /// Brings it into a state, as partner and ministry would.
    pub async fn in_state(&self, market: &Market, state: OfferState) -> PartnerOffer {
        self.in_state_at(market, "azercell", state).await
    }

    /// Brings an offer of a partner into a state.
    pub async fn in_state_at(&self, market: &Market, slug: &str, state: OfferState) -> PartnerOffer {
        let offer = if state == OfferState::Scheduled {
            self.clone().starts_at(Utc::now() + chrono::TimeDelta::days(3)).draft_at(market, slug).await
        } else {
            self.draft_at(market, slug).await
        };
        let way: &[&str] = match state {
            OfferState::Draft => &[],
            OfferState::InReview => &["submit"],
            OfferState::Rejected => &["submit", "reject"],
            OfferState::Scheduled | OfferState::Published => &["submit", "approve"],
            OfferState::Announced => &["submit", "announce"],
            OfferState::Paused => &["submit", "approve", "pause"],
            OfferState::Ended => &["submit", "approve", "end"],
        };
        let admin = market.admin().await;
        let mut now = offer;
        for action in way {
            now = act(&admin, &now, action).await.ok();
        }
        assert_eq!(now.state, state);
        now
    }

    /// Publishes it as an offer of a partner.
    pub async fn publish_at(&self, market: &Market, slug: &str) -> PartnerOffer {
        self.in_state_at(market, slug, OfferState::Published).await
    }

    /// Publishes it.
    pub async fn publish(&self, market: &Market) -> PartnerOffer {
        self.in_state(market, OfferState::Published).await
    }
}

/// Takes an action on an offer, whoever's it is to take.
pub async fn act(admin: &Caller, offer: &PartnerOffer, action: &str) -> Answer {
    let (id, slug) = (offer.id, &offer.partner.slug);
    match action {
        "approve" | "announce" | "open" => admin.post(&format!("/admin/offers/{id}/{action}")).await,
        "reject" => admin.send(&format!("/admin/offers/{id}/reject"), &json!({"reason": "Şərtlər aydın deyil."})).await,
        "edit" => edit(admin, offer, &json!({"claim_days": 31})).await,
        "delete" => admin.delete(&format!("/partners/{slug}/offers/{id}")).header("if-match", tag(offer)).await,
        _ => admin.post(&format!("/partners/{slug}/offers/{id}/{action}")).await,
    }
}

/// Changes an offer from the version that the test has.
pub async fn edit(admin: &Caller, offer: &PartnerOffer, patch: &Value) -> Answer {
    admin
        .ask(&Method::PATCH, &format!("/partners/{}/offers/{}", offer.partner.slug, offer.id))
        .header("content-type", "application/merge-patch+json")
        .header("if-match", tag(offer))
        .body(patch.to_string())
        .await
}

/// Whether a tag is of this version; after it stands a hash of the whole body.
pub fn is_of_version(tag: &str, version: u32) -> bool {
    tag.strip_prefix(&format!("\"v{version}.")).is_some_and(|rest| rest.len() > 10 && rest.ends_with('"'))
}

/// A tag for the version that the test has, to be sent with a change.
pub fn tag(offer: &PartnerOffer) -> String {
    format!("\"v{}\"", offer.version)
}
