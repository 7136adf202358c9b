//! Search with facets, over many more queries than any cache of answers holds.

use std::{sync::Arc, time::Duration};

use crate::{
    Options,
    load::{self, End, Load},
    machine,
    market::Market,
    table,
    wire::Requests,
};

/// What people look for, in three languages, with and without the marks on letters.
const WORDS: &[&str] = &[
    "internet",
    "paketi",
    "mobil",
    "tarif",
    "muellimler",
    "şagird",
    "telebe",
    "məktəb",
    "mekteb",
    "noutbuk",
    "planşet",
    "kompüter",
    "komputer",
    "printer",
    "proyektor",
    "kredit",
    "kursu",
    "ingilis",
    "robototexnika",
    "şahmat",
    "uzguculuk",
    "konsert",
    "muğam",
    "teatr",
    "sərgisi",
    "elm",
    "numune",
    "telekom",
    "akademiya",
    "gəncə",
    "baki",
    "şəki",
    "quba",
    "lenkeran",
    "laptop",
    "tablet",
    "package",
    "tariff",
    "teachers",
    "students",
    "school",
    "credit",
    "course",
    "chess",
    "swimming",
    "museum",
    "science",
    "library",
    "ноутбук",
    "планшет",
    "пакет",
    "тариф",
    "учителей",
    "школьников",
    "кредит",
    "шахматный",
    "концерт",
    "музеев",
    "баку",
    "гянджа",
];

/// Every pair of a word and the beginning of another, and each of these alone.
fn queries() -> Requests {
    let mut requests = Requests::default();
    let starts: Vec<String> =
        WORDS.iter().flat_map(|word| (2..=6).map(|length| word.chars().take(length).collect::<String>())).collect();
    for start in &starts {
        requests.get(&format!("/api/v1/offers?q={}&facets=true", encoded(start)));
    }
    for (at, word) in WORDS.iter().enumerate() {
        // Beginning each time elsewhere, so that no two neighbours look for the same.
        for start in starts.iter().cycle().skip(at * 7).take(starts.len()) {
            requests.get(&format!("/api/v1/offers?q={}%20{}&facets=true", encoded(word), encoded(start)));
        }
    }
    requests
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Runs it.
#[allow(clippy::cast_precision_loss)] // A count of answers.
pub fn run(market: &Market, options: &Options) {
    let server = market.serve();
    let requests = Arc::new(queries());
    let different = requests.len();
    let load = Load {
        address: server.address,
        connections: options.connections,
        requests,
        end: End::After(options.duration().max(Duration::from_secs(1))),
    };
    let before = machine::cpu_seconds(server.pid);
    let outcome = load::run(load);
    let cpu = (machine::cpu_seconds(server.pid) - before) * 1e6 / outcome.answers as f64;
    assert_eq!(outcome.count(200, None), outcome.answers, "all answers are 200: {:?}", outcome.told);
    let memory = machine::resident_mib(server.pid);
    let note = format!(
        "{cpu:.0} µs of processor for each; {different} different queries; {memory:.1} MiB resident afterwards"
    );
    table::load("search with facets", &outcome, &note);
    server.stop();
}
