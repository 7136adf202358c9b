//! The terms of each kind as rows of a table. What has not been published says so; nothing is made up.

use serde_json::{Map, Value};
use shared::{
    Lang, LocalText, Money, Violations,
    offer::{
        Course, DeviceGrant, DiscountedDevice, DiscountedTariff, Event, InternetPackage, Kind, LongTermCredit, Terms,
    },
};

use crate::{
    format::{data, day, moment, money, number, rate},
    language::say,
};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is.
    pub label: String,
    /// Its value; nothing while it is not published.
    pub value: Option<String>,
    /// What a visitor looks for first.
    pub strong: bool,
    /// What no longer holds.
    pub old: bool,
}

fn term(label: String, value: Option<String>) -> Term {
    Term { label, value, strong: false, old: false }
}

fn strong(label: String, value: Option<String>) -> Term {
    Term { strong: true, ..term(label, value) }
}

fn old(label: String, value: Option<String>) -> Term {
    Term { old: value.is_some(), ..term(label, value) }
}

/// The rows for an offer's terms. What cannot be read counts as not published.
pub fn rows(kind: Kind, json: &Map<String, Value>, lang: Lang) -> Vec<Term> {
    let read = |json: &Map<String, Value>| Terms::read(kind, json, &mut Violations::default());
    match read(json).or_else(|| read(&Map::new())) {
        Some(Terms::InternetPackage(terms)) => internet_package(&terms, lang),
        Some(Terms::DiscountedTariff(terms)) => discounted_tariff(&terms, lang),
        Some(Terms::DeviceGrant(terms)) => device_grant(&terms, lang),
        Some(Terms::DiscountedDevice(terms)) => discounted_device(&terms, lang),
        Some(Terms::LongTermCredit(terms)) => long_term_credit(&terms, lang),
        Some(Terms::Course(terms)) => course(&terms, lang),
        Some(Terms::Event(terms)) => event(&terms, lang),
        None => Vec::new(),
    }
}

fn cost(amount: Option<Money>, lang: Lang) -> Option<String> {
    amount.map(|m| money(m, lang))
}

fn text(text: Option<&LocalText>, lang: Lang) -> Option<String> {
    text.map(|t| t.get(lang).to_owned())
}

fn months(n: Option<u16>, lang: Lang) -> Option<String> {
    n.map(|n| say!(terms.n_months, n = number(n.into(), lang)))
}

fn speed(mbps: Option<u32>, lang: Lang) -> Option<Term> {
    mbps.map(|n| term(say!(terms.speed), Some(say!(terms.mbps, n = number(n.into(), lang)))))
}

fn saving(old: Option<Money>, new: Option<Money>, lang: Lang) -> Option<Term> {
    let saved = old?.amount_minor - new?.amount_minor;
    (saved > 0).then(|| term(say!(terms.saving), Some(money(Money::azn_minor(saved), lang))))
}

fn internet_package(t: &InternetPackage, lang: Lang) -> Vec<Term> {
    let mut rows = vec![
        strong(say!(terms.price), cost(t.price, lang)),
        strong(say!(terms.data), t.data_mb.map(|mb| data(mb, lang))),
    ];
    rows.extend(speed(t.speed_mbps, lang));
    rows.extend(t.months.map(|n| term(say!(terms.months), months(Some(n), lang))));
    rows
}

fn discounted_tariff(t: &DiscountedTariff, lang: Lang) -> Vec<Term> {
    let mut rows = vec![
        old(say!(terms.old_price_month), cost(t.old_price, lang)),
        strong(say!(terms.new_price_month), cost(t.new_price, lang)),
    ];
    rows.extend(saving(t.old_price, t.new_price, lang));
    rows.extend(t.data_mb.map(|mb| term(say!(terms.data), Some(data(mb, lang)))));
    rows.extend(speed(t.speed_mbps, lang));
    rows.extend(t.months.map(|n| term(say!(terms.months), months(Some(n), lang))));
    rows
}

fn device_grant(t: &DeviceGrant, lang: Lang) -> Vec<Term> {
    let mut rows =
        vec![strong(say!(terms.price), cost(t.price, lang)), term(say!(terms.device), text(t.device.as_ref(), lang))];
    rows.extend(t.purpose.as_ref().map(|p| term(say!(terms.purpose), text(Some(p), lang))));
    rows
}

fn discounted_device(t: &DiscountedDevice, lang: Lang) -> Vec<Term> {
    let mut rows = vec![
        term(say!(terms.device), text(t.device.as_ref(), lang)),
        old(say!(terms.old_price), cost(t.old_price, lang)),
        strong(say!(terms.new_price), cost(t.new_price, lang)),
    ];
    rows.extend(saving(t.old_price, t.new_price, lang));
    rows.extend(t.guarantee_months.map(|n| term(say!(terms.guarantee), months(Some(n), lang))));
    rows
}

fn long_term_credit(t: &LongTermCredit, lang: Lang) -> Vec<Term> {
    let amount = match (t.amount_min, t.amount_max) {
        (Some(from), Some(to)) => Some(say!(terms.range, from = money(from, lang), to = money(to, lang))),
        (None, Some(to)) => Some(say!(terms.up_to, to = money(to, lang))),
        (Some(from), None) => Some(say!(terms.from, from = money(from, lang))),
        (None, None) => None,
    };
    let mut rows = vec![
        strong(say!(terms.amount), amount),
        term(say!(terms.months), t.months.map(|n| say!(terms.up_to_months, n = number(n.into(), lang)))),
        term(say!(terms.rate), t.yearly_rate_bp.map(|bp| rate(bp, lang))),
    ];
    if let (Some(example), Some(months)) = (t.amount_max.or(t.amount_min), t.months)
        && let Some(payment) = t.monthly_payment(example.amount_minor)
    {
        let words = say!(
            terms.example_text,
            amount = money(example, lang),
            months = number(months.into(), lang),
            payment = money(Money::azn_minor(payment), lang)
        );
        rows.push(term(say!(terms.example), Some(words)));
    }
    rows
}

fn course(t: &Course, lang: Lang) -> Vec<Term> {
    let dates = match (t.starts_on, t.ends_on) {
        (Some(from), Some(to)) => Some(say!(terms.range, from = day(from, lang), to = day(to, lang))),
        (Some(one), None) | (None, Some(one)) => Some(day(one, lang)),
        (None, None) => None,
    };
    let mut rows = vec![strong(say!(terms.price), cost(t.price, lang)), term(say!(terms.dates), dates)];
    rows.extend(t.hours.map(|n| term(say!(terms.hours), Some(number(n.into(), lang)))));
    rows.push(term(say!(terms.place), Some(text(t.place.as_ref(), lang).unwrap_or_else(|| say!(terms.online)))));
    rows
}

fn event(t: &Event, lang: Lang) -> Vec<Term> {
    let begins = t.begins_at.map(|at| moment(at, lang));
    vec![
        strong(say!(terms.price), cost(t.price, lang)),
        strong(say!(terms.begins), begins),
        term(say!(terms.place), text(t.place.as_ref(), lang)),
    ]
}
