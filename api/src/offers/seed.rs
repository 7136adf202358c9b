//! The programmes that the ministry announced with its partners, as the first offers. What the announcement leaves open
//! stays open: a figure that is not there is shown as not yet published.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::{
    LocalText, Money, PartnerId,
    offer::{Area, Audience, Fulfilment, Kind, OfferDraft, OfferState, Period, Unit},
    partner::PartnerState,
};
use uuid::Uuid;

use super::{life::moved, store};
use crate::store::{Store, clock::to_ms, entities::partners, starting};
use crate::{error::Result, store::Transaction};

/// The announcement, as facts.
const PROGRAMMES: &str = include_str!("../../data/programmes.json");

#[derive(Debug, Deserialize)]
struct Announcement {
    programmes: Vec<Programme>,
}

#[derive(Debug, Deserialize)]
struct Programme {
    partner: String,
    kind: OneOrMore,
    audience: Vec<Audience>,
    quota: Option<u32>,
    unit: Unit,
    period: Option<Period>,
    state: Standing,
    price: Option<Price>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(Kind),
    More(Vec<Kind>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Running,
    Announced,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Price {
    Free,
}

/// Adds the programmes that are not there yet; answers how many it added. Safe to repeat.
pub async fn seed(db: &Store, now: DateTime<Utc>) -> anyhow::Result<usize> {
    let announcement: Announcement = serde_json::from_str(PROGRAMMES)?;
    Ok(db.transaction(async |tx| add(tx, &announcement, now).await).await?)
}

async fn add(tx: &Transaction, announcement: &Announcement, now: DateTime<Utc>) -> Result<usize> {
    starting::lock(tx).await?;
    let mut added = 0;
    for (index, programme) in (0..).zip(&announcement.programmes) {
        // The first of the list is the newest, so that the list keeps the announcement's order.
        let at = now - TimeDelta::seconds(index);
        let partner = partner(tx, &programme.partner, at).await?;
        let draft = programme.draft();
        if store::find_external(tx, partner, draft.external_id.as_deref().unwrap_or_default()).await?.is_some() {
            continue;
        }
        let offer = store::insert(tx, partner, &draft, None, to_ms(at)).await?;
        let state = match programme.state {
            Standing::Running => OfferState::Published,
            Standing::Announced => OfferState::Announced,
        };
        store::archive(tx, [offer.id]).await?;
        store::update(tx, &offer, moved(&offer, state, at)).await?;
        added += 1;
    }
    Ok(added)
}

async fn partner(tx: &impl ConnectionTrait, name: &str, now: DateTime<Utc>) -> Result<PartnerId> {
    let slug = name.to_lowercase();
    let known = partners::Entity::find().filter(partners::Column::Slug.eq(&slug)).one(tx).await?;
    if let Some(known) = known {
        return Ok(PartnerId(known.id));
    }
    let id = Uuid::now_v7();
    let new = partners::ActiveModel {
        id: Set(id),
        slug: Set(slug),
        name: Set(name.to_owned()),
        about: Set(None),
        website: Set(None),
        created_at: Set(to_ms(now)),
        state: Set(PartnerState::Active.as_str().to_owned()),
        sandbox_of: Set(None),
    };
    partners::Entity::insert(new).exec_without_returning(tx).await?;
    Ok(PartnerId(id))
}

impl Programme {
    fn draft(&self) -> OfferDraft {
        let (kind, further_kinds) = match &self.kind {
            OneOrMore::One(kind) => (*kind, Vec::new()),
            OneOrMore::More(kinds) => match kinds.split_first() {
                Some((first, rest)) => (*first, rest.to_vec()),
                None => (Kind::DiscountedDevice, Vec::new()),
            },
        };
        let words = words(kind);
        OfferDraft {
            external_id: Some(format!("programme-{}", kind.as_str())),
            kind,
            further_kinds,
            area: words.area,
            title: words.title,
            summary: Some(words.summary),
            description: None,
            how_to_use: steps(),
            audience: self.audience.clone(),
            regions: Vec::new(),
            terms: self.terms(kind),
            quota: self.quota,
            unit: self.unit,
            period: self.period.unwrap_or(Period::Once),
            max_quantity: 1,
            fulfilment: Fulfilment::GeneratedCode,
            link: None,
            starts_at: None,
            ends_at: None,
            claim_days: shared::offer::CLAIM_DAYS_DEFAULT,
        }
    }

    /// What the announcement says: that something is free, and what computers are for. No figure is made up.
    fn terms(&self, kind: Kind) -> Map<String, Value> {
        let mut terms = Map::new();
        if matches!(self.price, Some(Price::Free)) {
            terms.insert("price".to_owned(), json!(Money::azn_minor(0)));
        }
        if kind == Kind::DeviceGrant {
            let device = LocalText::new("Kompüter", "Computer", "Компьютер");
            let purpose = LocalText::new(
                "Təhsil müəssisələrində internet-kompüter mərkəzləri",
                "Internet computer centres in educational institutions",
                "Интернет-компьютерные центры в образовательных учреждениях",
            );
            terms.extend([("device".to_owned(), json!(device)), ("purpose".to_owned(), json!(purpose))]);
        }
        terms
    }
}

/// How a kind of programme is called.
struct Words {
    area: Area,
    title: LocalText,
    summary: LocalText,
}

fn words(kind: Kind) -> Words {
    let (area, title, summary) = match kind {
        Kind::InternetPackage => (
            Area::Connectivity,
            LocalText::new(
                "Müəllimlər üçün pulsuz internet paketi",
                "Free internet package for teachers",
                "Бесплатный интернет-пакет для учителей",
            ),
            LocalText::new(
                "Hər ay bir pulsuz paket. Paketlərin sayı məhduddur və hər ayın 1-də yenilənir.",
                "One free package each month. Their number is limited and renewed on the 1st of each month.",
                "Один бесплатный пакет в месяц. Количество ограничено и обновляется 1-го числа.",
            ),
        ),
        Kind::DeviceGrant => (
            Area::Devices,
            LocalText::new(
                "Məktəblərin internet mərkəzləri üçün kompüterlər",
                "Computers for internet centres in schools",
                "Компьютеры для интернет-центров в школах",
            ),
            LocalText::new(
                "Təhsil müəssisələrində internet-kompüter mərkəzləri qurmaq üçün pulsuz kompüterlər.",
                "Free computers to set up internet computer centres in educational institutions.",
                "Бесплатные компьютеры для создания интернет-центров в образовательных учреждениях.",
            ),
        ),
        Kind::DiscountedTariff => (
            Area::Connectivity,
            LocalText::new(
                "Müəllimlər üçün endirimli tarif",
                "Discounted tariff for teachers",
                "Тариф со скидкой для учителей",
            ),
            LocalText::new(
                "Müəllimlər üçün endirimli qoşulma. Qiymət hələ açıqlanmayıb.",
                "A connection at a lower price for teachers. The price is not published yet.",
                "Подключение со скидкой для учителей. Цена ещё не объявлена.",
            ),
        ),
        _ => (
            Area::Finance,
            LocalText::new(
                "Uzunmüddətli kredit və endirimli qurğular",
                "Long-term credit and discounted devices",
                "Долгосрочный кредит и устройства со скидкой",
            ),
            LocalText::new(
                "Şagird, tələbə və müəllimlər üçün tezliklə. Şərtlər hələ açıqlanmayıb.",
                "Coming soon for learners and teachers. The terms are not published yet.",
                "Скоро для учащихся и учителей. Условия ещё не объявлены.",
            ),
        ),
    };
    Words { area, title, summary }
}

fn steps() -> Vec<LocalText> {
    vec![
        LocalText::new(
            "Burada götürün və kodunuzu alın.",
            "Claim it here and get your code.",
            "Получите его здесь вместе с кодом.",
        ),
        LocalText::new(
            "Kodu tərəfdaşın satış nöqtəsində göstərin və ya deyin.",
            "Show the code, or read it out, at the partner's point of sale.",
            "Покажите или назовите код в точке продаж партнёра.",
        ),
        LocalText::new(
            "Tərəfdaş kodu yoxlayır və təklifi aktivləşdirir.",
            "The partner checks the code and activates the offer.",
            "Партнёр проверит код и активирует предложение.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Validate;

    #[test]
    fn the_nine_programmes_are_valid_offers_and_invent_nothing() {
        let announcement: Announcement = serde_json::from_str(PROGRAMMES).unwrap();
        assert_eq!(announcement.programmes.len(), 9);
        for programme in &announcement.programmes {
            let draft = programme.draft();
            assert_eq!(draft.violations().into_vec(), [], "{}", programme.partner);
            assert_eq!(draft.quota, programme.quota);
            assert_eq!(draft.terms.contains_key("price"), programme.price.is_some());
            assert!(["old_price", "new_price", "data_mb", "months"].iter().all(|t| !draft.terms.contains_key(*t)));
        }
    }
}
