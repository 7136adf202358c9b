//! What is looked for among the offers. It stands in the address, so that it can be kept, sent, and gone back to.

use leptos::prelude::use_context;
use leptos_router::params::ParamsMap;
use shared::{
    Lang, Page,
    offer::{Area, Audience, Kind, Region, Sort},
    partner::PartnerView,
};

use crate::{
    api::encode,
    language::{locale, say},
    load::Loader,
    names,
};

/// The filters. Each holds one value or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub q: String,
    pub kind: Option<Kind>,
    pub audience: Option<Audience>,
    pub area: Option<Area>,
    pub region: Option<Region>,
    pub partner: Option<String>,
    pub available: bool,
    pub sort: Sort,
}

/// One filter, by its name in the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Q,
    Kind,
    Audience,
    Area,
    Region,
    Partner,
    Available,
}

impl Part {
    const ALL: [Self; 7] =
        [Self::Q, Self::Available, Self::Kind, Self::Audience, Self::Area, Self::Region, Self::Partner];
}

impl Filter {
    /// Reads the query of the address; what it does not know it leaves out.
    pub fn read(query: &ParamsMap) -> Self {
        let value = |name: &str| query.get(name).unwrap_or_default();
        Self {
            q: value("q"),
            kind: Kind::from_name(&value("kind")),
            audience: Audience::from_name(&value("audience")),
            area: Area::from_name(&value("area")),
            region: Region::from_name(&value("region")),
            partner: query.get("partner").filter(|p| !p.is_empty()),
            available: value("available") == "true",
            sort: Sort::from_name(&value("sort")).unwrap_or_default(),
        }
    }

    /// The query, for the address and for the server.
    pub fn query(&self) -> String {
        let mut parts = Vec::new();
        let mut add = |name: &str, value: &str| parts.push(format!("{name}={}", encode(value)));
        if !self.q.trim().is_empty() {
            add("q", self.q.trim());
        }
        for (name, value) in [
            ("kind", self.kind.map(Kind::as_str)),
            ("audience", self.audience.map(Audience::as_str)),
            ("area", self.area.map(Area::as_str)),
            ("region", self.region.map(Region::as_str)),
            ("partner", self.partner.as_deref()),
            ("available", self.available.then_some("true")),
            ("sort", (self.sort != Sort::default()).then_some(self.sort.as_str())),
        ] {
            if let Some(value) = value {
                add(name, value);
            }
        }
        parts.join("&")
    }

    /// The value of a filter, if it has one.
    pub fn value(&self, part: Part) -> Option<String> {
        match part {
            Part::Q => Some(self.q.trim().to_owned()).filter(|q| !q.is_empty()),
            Part::Kind => self.kind.map(|k| k.as_str().to_owned()),
            Part::Audience => self.audience.map(|a| a.as_str().to_owned()),
            Part::Area => self.area.map(|a| a.as_str().to_owned()),
            Part::Region => self.region.map(|r| r.as_str().to_owned()),
            Part::Partner => self.partner.clone(),
            Part::Available => self.available.then(|| "true".to_owned()),
        }
    }

    /// The same with another value for one filter.
    pub fn with(mut self, part: Part, value: Option<&str>) -> Self {
        match part {
            Part::Q => value.unwrap_or_default().clone_into(&mut self.q),
            Part::Kind => self.kind = value.and_then(Kind::from_name),
            Part::Audience => self.audience = value.and_then(Audience::from_name),
            Part::Area => self.area = value.and_then(Area::from_name),
            Part::Region => self.region = value.and_then(Region::from_name),
            Part::Partner => self.partner = value.map(str::to_owned),
            Part::Available => self.available = value.is_some(),
        }
        self
    }

    /// The filters that have a value.
    pub fn active(&self) -> Vec<Part> {
        Part::ALL.into_iter().filter(|part| self.value(*part).is_some()).collect()
    }
}

/// The partners, who have a short name in the address and another in words.
pub type Partners = Loader<Page<PartnerView>>;

/// A value of a filter in words.
pub fn value_name(part: Part, value: &str, lang: Lang) -> String {
    match part {
        Part::Q if lang == Lang::Ru => format!("«{value}»"),
        Part::Q => format!("“{value}”"),
        Part::Kind => Kind::from_name(value).map_or(value, |k| names::kinds(k, lang)).to_owned(),
        Part::Audience => Audience::from_name(value).map_or(value, |a| names::audience(a, lang)).to_owned(),
        Part::Area => Area::from_name(value).map_or(value, |a| names::area(a, lang)).to_owned(),
        Part::Region => Region::from_name(value).map_or(value, |r| names::region(r, lang)).to_owned(),
        Part::Partner => use_context::<Partners>()
            .and_then(Loader::ready)
            .and_then(|page| page.items.into_iter().find(|partner| partner.slug == value))
            .map_or_else(|| value.to_owned(), |partner| partner.name),
        Part::Available => leptos_i18n::td_string!(locale(lang), offers.available).to_owned(),
    }
}

/// A filter in words.
pub fn part_name(part: Part) -> String {
    match part {
        Part::Q | Part::Available => String::new(),
        Part::Kind => say!(offers.kind),
        Part::Audience => say!(offers.audience),
        Part::Area => say!(offers.area),
        Part::Region => say!(offers.region),
        Part::Partner => say!(offers.partner),
    }
}
