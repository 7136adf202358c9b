//! `make bench`: measures a release build on this machine and prints one table. See README.md beside this file.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A measurement stops at what is not as it must be.

mod bare;
mod claims;
mod crowd;
mod edits;
mod imports;
mod list;
mod load;
mod machine;
mod market;
mod plain;
mod rest;
mod search;
mod table;
mod wire;

use std::time::Duration;

use clap::{Parser, ValueEnum};
use tests::Kind;

use self::market::Market;

/// As the server has it, so that the bare endpoint is measured with the same.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the program.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// What to measure; all of it when left out.
    what: Vec<What>,
    /// Seconds of each run of a read.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Connections of the load generator; each sends its next request when it has the answer to the last.
    #[arg(long, default_value_t = 512)]
    connections: usize,
    /// How often each comparison is run, in turns.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// People in the database, 113,000 of them educators.
    #[arg(long, default_value_t = 1_300_000)]
    users: u64,
    /// Published offers in it.
    #[arg(long, default_value_t = 10_000)]
    offers: usize,
    /// On one database alone.
    #[arg(long)]
    database: Option<Database>,
    /// Claims with tokens that the server sees for the first time (the crowd's are so anyway).
    #[arg(long)]
    cold: bool,
    /// Settings of the server, as `NAME=value`.
    #[arg(long = "set")]
    settings: Vec<String>,
    /// `cargo bench` says so.
    #[arg(long, hide = true)]
    bench: bool,
    /// Only serves the bare endpoint: the bytes of a file, with this content type.
    #[arg(long, hide = true, num_args = 2)]
    bare: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// The catalogue list against a bare endpoint that sends the same bytes.
    List,
    /// Search with facets.
    Search,
    /// Claims against a plain transaction for each.
    Claims,
    /// 113,000 educators at once for 30,000 packages.
    Crowd,
    /// Uploads of 100,000 offers against bare inserts and a POST for each, and reads beside them.
    Imports,
    /// Edits of offers that everybody sees.
    Edits,
    /// Memory, start-up time and sizes.
    Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

impl Options {
    fn wants(&self, what: What) -> bool {
        self.what.is_empty() || self.what.contains(&what)
    }

    fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    fn databases(&self) -> &'static [Kind] {
        match self.database {
            None => &[Kind::Sqlite, Kind::Postgres],
            Some(Database::Sqlite) => &[Kind::Sqlite],
            Some(Database::Postgres) => &[Kind::Postgres],
        }
    }
}

fn main() {
    let options = Options::parse();
    if let [body, content_type] = options.bare.as_slice() {
        return bare::serve(body, content_type);
    }
    tests::block_on(run(&options));
}

async fn run(options: &Options) {
    machine::print();
    table::head();
    for kind in options.databases() {
        let market = Market::make(*kind, options).await;
        // Reads come from memory, so that one database tells it all.
        if *kind == options.databases()[0] {
            if options.wants(What::Rest) {
                rest::at_start(&market);
            }
            if options.wants(What::List) {
                list::run(&market, options);
            }
            if options.wants(What::Search) {
                search::run(&market, options);
            }
        }
        if options.wants(What::Claims) {
            claims::run(&market, options).await;
        }
        if options.wants(What::Crowd) {
            crowd::run(&market, options).await;
        }
        if options.wants(What::Edits) {
            edits::run(&market, options).await;
        }
        if options.wants(What::Imports) {
            imports::run(&market, options).await;
        }
    }
    if options.wants(What::Rest) {
        rest::sizes();
    }
}
