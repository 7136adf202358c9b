//! One row at which background work fails: it hurts itself alone, and is named in the log.

mod turns;
mod uploads;
mod webhooks;
mod writes;

use std::time::Duration;

use shared::{OfferId, offer::OfferState};
use tests::{Market, Offer, Partner, eventually, people::unique};

/// How long a bad row may rest until it is tried again.
const REST: Duration = Duration::from_mins(1);

/// A name for a trigger.
fn trigger(what: &str) -> String {
    unique(what).replace('-', "_")
}

/// The log names the row.
async fn named(market: &Market, row: uuid::Uuid) {
    eventually("the log names the bad row", || async {
        let log = market.server.log();
        log.lines().any(|line| line.contains("bad_row") && line.contains(&row.to_string())).then_some(())
    })
    .await;
}

async fn published(market: &Market, partner: &Partner) -> OfferId {
    Offer::once().in_state_at(market, &partner.slug, OfferState::Published).await.id
}
