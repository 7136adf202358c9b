//! The places of a draft: what each holds, what it is called, and how it is typed. Form, comparison, preview and history
//! speak of the same places, by their JSON pointers.

use std::borrow::Cow;

use shared::{
    Lang,
    offer::{Area, Audience, Fulfilment, Kind, Period, Region, Unit},
};

use crate::{
    i18n::Locale,
    language::{fill, locale, text},
    names,
};

/// A text of the page.
pub type Word = fn(Locale) -> &'static str;

/// How many steps an offer may have.
pub const STEPS: usize = 6;

/// A list that is chosen from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// What is given.
    Kind,
    /// The field that it helps in.
    Area,
    /// For whom.
    Audience,
    /// Where.
    Region,
    /// What is counted.
    Unit,
    /// How often.
    Period,
    /// How a claim is turned into the thing.
    Fulfilment,
}

impl Choice {
    /// Its values, as they stand in JSON.
    pub fn values(self) -> Vec<&'static str> {
        match self {
            Self::Kind => Kind::ALL.iter().map(|v| v.as_str()).collect(),
            Self::Area => Area::ALL.iter().map(|v| v.as_str()).collect(),
            Self::Audience => Audience::ALL.iter().map(|v| v.as_str()).collect(),
            Self::Region => Region::ALL.iter().map(|v| v.as_str()).collect(),
            Self::Unit => Unit::ALL.iter().map(|v| v.as_str()).collect(),
            Self::Period => Period::ALL.iter().map(|v| v.as_str()).collect(),
            Self::Fulfilment => Fulfilment::ALL.iter().map(|v| v.as_str()).collect(),
        }
    }

    /// A value in words.
    pub fn name(self, value: &str, lang: Lang) -> Option<&'static str> {
        match self {
            Self::Kind => Kind::from_name(value).map(|v| names::kind(v, lang)),
            Self::Area => Area::from_name(value).map(|v| names::area(v, lang)),
            Self::Audience => Audience::from_name(value).map(|v| names::audience(v, lang)),
            Self::Region => Region::from_name(value).map(|v| names::region(v, lang)),
            Self::Unit => Unit::from_name(value).map(|v| names::unit(v, lang)),
            Self::Period => Period::from_name(value).map(|v| names::period(v, lang)),
            Self::Fulfilment => Fulfilment::from_name(value).map(|v| names::fulfilment(v, lang)),
        }
    }
}

/// What a place holds, and how it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A line of plain text.
    Line,
    /// Text in three languages, in one line.
    Words,
    /// Text in three languages, in several lines.
    Prose,
    /// A whole number.
    Whole,
    /// Money, typed in manat.
    Manat,
    /// Data in megabytes, typed in gigabytes.
    Gigabytes,
    /// A rate in hundredths of a per cent, typed in per cent.
    Percent,
    /// A calendar day.
    Day,
    /// A moment, typed in Baku's time.
    Moment,
    /// One of a list.
    One(Choice),
    /// Some of a list.
    Some(Choice),
}

impl Holds {
    /// Whether it is text in three languages.
    pub const fn is_local(self) -> bool {
        matches!(self, Self::Words | Self::Prose)
    }

    /// The unit that stands behind the box.
    pub fn unit(self, lang: Lang) -> &'static str {
        match self {
            Self::Manat => "₼",
            Self::Gigabytes => lang.pick("GB", "GB", "ГБ"),
            Self::Percent => "%",
            _ => "",
        }
    }
}

/// The parts of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What it is.
    What,
    /// What is said of it.
    Texts,
    /// For whom and where.
    Whom,
    /// The terms of its kind.
    Terms,
    /// How many and how often.
    Quota,
    /// How it is given, and when.
    Giving,
}

/// A place of a draft.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its JSON pointer; a text in three languages has `/az`, `/en`, `/ru` below it.
    pub pointer: Cow<'static, str>,
    /// What it is called.
    pub label: Word,
    /// What helps to fill it in.
    pub help: Option<Word>,
    /// What it holds.
    pub holds: Holds,
    /// Where it stands in the form.
    pub part: Part,
    /// The number of a step, from 1.
    step: usize,
}

impl Spec {
    const fn new(part: Part, pointer: &'static str, holds: Holds, label: Word, help: Option<Word>) -> Self {
        Self { pointer: Cow::Borrowed(pointer), label, help, holds, part, step: 0 }
    }

    /// What it is called, in `lang`.
    pub fn name(&self, lang: Lang) -> String {
        fill((self.label)(locale(lang)), &[("n", &self.step.to_string())])
    }
}

