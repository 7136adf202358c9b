//! Synthetic partners, which nobody can take for real ones: each is called „Nümunə“ (sample) and has a number.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use serde_json::json;
use shared::{LocalText, offer::Area, partner::PartnerState};
use uuid::Uuid;

use super::{
    Plan,
    draw::{Draw, For},
    people::{SIGN_UP_DAYS, share},
};
use crate::store::entities::partners;

/// What a partner does: the end of its name and of its slug, and a word about it.
struct Trade {
    area: Area,
    name: &'static str,
    slug: &'static str,
    about: [&'static str; 3],
}

/// One for each area, in the order of `Area::ALL`.
const TRADES: &[Trade] = &[
    Trade {
        area: Area::Connectivity,
        name: "Telekom",
        slug: "telekom",
        about: ["Nümunə rabitə operatoru.", "A sample telecommunications operator.", "Условный оператор связи."],
    },
    Trade {
        area: Area::Devices,
        name: "Kompüter",
        slug: "komputer",
        about: ["Nümunə kompüter mağazası.", "A sample computer shop.", "Условный магазин компьютеров."],
    },
    Trade {
        area: Area::Finance,
        name: "Bank",
        slug: "bank",
        about: ["Nümunə bank.", "A sample bank.", "Условный банк."],
    },
    Trade {
        area: Area::Culture,
        name: "Teatr",
        slug: "teatr",
        about: ["Nümunə teatr.", "A sample theatre.", "Условный театр."],
    },
    Trade {
        area: Area::Art,
        name: "Qalereya",
        slug: "qalereya",
        about: ["Nümunə qalereya.", "A sample gallery.", "Условная галерея."],
    },
    Trade {
        area: Area::Sport,
        name: "İdman Klubu",
        slug: "idman",
        about: ["Nümunə idman klubu.", "A sample sports club.", "Условный спортивный клуб."],
    },
    Trade {
        area: Area::Learning,
        name: "Akademiya",
        slug: "akademiya",
        about: ["Nümunə təlim mərkəzi.", "A sample training centre.", "Условный учебный центр."],
    },
];

/// Partners of each trade: one for each thousand offers, at least one.
fn of_each_trade(plan: &Plan) -> u64 {
    plan.offers.div_ceil(1000)
}

/// How many partners there are.
pub fn count(plan: &Plan) -> u64 {
    of_each_trade(plan) * TRADES.len() as u64
}

/// One of the partners that work in an area.
pub fn in_area(plan: &Plan, area: Area, draw: &mut Draw) -> u64 {
    let trade = TRADES.iter().position(|t| t.area == area).unwrap_or_default() as u64;
    trade + draw.below(of_each_trade(plan)) * TRADES.len() as u64
}

fn trade(index: u64) -> &'static Trade {
    &TRADES[usize::try_from(index).unwrap_or_default() % TRADES.len()]
}

/// What follows the trade in name and slug: `3`, and the seed where it is not the usual one.
fn number(plan: &Plan, index: u64) -> (u64, Option<u64>) {
    (index / TRADES.len() as u64 + 1, (plan.seed != 1).then_some(plan.seed))
}

/// A partner's name in addresses.
pub fn slug(plan: &Plan, index: u64) -> String {
    let slug = trade(index).slug;
    match number(plan, index) {
        (number, None) => format!("numune-{slug}-{number}"),
        (number, Some(seed)) => format!("numune-{slug}-{number}-{seed}"),
    }
}

fn name(plan: &Plan, index: u64) -> String {
    let name = trade(index).name;
    match number(plan, index) {
        (number, None) => format!("Nümunə {name} {number}"),
        (number, Some(seed)) => format!("Nümunə {name} {number}/{seed}"),
    }
}

/// A partner's site, at a name that is kept for examples.
pub fn website(plan: &Plan, index: u64) -> String {
    format!("https://{}.example.az", slug(plan, index))
}

fn created_ms(plan: &Plan, index: u64) -> i64 {
    let from = (plan.until - TimeDelta::days(SIGN_UP_DAYS)).timestamp_millis();
    from + share(index, 3_600_000 * 24 * 30, count(plan))
}

/// A partner's id.
pub fn id(plan: &Plan, index: u64) -> Uuid {
    Draw::new(plan.seed, For::Partner, index).id(created_ms(plan, index))
}

/// A partner's row.
pub fn row(plan: &Plan, index: u64) -> partners::ActiveModel {
    let [az, en, ru] = trade(index).about;
    partners::ActiveModel {
        id: Set(id(plan, index)),
        slug: Set(slug(plan, index)),
        name: Set(name(plan, index)),
        about: Set(Some(json!(LocalText::new(az, en, ru)))),
        website: Set(Some(website(plan, index))),
        created_at: Set(created_ms(plan, index)),
        state: Set(PartnerState::Active.as_str().to_owned()),
        sandbox_of: Set(None),
    }
}
