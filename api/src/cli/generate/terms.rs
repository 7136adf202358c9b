//! What an offer gives, with the typed terms of its kind.

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    LocalText, Money,
    month::day_of,
    offer::{
        Area, Audience, Course, DeviceGrant, DiscountedDevice, DiscountedTariff, Event, InternetPackage, Kind,
        LongTermCredit, Region, Terms,
    },
};

use super::{
    draw::Draw,
    words::{COURSES, CREDITS, DEVICES, EVENTS, PACKAGES, PURPOSES, TARIFFS, Words, text, town},
};

/// What is given.
#[derive(Clone, Debug)]
pub struct Thing {
    pub area: Area,
    pub name: Words,
    /// Before the name, the same in all languages: `10 GB`.
    amount: Option<String>,
    pub terms: Terms,
}

impl Thing {
    /// A title that says for whom it is, and where if it is not for the whole country.
    pub fn title(&self, whom: Words, regions: &[Region]) -> LocalText {
        let amount = self.amount.as_deref().map(|a| format!("{a} ")).unwrap_or_default();
        let place: [_; 3] =
            regions.first().map(|region| town(*region).map(|town| format!(", {town}"))).unwrap_or_default();
        let [az, en, ru] =
            std::array::from_fn(|lang| format!("{amount}{} {}{}", self.name[lang], whom[lang], place[lang]));
        LocalText::new(az, en, ru)
    }
}

/// Something of a kind.
pub fn of(kind: Kind, until: DateTime<Utc>, audience: &[Audience], regions: &[Region], draw: &mut Draw) -> Thing {
    match kind {
        Kind::InternetPackage => package(draw),
        Kind::DiscountedTariff => tariff(draw),
        Kind::DeviceGrant => grant(draw),
        Kind::DiscountedDevice => device(draw),
        Kind::LongTermCredit => credit(audience, draw),
        Kind::Course => course(until, regions, draw),
        Kind::Event => event(until, regions, draw),
    }
}

/// So many manat.
fn manat(amount: u32) -> Money {
    Money::azn_minor(i64::from(amount) * 100)
}

/// An old price and a new one that is 10 to 60 % lower.
fn lowered(least: u32, most: u32, draw: &mut Draw) -> (Money, Money) {
    let old: u32 = draw.between(least, most);
    let percent: u32 = draw.between(40, 90);
    (manat(old), Money::azn_minor(i64::from(old) * i64::from(percent)))
}

fn package(draw: &mut Draw) -> Thing {
    let gigabytes: u32 = *draw.pick(&[3, 5, 10, 15, 20, 30, 50, 100]);
    let terms = InternetPackage {
        data_mb: Some(gigabytes * 1000),
        speed_mbps: draw.chance(50).then(|| *draw.pick(&[10, 25, 50, 100])),
        months: draw.chance(60).then(|| draw.between(1, 12)),
        price: Some(if draw.chance(60) { manat(0) } else { manat(draw.between(1, 15)) }),
    };
    Thing {
        area: Area::Connectivity,
        name: *draw.pick(PACKAGES),
        amount: Some(format!("{gigabytes} GB")),
        terms: Terms::InternetPackage(terms),
    }
}

fn tariff(draw: &mut Draw) -> Thing {
    let (old, new) = lowered(10, 60, draw);
    let terms = DiscountedTariff {
        old_price: Some(old),
        new_price: Some(new),
        data_mb: draw.chance(40).then(|| draw.between(5000, 200_000)),
        speed_mbps: draw.chance(70).then(|| *draw.pick(&[30, 50, 100, 200, 500])),
        months: Some(*draw.pick(&[6, 12, 24])),
    };
    Thing { area: Area::Connectivity, name: *draw.pick(TARIFFS), amount: None, terms: Terms::DiscountedTariff(terms) }
}

fn grant(draw: &mut Draw) -> Thing {
    let name = *draw.pick(DEVICES);
    let terms =
        DeviceGrant { device: Some(text(name)), purpose: Some(text(*draw.pick(PURPOSES))), price: Some(manat(0)) };
    Thing { area: Area::Devices, name, amount: None, terms: Terms::DeviceGrant(terms) }
}

fn device(draw: &mut Draw) -> Thing {
    let name = *draw.pick(DEVICES);
    let (old, new) = lowered(80, 3000, draw);
    let terms = DiscountedDevice {
        device: Some(text(name)),
        old_price: Some(old),
        new_price: Some(new),
        guarantee_months: Some(*draw.pick(&[12, 24, 36])),
    };
    Thing { area: Area::Devices, name, amount: None, terms: Terms::DiscountedDevice(terms) }
}

fn credit(audience: &[Audience], draw: &mut Draw) -> Thing {
    let least: u32 = draw.between(2, 10);
    let terms = LongTermCredit {
        amount_min: Some(manat(least * 100)),
        amount_max: Some(manat(least * 100 + draw.between::<u32>(1, 150) * 100)),
        months: Some(*draw.pick(&[12, 24, 36, 48, 60])),
        yearly_rate_bp: Some(if audience == [Audience::Educator] { 0 } else { draw.between::<u32>(4, 40) * 25 }),
    };
    Thing { area: Area::Finance, name: *draw.pick(CREDITS), amount: None, terms: Terms::LongTermCredit(terms) }
}

fn course(until: DateTime<Utc>, regions: &[Region], draw: &mut Draw) -> Thing {
    let (area, name) = *draw.pick(COURSES);
    let starts = until + TimeDelta::days(draw.between(5, 120));
    let ends = starts + TimeDelta::days(draw.between(10, 120));
    let terms = Course {
        hours: Some(*draw.pick(&[16, 24, 36, 48, 72, 120])),
        starts_on: Some(day_of(starts)),
        ends_on: Some(day_of(ends)),
        place: regions.first().map(|region| text(town(*region))),
        price: Some(if draw.chance(50) { manat(0) } else { manat(draw.between(10, 200)) }),
    };
    Thing { area, name, amount: None, terms: Terms::Course(terms) }
}

fn event(until: DateTime<Utc>, regions: &[Region], draw: &mut Draw) -> Thing {
    let (area, name) = *draw.pick(EVENTS);
    // In the evening, seven o'clock in Baku.
    let begins = until + TimeDelta::days(draw.between(5, 150)) + TimeDelta::hours(19);
    let terms = Event {
        begins_at: Some(begins),
        place: Some(text(town(regions.first().copied().unwrap_or(Region::Baku)))),
        price: Some(if draw.chance(40) { manat(0) } else { manat(draw.between(2, 40)) }),
    };
    Thing { area, name, amount: None, terms: Terms::Event(terms) }
}