/// The places of an offer of `kind`, in the order in which the form asks for them.
pub fn places(kind: Kind) -> Vec<Spec> {
    use Holds::{Line, Moment, One, Prose, Some as Many, Whole, Words};
    use Part::{Giving, Quota, Texts, What, Whom};
    let mut all = vec![
        Spec::new(What, "/kind", One(Choice::Kind), text!(field.kind), Some(text!(field_help.kind))),
        Spec::new(
            What,
            "/further_kinds",
            Many(Choice::Kind),
            text!(field.further_kinds),
            Some(text!(field_help.further_kinds)),
        ),
        Spec::new(What, "/area", One(Choice::Area), text!(field.area), None),
        Spec::new(What, "/external_id", Line, text!(field.external_id), Some(text!(field_help.external_id))),
        Spec::new(Texts, "/title", Words, text!(field.title), Some(text!(field_help.title))),
        Spec::new(Texts, "/summary", Words, text!(field.summary), Some(text!(field_help.summary))),
        Spec::new(Texts, "/description", Prose, text!(field.description), Some(text!(field_help.description))),
    ];
    let (words, terms): (Vec<_>, Vec<_>) = terms(kind).into_iter().partition(|spec| spec.holds.is_local());
    all.extend(words.into_iter().map(|spec| Spec { part: Texts, ..spec }));
    all.extend((0..STEPS).map(|at| Spec {
        pointer: format!("/how_to_use/{at}").into(),
        step: at + 1,
        ..Spec::new(Texts, "", Words, text!(field.step), None)
    }));
    all.push(Spec::new(Whom, "/audience", Many(Choice::Audience), text!(field.audience), None));
    all.push(Spec::new(Whom, "/regions", Many(Choice::Region), text!(field.regions), Some(text!(field_help.regions))));
    all.extend(terms);
    all.extend([
        Spec::new(Quota, "/quota", Whole, text!(field.quota), Some(text!(field_help.quota))),
        Spec::new(Quota, "/unit", One(Choice::Unit), text!(field.unit), None),
        Spec::new(Quota, "/period", One(Choice::Period), text!(field.period), Some(text!(field_help.period))),
        Spec::new(Quota, "/max_quantity", Whole, text!(field.max_quantity), Some(text!(field_help.max_quantity))),
        Spec::new(Giving, "/fulfilment", One(Choice::Fulfilment), text!(field.fulfilment), None),
        Spec::new(Giving, "/link", Line, text!(field.link), Some(text!(field_help.link))),
        Spec::new(Giving, "/claim_days", Whole, text!(field.claim_days), Some(text!(field_help.claim_days))),
        Spec::new(Giving, "/starts_at", Moment, text!(field.starts_at), Some(text!(field_help.starts_at))),
        Spec::new(Giving, "/ends_at", Moment, text!(field.ends_at), Some(text!(field_help.ends_at))),
    ]);
    all
}

/// The places of a kind's terms.
fn terms(kind: Kind) -> Vec<Spec> {
    use Holds::{Day, Gigabytes, Manat, Moment, Percent, Whole, Words};
    let place = |pointer, holds, label: Word, help| Spec::new(Part::Terms, pointer, holds, label, help);
    let free = Some(text!(field_help.price));
    let data = || place("/terms/data_mb", Gigabytes, text!(terms.data), None);
    let speed = || place("/terms/speed_mbps", Whole, text!(field.speed), None);
    match kind {
        Kind::InternetPackage => vec![
            place("/terms/price", Manat, text!(field.price_month), free),
            data(),
            speed(),
            place("/terms/months", Whole, text!(field.months), None),
        ],
        Kind::DiscountedTariff => vec![
            place("/terms/old_price", Manat, text!(terms.old_price_month), None),
            place("/terms/new_price", Manat, text!(field.new_price_month), None),
            data(),
            speed(),
            place("/terms/months", Whole, text!(field.months), None),
        ],
        Kind::DeviceGrant => vec![
            place("/terms/device", Words, text!(terms.device), None),
            place("/terms/purpose", Words, text!(terms.purpose), None),
            place("/terms/price", Manat, text!(terms.price), free),
        ],
        Kind::DiscountedDevice => vec![
            place("/terms/device", Words, text!(terms.device), None),
            place("/terms/old_price", Manat, text!(terms.old_price), None),
            place("/terms/new_price", Manat, text!(field.new_price), None),
            place("/terms/guarantee_months", Whole, text!(field.guarantee), None),
        ],
        Kind::LongTermCredit => vec![
            place("/terms/amount_min", Manat, text!(field.amount_min), None),
            place("/terms/amount_max", Manat, text!(field.amount_max), None),
            place("/terms/months", Whole, text!(field.months_max), None),
            place("/terms/yearly_rate_bp", Percent, text!(terms.rate), None),
        ],
        Kind::Course => vec![
            place("/terms/price", Manat, text!(terms.price), free),
            place("/terms/hours", Whole, text!(field.hours), None),
            place("/terms/starts_on", Day, text!(field.starts_on), None),
            place("/terms/ends_on", Day, text!(field.ends_on), None),
            place("/terms/place", Words, text!(terms.place), Some(text!(field_help.place))),
        ],
        Kind::Event => vec![
            place("/terms/price", Manat, text!(terms.price), free),
            place("/terms/begins_at", Moment, text!(terms.begins), None),
            place("/terms/place", Words, text!(terms.place), None),
        ],
    }
}

/// What the place of a pointer is called, with its language: `Ad (English)`. An unknown place is called by its pointer.
pub fn name_of(kind: Kind, pointer: &str, lang: Lang) -> String {
    let all = places(kind);
    let below = |spec: &&Spec| {
        pointer.strip_prefix(&*spec.pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let Some(spec) = all.iter().find(below) else {
        return match pointer {
            "/how_to_use" => text!(offer.how)(locale(lang)).to_owned(),
            "/terms" => text!(offer.terms)(locale(lang)).to_owned(),
            other => other.trim_start_matches('/').to_owned(),
        };
    };
    let tongue = pointer.rsplit('/').next().and_then(|tag| Lang::ALL.into_iter().find(|l| l.tag() == tag));
    match tongue.filter(|_| spec.holds.is_local()) {
        Some(tongue) => format!("{} ({})", spec.name(lang), names::language(tongue, lang)),
        None => spec.name(lang),
    }
}
